import type pg from "pg";
import type { Logger } from "#app/foundation/log.server.ts";
import { inTransaction } from "./transaction.ts";

/** The table whose rows lie in a table for each month. */
const parent = "TimelineEvent";
const later = `${parent}_later`;

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
export async function makeMonths(pool: pg.Pool, now: number): Promise<void> {
  const last = monthOf(now, monthsAhead);
  const isMade = (parts: readonly Part[]) =>
    (parts.find(({ name }) => name === later)?.from ?? last + 1) > last;
  if (isMade(await partsOf(pool))) return;
  await inTransaction(pool, async (client) => {
    await client.query(`SET LOCAL lock_timeout = ${lockMs}`);
    // one process at a time: the table that it locks is another one for the next
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('${later}'))`);
    await client.query(`LOCK TABLE "${later}" IN ACCESS EXCLUSIVE MODE`);
    const parts = await partsOf(client);
    const from = parts.find(({ name }) => name === later)?.from ?? null;
    if (from === null || isMade(parts)) return;
    // its rows stay where they are, and go with it
    const { rows } = await client.query(`SELECT 1 FROM "${later}" LIMIT 1`);
    if (rows.length > 0) return;
    await client.query(`DROP TABLE "${later}"`);
    let start = from;
    for (; start <= last; start = monthOf(start, 1)) {
      const name = `${parent}_${new Date(start).toISOString().slice(0, 7).replace("-", "_")}`;
      await client.query(partOf(name, iso(start), iso(monthOf(start, 1))));
    }
    await client.query(partOf(later, iso(start), "MAXVALUE"));
  });
}

/**
 * Drops the tables that hold nothing as young as `before`. Each is detached first, so that readers and
 * writers of the others go on; where something holds it for long, it is tried again the next time.
 *
 * @param before epoch milliseconds
 * @returns the names of the dropped tables
 */
export async function dropMonths(pool: pg.Pool, log: Logger, before: number): Promise<string[]> {
  const dropped: string[] = [];
  for (const { name, to, pending } of await partsOf(pool)) {
    if (to === null || to > before) continue;
    try {
      await detach(pool, name, pending);
    } catch (err) {
      log.warn({ err, table: name }, "a month was not detached; it is tried again");
    }
  }
  for (const name of await detached(pool)) {
    await pool.query(`DROP TABLE "${name}"`);
    dropped.push(name);
  }
  return dropped;
}

/** @param pending whether it was begun, and its connection ended */
async function detach(pool: pg.Pool, name: string, pending: boolean): Promise<void> {
  const alter = `ALTER TABLE "${parent}" DETACH PARTITION "${name}"`;
  try {
    // it takes no transaction; how long it waits for a lock is the connection's own limit
    await pool.query(`${alter} ${pending ? "FINALIZE" : "CONCURRENTLY"}`);
  } catch (error) {
    // Citus
    if ((error as { code?: string }).code !== "0A000") throw error;
    await inTransaction(pool, async (client) => {
      await client.query(`SET LOCAL lock_timeout = ${lockMs}`);
      await client.query(alter);
    });
  }
}

async function partsOf(client: Pick<pg.Pool | pg.PoolClient, "query">): Promise<Part[]> {
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
async function detached(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT "relname" AS "name" FROM pg_class
      WHERE "relname" ~ '^${parent}_(first|later|[0-9]{4}_[0-9]{2})$' AND "relkind" = 'r'
        AND NOT "relispartition" AND "relnamespace" = (
          SELECT "relnamespace" FROM pg_class WHERE "oid" = '"${parent}"'::regclass)`,
  );
  return rows.map(({ name }) => name);
}

function partOf(name: string, from: string, to: string): string {
  return `CREATE TABLE "${name}" PARTITION OF "${parent}" FOR VALUES FROM (${from}) TO (${to})`;
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
