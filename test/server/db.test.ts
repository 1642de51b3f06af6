import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openClient, usualLimits } from "#app/database/connection.server.ts";
import { giveLimits } from "#app/database/kept-limits.server.ts";
import { pendingMigrations } from "#app/database/migrations.server.ts";
import { openPool } from "#app/database/pool.server.ts";
import { inTransaction } from "#app/database/transaction.ts";
import { openDatabase } from "#app/db.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { createDatabase, type TestDatabase } from "#test/world/shared-postgres.ts";

const silent = createLog("silent");
let made: TestDatabase;
let url = "";

/** Has a new database for a test: a migrated one, or an empty one. */
async function useDatabase(template?: "template1"): Promise<void> {
  made = await createDatabase(template);
  url = made.url;
}

afterEach(() => made.drop());

async function query(at: string, sql: string) {
  const client = new pg.Client({ connectionString: at });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** How many migrations the database lacks. */
async function missing(): Promise<number> {
  const pool = openPool({ connectionString: url, max: 1 }, silent);
  const names = await pendingMigrations(async (sql) => (await pool.query(sql)).rows);
  await pool.end();
  return names.length;
}

describe("an empty database", () => {
  beforeEach(() => useDatabase("template1"));

  test("is migrated, which one line says; the second time nothing is left", async () => {
    const lines: string[] = [];
    const log = createLog("info", { write: (line) => lines.push(line) });
    for (const applied of [1, 0]) {
      const database = await openDatabase({ url, log });
      expect(await database.prisma.shop.count()).toBe(0);
      expect(await missing()).toBe(0);
      await database.close();
      const [line = "", ...more] = lines.splice(0);
      expect(more).toEqual([]);
      const { record } = { record: JSON.parse(line) };
      expect(record.database).toMatch(/^127\.0\.0\.1:\d+\/world_\w+$/);
      if (applied === 0) expect(record.migrationsApplied).toBe(0);
      else expect(record.migrationsApplied).toBeGreaterThan(0);
      expect(line).not.toContain(new URL(url).password);
    }
  });

  test("is migrated once by several that open it at once", async () => {
    const databases = await Promise.all([1, 2, 3].map(() => openDatabase({ url, log: silent })));
    const rows = await query(url, `SELECT migration_name FROM "_prisma_migrations"`);
    expect(new Set(rows.map((row) => row.migration_name)).size).toBe(rows.length);
    await Promise.all(databases.map((database) => database.close()));
  });

  test("with somebody else's table is refused with Prisma's reason", async () => {
    await query(url, `CREATE TABLE "Shop" (id int)`);
    const error = await openDatabase({ url, log: silent }).catch((reason) => reason);
    expect(error.code).toBe("database");
    expect(error.message).toContain("P3005");
    expect(error.message).not.toContain(new URL(url).password);
  });
});

describe("a migrated database", () => {
  beforeEach(() => useDatabase());

  test("whose last migration did not end has it pending", async () => {
    const database = await openDatabase({ url, log: silent });
    await query(url, `UPDATE "_prisma_migrations" SET finished_at = NULL`);
    expect(await missing()).toBeGreaterThan(0);
    await database.close();
  });

  test("whose process died in a migration is migrated by the next one", async () => {
    await query(url, `ALTER TABLE "Shop" DROP COLUMN "missingAccess"`);
    await query(
      url,
      `UPDATE "_prisma_migrations" SET finished_at = NULL
        WHERE migration_name = '20261127214500_missing_access'`,
    );
    const database = await openDatabase({ url, log: silent });
    expect(await missing()).toBe(0);
    expect(await database.prisma.shop.count()).toBe(0);
    await database.close();
  });

  test("is waited for when it takes connections late", async () => {
    const server = new URL(url);
    server.pathname = "postgres";
    const allow = (isAllowed: boolean) =>
      query(
        server.href,
        `ALTER DATABASE ${new URL(url).pathname.slice(1)} ALLOW_CONNECTIONS ${isAllowed}`,
      );
    await allow(false);
    const opening = openDatabase({ url, log: silent });
    await allow(true);
    const database = await opening;
    expect(await database.prisma.shop.count()).toBe(0);
    await database.close();
  });
});

describe("a database behind a connection pooler", () => {
  beforeEach(() => useDatabase());
  const limits = { ...usualLimits, pooler: { namedStatements: false } };

  test("is refused until its role has the limits", async () => {
    const open = (own = limits) => openDatabase({ url, directUrl: url, log: silent, limits: own });
    await expect(open()).rejects.toThrow("npm run -s ops -- set-limits");
    const client = openClient(url, "test", limits);
    await client.connect();
    await giveLimits(client, { ...limits, lockMs: 1234 });
    await client.end();
    // a shorter one will do, a longer one not
    await (await open()).close();
    await expect(open({ ...limits, lockMs: 1000 })).rejects.toThrow(
      "lock_timeout is 1234 ms, not 1000 ms",
    );
  });

  test("gets statements without their names, unless it carries them", async () => {
    for (const namedStatements of [false, true]) {
      const own = { ...limits, pooler: { namedStatements } };
      const pool = openPool({ connectionString: url, max: 1, limits: own }, silent);
      for (const one of [1, 2]) {
        const { rows } = await pool.query({
          name: "same",
          text: "SELECT $1::int AS n",
          values: [one],
        });
        expect(rows).toEqual([{ n: one }]);
      }
      const { rows } = await pool.query("SELECT name FROM pg_prepared_statements");
      expect(rows).toEqual(namedStatements ? [{ name: "same" }] : []);
      await pool.end();
    }
  });
});

describe("a connection", () => {
  beforeEach(() => useDatabase());

  test.each([
    ["refused", () => "postgresql://me:hunter2@127.0.0.1:1/app", "127.0.0.1:1/app", 300],
    ["a wrong password", () => url.replace(/:[^:@]*@/, ":hunter2@"), "password", 30_000],
    ["no such database", () => url.replace("?", "_none?password_hint=hunter2&"), "_none", 30_000],
    ["not a URL", () => "host=db password=hunter2", "%23", 30_000],
  ])("%s: the error names the place, never the password", async (_name, at, hint, waitMs) => {
    const error = await openDatabase({ url: at(), log: silent, waitMs }).catch((reason) => reason);
    expect(error.code).toBe("database");
    expect(error.message).toContain(hint);
    expect(error.message).not.toContain("hunter2");
  });

  // a listener too few ends the process, and this test run with it
  test("that is lost between two statements fails the transaction, no more", async () => {
    const pool = openPool({ connectionString: url, max: 1 }, silent);
    const transaction = inTransaction(pool, async (client) => {
      const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
      const lost = new Promise((resolve) => client.once("end", resolve));
      await query(url, `SELECT pg_terminate_backend(${rows[0].pid})`);
      await lost;
      return client.query("SELECT 1");
    });
    await expect(transaction).rejects.toThrow();
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });
});
