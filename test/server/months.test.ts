import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  dropMonths,
  endOfFirst,
  endOfMonths,
  makeMonths,
  monthlyTables,
} from "#app/database/months.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { addEvents, type OrderEvent } from "#app/store/order-events.ts";
import { standInForCitus } from "#test/simulator/citus.ts";
import { createDatabase } from "#test/world/shared-postgres.ts";
import { eventually } from "./client.ts";

const database = await createDatabase();
// as the app's own connections, which wait for no lock for long
const options = "-c lock_timeout=5000";
const pool = new pg.Pool({ connectionString: database.url, options });
const log = createLog("silent");
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const shop = "months.myshopify.com";

/** As text: a row that says of which time it is. */
const rows = {
  TimelineEvent: `INSERT INTO "TimelineEvent" ("shop", "orderId", "source", "at", "kind")
    VALUES ($1, '1', 'x', $2::timestamptz, 'read')`,
  Attempt: `INSERT INTO "Attempt" ("shop", "id", "epoch", "orders", "startedAt", "answeredAt")
    VALUES ($1, gen_random_uuid(), 1, '[]', $2::timestamptz, now())`,
};
const times = { TimelineEvent: "at", Attempt: "startedAt" };

describe.each(monthlyTables)("%s", (table) => {
  /** when the first table ends: the month that is called 0 */
  let start = 0;
  beforeAll(async () => {
    start = (await endOfFirst(pool, table)) ?? 0;
  });

  /** A time in a month, so many days after its start. */
  function at(month: number, days: number): Date {
    const first = new Date(start);
    return new Date(
      Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month) + days * 86_400_000,
    );
  }
  const name = (month: number) => at(month, 0).toISOString().slice(0, 7).replace("-", "_");

  async function insert(time: Date): Promise<void> {
    await pool.query(rows[table], [shop, time]);
  }

  async function stored(): Promise<[table: string, at: Date][]> {
    const { rows } = await pool.query<{ table: string; at: Date }>(
      `SELECT tableoid::regclass::text AS "table", "${times[table]}" AS "at" FROM "${table}" ORDER BY 2`,
    );
    return rows.map((row) => [row.table.replaceAll('"', "").replace(`${table}_`, ""), row.at]);
  }

  async function tables(): Promise<string[]> {
    const { rows } = await pool.query<{ relname: string }>(
      `SELECT "relname" FROM pg_class WHERE "relname" ~ '^${table}_([0-9_]*|first|later)$'
          AND "relkind" = 'r' ORDER BY 1`,
    );
    return rows.map(({ relname }) => relname.replace(`${table}_`, ""));
  }

  const drop = async (before: Date) =>
    (await dropMonths(pool, log, table, before.getTime())).map((one) =>
      one.replace(`${table}_`, ""),
    );
  const make = (now: Date) => makeMonths(pool, table, now.getTime());

  it("gives the months to come their tables, whoever and however often it is asked", async () => {
    await insert(at(-2, 3));
    const now = at(1, 9);
    await Promise.all([make(now), make(now)]);
    await make(now);
    expect(await tables()).toEqual([...[0, 1, 2, 3, 4].map(name), "first", "later"]);
    const rest = [at(1, -0.01), at(1, 0), at(4, 20)];
    for (const time of rest) await insert(time);
    expect(await stored()).toEqual([
      ["first", at(-2, 3)],
      [name(0), rest[0]],
      [name(1), rest[1]],
      [name(4), rest[2]],
    ]);
  });

  it("has the indexes of the whole, and keeps no statistics about shops, in each of them", async () => {
    const { rows } = await pool.query<{ table: string; indexes: string[]; target: number }>(
      `SELECT a."attstattarget"::int AS "target", ARRAY(
          SELECT regexp_replace(pg_get_indexdef("indexrelid"), '^.* USING ', '')
            FROM pg_index WHERE "indrelid" = i."inhrelid" ORDER BY 1) AS "indexes"
         FROM pg_inherits i JOIN pg_attribute a ON a."attrelid" = i."inhrelid" AND a."attname" = 'shop'
        WHERE "inhparent" = '"${table}"'::regclass AND "inhrelid" <> '"${table}_first"'::regclass`,
    );
    const { rows: whole } = await pool.query<{ index: string }>(
      `SELECT regexp_replace(pg_get_indexdef("indexrelid"), '^.* USING ', '') AS "index"
         FROM pg_index WHERE "indrelid" = '"${table}"'::regclass ORDER BY 1`,
    );
    expect(rows).toHaveLength(6);
    for (const row of rows) {
      expect(row).toEqual({ target: 0, indexes: whole.map(({ index }) => index) });
    }
  });

  it("drops months that are over before a time, with all their rows, and no other", async () => {
    expect(await endOfMonths(pool, table, at(0, -1).getTime())).toBe(null);
    expect(await drop(at(0, -1))).toEqual([]);
    expect(await endOfMonths(pool, table, at(1, -1).getTime())).toBe(at(0, 0).getTime());
    expect(await drop(at(1, -1))).toEqual(["first"]);
    expect(await endOfFirst(pool, table)).toBe(null);
    expect(await drop(at(1, 0))).toEqual([name(0)]);
    expect((await stored()).map(([one]) => one)).toEqual([name(1), name(4)]);
  });

  it("waits for nobody for long who reads a month that is to go, and goes on with it later", async () => {
    const reader = await pool.connect();
    await reader.query("BEGIN");
    await reader.query(`SELECT count(*) FROM "${table}"`);
    try {
      expect(await drop(at(2, 0))).toEqual([]);
      // writers of other months go on
      await insert(at(2, 4));
    } finally {
      await reader.query("COMMIT");
      reader.release();
    }
    expect(await drop(at(2, 0))).toEqual([name(1)]);
    expect((await stored()).map(([one]) => one)).toEqual([name(2), name(4)]);
  });

  it("waits for nobody crosswise who asks while months are made", async () => {
    const asking = await pool.connect();
    await asking.query("BEGIN");
    await asking.query(`SELECT 1 FROM ONLY "${table}"`);
    try {
      const made = make(at(2, 9)).then(
        () => "made",
        ({ code }) => code,
      );
      await eventually("months wait for whoever asks", async () => {
        const { rows } = await pool.query(
          `SELECT 1 FROM pg_stat_activity
            WHERE "datname" = current_database() AND "wait_event_type" = 'Lock'`,
        );
        return rows.length > 0;
      });
      await asking.query(`SELECT count(*) FROM "${table}"`);
      await asking.query("COMMIT");
      // on a busy machine it may have given up meanwhile, and is no deadlock
      expect(["made", "55P03"]).toContain(await made);
    } finally {
      await asking.query("ROLLBACK");
      asking.release();
    }
  });

  it("has a table for a row whose month was not made in time", async () => {
    await insert(at(24, 4));
    await make(at(24, 9));
    await insert(at(29, 4));
    expect((await stored()).slice(-2)).toEqual([
      ["later", at(24, 4)],
      ["later", at(29, 4)],
    ]);
  });
});

