import type pg from "pg";
import type { Logger } from "#app/foundation/log.server.ts";
import { inTransaction } from "./transaction.ts";

/**
 * The tables whose rows lie in a table for each month, each with what is said of rows that nobody is
 * done with: a month that holds one stays.
 */
const tables = {
  TimelineEvent: [],
  Attempt: [`"answeredAt" IS NULL`, `"pollAt" IS NOT NULL`],
} as const satisfies Record<string, readonly string[]>;

export type MonthlyTable = keyof typeof tables;

export const monthlyTables = Object.keys(tables) as MonthlyTable[];

/** Months that have a table before they come: for so long nobody needs to make one. */
const monthsAhead = 3;
/** So long a statement waits for the lock that it needs, and whoever writes waits behind it. */
const lockMs = 2000;

/** One of the tables; `from` and `to` (left out) as epoch milliseconds, null: without an end. */
type Part = { name: string; from: number | null; to: number | null; pending: boolean };

/**
 * Gives the months to come tables of their own. They are cut off from the last table, which has no end
 * and is empty until then, so that every row has a table, whether or not this was done in time. Safe to
 * repeat, also by several processes at once.
 *
 * @param now epoch milliseconds
 */
export async function makeMonths(pool: pg.Pool, parent: MonthlyTable, now: number): Promise<void> {
  const later = `${parent}_later`;
  const last = monthOf(now, monthsAhead);
  const isMade = (parts: readonly Part[]) =>
    (parts.find(({ name }) => name === later)?.from ?? last + 1) > last;
  if (isMade(await partsOf(pool, parent))) return;
  await inTransaction(pool, async (client) => {
    await client.query(`SET LOCAL lock_timeout = ${lockMs}`);
    // on a Citus: over one connection to each node, which sees what was done before
    await client.query("SELECT set_config('citus.multi_shard_modify_mode', 'sequential', true)");
    // first of all the whole, as everybody does who asks: nobody then waits for the other crosswise
    await client.query(`LOCK TABLE ONLY "${parent}" IN ACCESS EXCLUSIVE MODE`);
    const parts = await partsOf(client, parent);
    const from = parts.find(({ name }) => name === later)?.from ?? null;
    if (from === null || isMade(parts)) return;
    // its rows stay where they are, and go with it
    const { rows } = await client.query(`SELECT 1 FROM "${later}" LIMIT 1`);
    if (rows.length > 0) return;
    await client.query(`DROP TABLE "${later}"`);
    let start = from;
    for (; start <= last; start = monthOf(start, 1)) {
      const name = `${parent}_${new Date(start).toISOString().slice(0, 7).replace("-", "_")}`;
      await addPart(client, parent, name, iso(start), iso(monthOf(start, 1)));
    }
    await addPart(client, parent, later, iso(start), "MAXVALUE");
  });
}

/** When the youngest month ended that holds nothing as young as `before`; null: there is none. */
export async function endOfMonths(
  pool: pg.Pool,
  parent: MonthlyTable,
  before: number,
): Promise<number | null> {
  const ends = (await partsOf(pool, parent)).flatMap(({ to }) => to ?? []);
  return ends.filter((to) => to <= before).sort((a, b) => b - a)[0] ?? null;
}

/** When the first of the tables ends, which may hold many months; null: it is dropped. */
export async function endOfFirst(pool: pg.Pool, parent: MonthlyTable): Promise<number | null> {
  const parts = await partsOf(pool, parent);
  return parts.find(({ name }) => name === `${parent}_first`)?.to ?? null;
}

/**
 * Drops the tables that hold nothing as young as `before`, and nothing that somebody is not done with.
 * Each is detached first, so that readers and writers of the others go on; where something holds it for
 * long, it is tried again the next time.
 *
 * @param before epoch milliseconds
 * @returns the names of the dropped tables
 */
export async function dropMonths(
  pool: pg.Pool,
  log: Logger,
  parent: MonthlyTable,
  before: number,
): Promise<string[]> {
  const dropped: string[] = [];
  for (const { name, to, pending } of await partsOf(pool, parent)) {
    if (to === null || to > before) continue;
    try {
      if (!pending && (await isOpen(pool, parent, name))) {
        log.warn({ table: name }, "a month stays: somebody is not done with all of its rows");
      } else await detach(pool, parent, name, pending);
    } catch (err) {
      log.warn({ err, table: name }, "a month was not detached; it is tried again");
    }
  }
  for (const name of await detached(pool, parent)) {
    await pool.query(`DROP TABLE "${name}"`);
    dropped.push(name);
  }
  return dropped;
}

