import type pg from "pg";
import { DatabaseError } from "./database-error.server.ts";

/** Where a table lies on Citus; `done`: it was laid there just now, and not before. */
export type Placed = {
  table: string;
  place: "by shop" | "on every node" | "on the coordinator";
  done: boolean;
};

/** The table that all others of a shop lie beside. */
const first = { table: "Shop", column: "domain" };

/** Of all shops at once, and asked together with them: a copy of it is on every node. */
const everywhere = ["Hold"];

/** A table of the app's: what its primary key begins with. */
type Table = { name: string; key: string | null };

/** A partition goes with its table; what belongs to an extension or to the queue's schema is not listed. */
const tablesSql = `
  SELECT c.relname AS "name", k.attname AS "key" FROM pg_class c
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    LEFT JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
   WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
     AND NOT c.relispartition
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                        AND d.objid = c.oid AND d.deptype = 'e')
   ORDER BY c.relname <> '${first.table}', c.relname`;

/** The app's own tables, the one first that all others of a shop lie beside. */
export async function ownTables(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table>(tablesSql);
  return rows;
}

/** Where a table is to lie, and by which of its columns it is distributed; null: by none. */
export function placeOf({ name, key }: Table): {
  place: Placed["place"];
  column: string | null;
} {
  if (everywhere.includes(name)) return { place: "on every node", column: null };
  const column = name === first.table ? first.column : key === "shop" ? key : null;
  return { place: column === null ? "on the coordinator" : "by shop", column };
}

/**
 * Distributes the app's tables by shop over the nodes of a Citus: `Shop` by its domain, all others
 * whose key begins with `shop` beside it, so that whatever is asked of one shop is asked of one node.
 * Tables that are laid out already are left alone, so it may be repeated, and goes on where it ended.
 * Rows are moved while writers wait.
 *
 * @param client connected to the coordinator as the tables' owner, with time enough to move them
 * @returns every table, in the order in which they were looked at
 * @throws DatabaseError where there is no Citus, no worker, or a table is laid out otherwise
 */
export async function distributeTables(client: pg.Client): Promise<Placed[]> {
  await requireCitus(client);
  const placed: Placed[] = [];
  for (const table of await ownTables(client)) placed.push(await lay(client, table));
  return placed;
}

/** The tables that a release brought and nobody has distributed yet; none where no table is. */
export async function undistributedTables(client: pg.Client): Promise<string[]> {
  if (!(await hasCitus(client))) return [];
  const { rows } = await client.query<{ name: string }>(
    `SELECT table_name::text AS "name" FROM citus_tables
      WHERE citus_table_type IN ('distributed', 'reference')`,
  );
  const laid = new Set(rows.map(({ name }) => name));
  const isLaid = ({ name }: Table) => laid.has(`"${name}"`);
  const tables = await ownTables(client);
  const left = tables.filter(
    (table) => placeOf(table).place !== "on the coordinator" && !isLaid(table),
  );
  return tables.some(isLaid) ? left.map(({ name }) => name) : [];
}

async function hasCitus(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(`SELECT 1 FROM pg_extension WHERE extname = 'citus'`);
  return rows.length > 0;
}

async function requireCitus(client: pg.Client): Promise<void> {
  if (!(await hasCitus(client))) {
    throw new DatabaseError(
      "This database has no Citus, so there is nothing to distribute its tables over. " +
        "Where it is installed, CREATE EXTENSION citus makes it known.",
    );
  }
  const { rows: nodes } = await client.query("SELECT 1 FROM citus_get_active_worker_nodes()");
  if (nodes.length === 0) {
    throw new DatabaseError(
      "This Citus has no worker yet: citus_add_node adds one. Ask the coordinator, not a worker.",
    );
  }
}

async function lay(client: pg.Client, table: Table): Promise<Placed> {
  const { place, column } = placeOf(table);
  const { name } = table;
  if (place === "on the coordinator") return { table: name, place, done: false };
  const quoted = `"${name}"`;
  const isLaid = await isLaidOut(client, quoted, column);
  if (!isLaid && column === null) await client.query("SELECT create_reference_table($1)", [quoted]);
  else if (!isLaid) {
    // whatever else this database distributes stays where it is
    const beside = name === first.table ? "none" : `"${first.table}"`;
    await client.query("SELECT create_distributed_table($1, $2, colocate_with => $3)", [
      quoted,
      column,
      beside,
    ]);
  }
  await dropLocalRows(client, quoted);
  await keepNoStatistics(client, quoted);
  return { table: name, place, done: !isLaid };
}

/** @throws DatabaseError where it is laid out otherwise than by this column, or on every node (null) */
async function isLaidOut(
  client: pg.Client,
  quoted: string,
  column: string | null,
): Promise<boolean> {
  const { rows } = await client.query<{ layout: string; by: string }>(
    `SELECT citus_table_type AS "layout", distribution_column AS "by"
       FROM citus_tables WHERE table_name = $1::regclass`,
    [quoted],
  );
  const [laid] = rows;
  // a local table that Citus knows of can still be laid out
  if (laid === undefined || laid.layout === "local") return false;
  const { layout, by } = laid;
  const isRight =
    column === null ? layout === "reference" : layout === "distributed" && by === column;
  if (isRight) return true;
  throw new DatabaseError(
    `Citus has ${quoted} laid out otherwise (${layout}, by ${by}): undistribute_table takes that back.`,
  );
}

/** What was moved to the nodes is still on the coordinator's disk, where nobody sees it. */
async function dropLocalRows(client: pg.Client, quoted: string): Promise<void> {
  const { rows } = await client.query<{ left: boolean }>(
    // of a table without partitions the tree is empty
    `SELECT pg_relation_size($1::regclass) + coalesce(sum(pg_relation_size(relid)), 0) > 0 AS "left"
       FROM pg_partition_tree($1::regclass)`,
    [quoted],
  );
  if (rows[0]?.left) {
    await client.query("SELECT truncate_local_data_after_distributing_table($1)", [quoted]);
  }
}

/**
 * That no statistics are kept about shops (docs/decisions/0028) is a column's own, and Citus makes the
 * parts of a partition without it: its columns are the whole's. It refuses to be told so of the
 * partition, and each part does not.
 */
async function keepNoStatistics(client: pg.Client, quoted: string): Promise<void> {
  const { rows: partitions } = await client.query<{ name: string }>(
    `SELECT a.attrelid::regclass::text AS "name" FROM pg_partition_tree($1::regclass) t
       JOIN pg_attribute a ON a.attrelid = t.relid AND a.attname = 'shop'
      WHERE t.isleaf AND a.attinhcount > 0 AND a.attstattarget = 0`,
    [quoted],
  );
  for (const { name } of partitions) {
    const { rows } = await client.query<{ result: string }>(
      `SELECT "result" FROM run_command_on_shards($1::regclass,
         'ALTER TABLE %s ALTER COLUMN "shop" SET STATISTICS 0') WHERE NOT "success"`,
      [name],
    );
    if (rows[0]) throw new DatabaseError(`A part of ${name} keeps statistics: ${rows[0].result}`);
  }
}
