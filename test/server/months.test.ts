import pg from "pg";
import { afterAll, expect, it } from "vitest";
import { dropMonths, makeMonths } from "#app/database/months.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { addEvents, type OrderEvent } from "#app/store/order-events.ts";
import { createDatabase } from "#test/world/shared-postgres.ts";

const database = await createDatabase();
// as the app's own connections, which wait for no lock for long
const pool = new pg.Pool({ connectionString: database.url, options: "-c lock_timeout=500" });
const log = createLog("silent");
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const shop = "months.myshopify.com";

async function insert(at: string): Promise<void> {
  await pool.query(
    `INSERT INTO "TimelineEvent" ("shop", "orderId", "source", "at", "kind") VALUES ($1, '1', $2::text, ($2::text)::timestamptz, 'read')`,
    [shop, at],
  );
}

async function stored(): Promise<[table: string, at: string][]> {
  const { rows } = await pool.query<{ table: string; source: string }>(
    `SELECT tableoid::regclass::text AS "table", "source" FROM "TimelineEvent" ORDER BY "at"`,
  );
  return rows.map(({ table, source }) => [table.replaceAll('"', ""), source]);
}

async function tables(): Promise<string[]> {
  const { rows } = await pool.query<{ relname: string }>(
    `SELECT "relname" FROM pg_class WHERE "relname" LIKE 'TimelineEvent%' AND "relkind" = 'r'
      ORDER BY 1`,
  );
  return rows.map(({ relname }) => relname.replace("TimelineEvent_", ""));
}

it("gives the months to come their tables, whoever and however often it is asked", async () => {
  await insert("2026-11-24T12:00:00Z");
  const now = Date.parse("2027-02-10T00:00:00Z");
  await Promise.all([makeMonths(pool, now), makeMonths(pool, now)]);
  await makeMonths(pool, now);
  const months = ["2027_01", "2027_02", "2027_03", "2027_04", "2027_05"];
  expect(await tables()).toEqual([...months, "first", "later"]);
  for (const at of ["2027-01-31T23:59:59Z", "2027-02-01T00:00:00Z", "2027-05-31T00:00:00Z"]) {
    await insert(at);
  }
  expect(await stored()).toEqual([
    ["TimelineEvent_first", "2026-11-24T12:00:00Z"],
    ["TimelineEvent_2027_01", "2027-01-31T23:59:59Z"],
    ["TimelineEvent_2027_02", "2027-02-01T00:00:00Z"],
    ["TimelineEvent_2027_05", "2027-05-31T00:00:00Z"],
  ]);
});

it("drops months that are over before a time, with all their rows, and no other", async () => {
  expect(await dropMonths(pool, log, Date.parse("2027-01-31T00:00:00Z"))).toEqual([
    "TimelineEvent_first",
  ]);
  expect(await dropMonths(pool, log, Date.parse("2027-02-01T00:00:00Z"))).toEqual([
    "TimelineEvent_2027_01",
  ]);
  expect((await stored()).map(([table]) => table)).toEqual([
    "TimelineEvent_2027_02",
    "TimelineEvent_2027_05",
  ]);
});

it("waits for nobody for long who reads a month that is to go, and goes on with it later", async () => {
  const reader = await pool.connect();
  await reader.query("BEGIN");
  await reader.query(`SELECT count(*) FROM "TimelineEvent"`);
  const before = Date.parse("2027-03-01T00:00:00Z");
  try {
    expect(await dropMonths(pool, log, before)).toEqual([]);
    // writers of other months go on
    await insert("2027-03-05T00:00:00Z");
  } finally {
    await reader.query("COMMIT");
    reader.release();
  }
  expect(await dropMonths(pool, log, before)).toEqual(["TimelineEvent_2027_02"]);
  expect((await stored()).map(([table]) => table)).toEqual([
    "TimelineEvent_2027_03",
    "TimelineEvent_2027_05",
  ]);
});

it("has a table for a row whose month was not made in time", async () => {
  await insert("2029-01-05T00:00:00Z");
  await makeMonths(pool, Date.parse("2029-01-10T00:00:00Z"));
  await insert("2029-06-05T00:00:00Z");
  expect((await stored()).slice(-2)).toEqual([
    ["TimelineEvent_later", "2029-01-05T00:00:00Z"],
    ["TimelineEvent_later", "2029-06-05T00:00:00Z"],
  ]);
});

it("adds a repeat to nothing, whenever its source happened", async () => {
  const told = async (at: number): Promise<number> => {
    const event: OrderEvent = { orderId: "2", source: `fold:${at}`, at, kind: "fold", detail: {} };
    const client = await pool.connect();
    try {
      await addEvents(client, shop, [event]);
      await addEvents(client, shop, [event]);
    } finally {
      client.release();
    }
    const { rows } = await pool.query(
      `SELECT count(*)::int AS count FROM "TimelineEvent" WHERE "orderId" = '2'`,
    );
    return rows[0].count;
  };
  expect(await told(Date.parse("2040-01-01T00:00:00Z"))).toBe(1);
});
