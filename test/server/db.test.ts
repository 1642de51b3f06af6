import { chmodSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { migrationsPending, openDatabase } from "#app/db.server.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#app/embedded-postgres.server.ts";
import { createLog } from "#app/log.server.ts";
import { openPool } from "#app/pool.server.ts";
import { inTransaction } from "#app/sync/transaction.ts";

const silent = createLog("silent");
const folder = mkdtempSync(join(tmpdir(), "db-test-"));
let postgres: EmbeddedPostgres;
let url = "";
let count = 0;

beforeAll(async () => {
  chmodSync(folder, 0o755);
  postgres = await startEmbeddedPostgres({ folder, log: silent });
});

afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  count += 1;
  await query(postgres.url, `CREATE DATABASE db_${count}`);
  const own = new URL(postgres.url);
  own.pathname = `db_${count}`;
  url = own.href;
});

async function query(at: string, sql: string) {
  const client = new pg.Client({ connectionString: at });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test("migrates an empty database and says so in one line; the second time nothing is left", async () => {
  const lines: string[] = [];
  const log = createLog("info", { write: (line) => lines.push(line) });
  for (const applied of [1, 0]) {
    const database = await openDatabase({ url, log });
    expect(await database.prisma.shop.count()).toBe(0);
    expect(await migrationsPending(database.prisma)).toEqual([]);
    await database.close();
    const [line = "", ...more] = lines.splice(0);
    expect(more).toEqual([]);
    const { record } = { record: JSON.parse(line) };
    expect(record.database).toMatch(/^127\.0\.0\.1:\d+\/db_\d+$/);
    if (applied === 0) expect(record.migrationsApplied).toBe(0);
    else expect(record.migrationsApplied).toBeGreaterThan(0);
    expect(line).not.toContain(new URL(url).password);
  }
});

test("several that open an empty database at once migrate it once", async () => {
  const databases = await Promise.all([1, 2, 3].map(() => openDatabase({ url, log: silent })));
  const rows = await query(url, `SELECT migration_name FROM "_prisma_migrations"`);
  expect(new Set(rows.map((row) => row.migration_name)).size).toBe(rows.length);
  await Promise.all(databases.map((database) => database.close()));
});

test("a migration that is missing is pending", async () => {
  const database = await openDatabase({ url, log: silent });
  await query(url, `UPDATE "_prisma_migrations" SET finished_at = NULL`);
  expect((await migrationsPending(database.prisma)).length).toBeGreaterThan(0);
  await database.close();
});

test("a database that cannot be migrated tells Prisma's reason", async () => {
  await query(url, `CREATE TABLE "Shop" (id int)`);
  const error = await openDatabase({ url, log: silent }).catch((reason) => reason);
  expect(error.code).toBe("database");
  expect(error.message).toContain("P3005");
  expect(error.message).not.toContain(new URL(url).password);
});

test("a database that appears late is waited for", async () => {
  const late = new URL(url);
  late.pathname = "late";
  await query(postgres.url, "CREATE DATABASE late ALLOW_CONNECTIONS false");
  const opening = openDatabase({ url: late.href, log: silent });
  await query(postgres.url, "ALTER DATABASE late ALLOW_CONNECTIONS true");
  const database = await opening;
  expect(await database.prisma.shop.count()).toBe(0);
  await database.close();
});

test.each([
  ["refused", () => "postgresql://me:hunter2@127.0.0.1:1/app", "127.0.0.1:1/app", 300],
  ["a wrong password", () => url.replace(/:[^:@]*@/, ":hunter2@"), "password", 30_000],
  ["no such database", () => url.replace("?", "_none?password_hint=hunter2&"), "_none", 30_000],
  ["not a URL", () => "host=db password=hunter2", "%23", 30_000],
])("%s: an error names the place, never the password", async (_name, at, hint, waitMs) => {
  const error = await openDatabase({ url: at(), log: silent, waitMs }).catch((reason) => reason);
  expect(error.code).toBe("database");
  expect(error.message).toContain(hint);
  expect(error.message).not.toContain("hunter2");
});

// a listener too few ends the process, and this test run with it
test("a connection that is lost between two statements fails the transaction, no more", async () => {
  const pool = openPool({ connectionString: url, max: 1 }, silent);
  const transaction = inTransaction(pool, async (client) => {
    const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
    const lost = new Promise((resolve) => client.once("end", resolve));
    await query(postgres.url, `SELECT pg_terminate_backend(${rows[0].pid})`);
    await lost;
    return client.query("SELECT 1");
  });
  await expect(transaction).rejects.toThrow();
  expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