/** Whether the table holds rows that the month must stay for: there are indexes of nothing else. */
async function isOpen(pool: pg.Pool, parent: MonthlyTable, name: string): Promise<boolean> {
  for (const open of tables[parent]) {
    const { rows } = await pool.query(`SELECT 1 FROM "${name}" WHERE ${open} LIMIT 1`);
    if (rows.length > 0) return true;
  }
  return false;
}

/** @param pending whether it was begun, and its connection ended */
async function detach(
  pool: pg.Pool,
  parent: MonthlyTable,
  name: string,
  pending: boolean,
): Promise<void> {
  const alter = `ALTER TABLE "${parent}" DETACH PARTITION "${name}"`;
  const { rows } = await pool.query(`SELECT 1 FROM pg_extension WHERE extname = 'citus'`);
  if (rows.length === 0) {
    // it takes no transaction; how long it waits for a lock is the connection's own limit
    await pool.query(`${alter} ${pending ? "FINALIZE" : "CONCURRENTLY"}`);
    return;
  }
  // Citus refuses both
  await inTransaction(pool, async (client) => {
    await client.query(`SET LOCAL lock_timeout = ${lockMs}`);
    await client.query(alter);
  });
}

async function partsOf(
  client: Pick<pg.Pool | pg.PoolClient, "query">,
  parent: MonthlyTable,
): Promise<Part[]> {
  const { rows } = await client.query<{ name: string; bound: string; pending: boolean }>(
    `SELECT c."relname" AS "name", pg_get_expr(c."relpartbound", c."oid") AS "bound",
            i."inhdetachpending" AS "pending"
       FROM pg_inherits i JOIN pg_class c ON c."oid" = i."inhrelid"
      WHERE i."inhparent" = '"${parent}"'::regclass ORDER BY c."relname"`,
  );
  return rows.map(({ name, bound, pending }) => {
    const [, from, to] = /FROM \((.*)\) TO \((.*)\)/.exec(bound ?? "") ?? [];
    return { name, pending, from: timeOf(from), to: timeOf(to) };
  });
}

/** Tables of months that are detached: what ended before they were dropped. */
async function detached(pool: pg.Pool, parent: MonthlyTable): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT "relname" AS "name" FROM pg_class
      WHERE "relname" ~ '^${parent}_(first|later|[0-9]{4}_[0-9]{2})$' AND "relkind" = 'r'
        AND NOT "relispartition" AND "relnamespace" = (
          SELECT "relnamespace" FROM pg_class WHERE "oid" = '"${parent}"'::regclass)`,
  );
  return rows.map(({ name }) => name);
}

/**
 * Makes a table and attaches it: Citus lays it out then, and takes with it that no statistics are kept
 * about shops (docs/decisions/0028), which it refuses to be told of a table that it has laid out.
 */
async function addPart(
  client: pg.PoolClient,
  parent: MonthlyTable,
  name: string,
  from: string,
  to: string,
): Promise<void> {
  await client.query(`CREATE TABLE "${name}" (LIKE "${parent}" INCLUDING DEFAULTS)`);
  await client.query(`ALTER TABLE "${name}" ALTER COLUMN "shop" SET STATISTICS 0`);
  await client.query(
    `ALTER TABLE "${parent}" ATTACH PARTITION "${name}" FOR VALUES FROM (${from}) TO (${to})`,
  );
}

/** As PostgreSQL shows a bound: '2027-01-01 00:00:00+00', MINVALUE or MAXVALUE. */
function timeOf(bound: string | undefined): number | null {
  const time = Date.parse((bound ?? "").replaceAll("'", "").replace(/([+-]\d\d)$/, "$1:00"));
  return Number.isNaN(time) ? null : time;
}

/** The start (UTC) of the month that is so many months after that of `time`. */
function monthOf(time: number, months: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months);
}

function iso(time: number): string {
  return `'${new Date(time).toISOString()}'`;
}