it("keeps a month of requests until somebody is done with all of them", async () => {
  const { rows } = await pool.query<{ id: string; startedAt: Date }>(
    `SELECT "id", "startedAt" FROM "Attempt" ORDER BY "startedAt" LIMIT 1`,
  );
  const [oldest] = rows;
  const before = (oldest?.startedAt.getTime() ?? 0) + 40 * 86_400_000;
  for (const open of [`"answeredAt" = NULL`, `"answeredAt" = now(), "pollAt" = now()`]) {
    await pool.query(`UPDATE "Attempt" SET ${open} WHERE "id" = $1`, [oldest?.id]);
    expect(await dropMonths(pool, log, "Attempt", before)).toEqual([]);
  }
  await pool.query(`UPDATE "Attempt" SET "pollAt" = NULL WHERE "id" = $1`, [oldest?.id]);
  expect(await dropMonths(pool, log, "Attempt", before)).toHaveLength(1);
});

it("makes and drops months on a Citus, which refuses to detach them concurrently", async () => {
  const other = await createDatabase();
  const citus = new pg.Pool({ connectionString: other.url, options });
  try {
    await standInForCitus(other.url, 2);
    await citus.query(
      `SELECT create_distributed_table('"Shop"', 'domain', colocate_with => 'none')`,
    );
    for (const table of monthlyTables) {
      await citus.query(
        `SELECT create_distributed_table('"${table}"', 'shop', colocate_with => '"Shop"')`,
      );
      const end = (await endOfFirst(citus, table)) ?? 0;
      await makeMonths(citus, table, end);
      expect(await dropMonths(citus, log, table, end)).toEqual([`${table}_first`]);
    }
  } finally {
    await citus.end();
    await other.drop();
  }
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
