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

type Table = { name: string; key: string | null; layout: string | null; column: string | null };

/**
 * The app's own tables: what its primary key begins with, and where Citus has it. A partition goes
 * with its table; what belongs to an extension, or to the queue's schema, is none of ours.
 */
const tablesSql = `
  SELECT c.relname AS "name", k.attname AS "key", t.citus_table_type AS "layout",
         t.distribution_column AS "column"
    FROM pg_class c
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    LEFT JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
    LEFT JOIN citus_tables t ON t.table_name = c.oid
   WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
     AND NOT c.relispartition
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                        AND d.objid = c.oid AND d.deptype = 'e')
   ORDER BY c.relname <> '${first.table}', c.relname`;

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
  const { rows: tables } = await client.query<Table>(tablesSql);
  const placed: Placed[] = [];
  for (const table of tables) placed.push(await place(client, table));
  return placed;
}

async function requireCitus(client: pg.Client): Promise<void> {
  const { rows } = await client.query(`SELECT 1 FROM pg_extension WHERE extname = 'citus'`);
  if (rows.length === 0) {
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

async function place(client: pg.Client, { name, key, layout, column }: Table): Promise<Placed> {
  const quoted = `"${name}"`;
  const wanted = name === first.table ? first.column : key === "shop" ? key : null;
  if (wanted === null) return { table: name, place: "on the coordinator", done: false };
  const isEverywhere = everywhere.includes(name);
  const isLaid = layout === "distributed" || layout === "reference";
  const isRight = isEverywhere
    ? layout === "reference"
    : layout === "distributed" && column === wanted;
  if (isLaid && !isRight) {
    throw new DatabaseError(
      `Citus has ${quoted} laid out otherwise (${layout}, by ${column}): undistribute_table takes that back.`,
    );
  }
  if (!isLaid && isEverywhere) await client.query("SELECT create_reference_table($1)", [quoted]);
  else if (!isLaid && name === first.table) {
    // alone: other tables of this database that happen to be distributed by a text stay where they are
    await client.query("SELECT create_distributed_table($1, $2, colocate_with => 'none')", [
      quoted,
      wanted,
    ]);
  } else if (!isLaid) {
    await client.query("SELECT create_distributed_table($1, $2, colocate_with => $3)", [
      quoted,
      wanted,
      `"${first.table}"`,
    ]);
  }
  await dropLocalRows(client, quoted);
  return { table: name, place: isEverywhere ? "on every node" : "by shop", done: !isLaid };
}

/** What was moved to the nodes is still on the coordinator's disk, where nobody sees it. */
async function dropLocalRows(client: pg.Client, quoted: string): Promise<void> {
  const { rows } = await client.query<{ left: boolean }>(
    `SELECT coalesce(sum(pg_relation_size(relid)), 0) > 0 AS "left" FROM pg_partition_tree($1)`,
    [quoted],
  );
  if (rows[0]?.left) {
    await client.query("SELECT truncate_local_data_after_distributing_table($1)", [quoted]);
  }
}
