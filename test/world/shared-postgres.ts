import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { usualLimits } from "#app/database/connection.server.ts";
import { startEmbeddedPostgres } from "#app/database/embedded-postgres/embedded-postgres.server.ts";
import { openDatabase } from "#app/db.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { startQueue } from "#app/queue/queue.ts";
import { createSweeps } from "#app/queue/sweeps.ts";
import { sqlFolder } from "./sql-folder.ts";

/** Set by the global setup; worlds make their databases there. */
const variable = "TEST_POSTGRES_URL";

/**
 * A database that new ones are copied from, migrated and with the queue's tables: to make these in
 * each would take over a second.
 */
const template = "migrated";

/**
 * Global setup of vitest and of Playwright: one PostgreSQL for the whole test run, removed when it
 * ends. Each world has a database of its own in it. The SQL of all of them is collected.
 */
export default async function startSharedPostgres(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "hakuna-test-sql-"));
  const stop = await startTestPostgres("warn");
  process.env[sqlFolder] = folder;
  return async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** The same for a run that ends its PostgreSQL in ways of its own: `level` of the log about it. */
export async function startTestPostgres(level: string): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "hakuna-test-postgres-"));
  // mkdtemp's folder is its owner's alone; as root, PostgreSQL runs as another user.
  await chmod(folder, 0o755);
  const log = createLog(level);
  const start = () => startEmbeddedPostgres({ folder: join(folder, "data"), log });
  let postgres = await start();
  await query(postgres.url, "ALTER SYSTEM SET fsync = off");
  // for what a machine that loses its power leaves behind
  await query(postgres.url, "ALTER SYSTEM SET full_page_writes = off");
  // several files run at once, each with processes of the app
  await query(postgres.url, "ALTER SYSTEM SET max_connections = 400");
  // a connection that falls silent while it logs in holds up everybody's CREATE and DROP DATABASE
  await query(postgres.url, "ALTER SYSTEM SET authentication_timeout = '10s'");
  await makeLoginsCheap(postgres.url);
  await postgres.stop();
  postgres = await start();
  await query(postgres.url, `CREATE DATABASE ${template}`);
  const url = databaseAt(postgres.url, template);
  const database = await openDatabase({ url, log });
  await database.close();
  const concurrency = { sync: 1, scan: 1, plans: 1, refunds: 1 };
  const queue = await startQueue({
    ...{ databaseUrl: url, limits: usualLimits, log, concurrency, worker: false },
    ...{ sweepIntervalMs: 1000, runLimitMs: 60_000, sweeps: createSweeps(() => undefined) },
  });
  await queue.stop();
  process.env[variable] = postgres.url;
  return async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** A login works out its password's hash thousands of times over, and a test run logs in as often. */
async function makeLoginsCheap(url: string): Promise<void> {
  const { password } = new URL(url);
  await query(url, `SET scram_iterations = 1; ALTER ROLE postgres PASSWORD '${password}'`);
}

export type TestDatabase = { url: string; drop(): Promise<void> };

/**
 * A new database in the test run's PostgreSQL, without rows.
 *
 * @param from what it is copied from: what is migrated already, or PostgreSQL's own `template1`
 */
export async function createDatabase(from = template): Promise<TestDatabase> {
  const shared = process.env[variable];
  if (!shared) throw new Error(`${variable} is not set: name shared-postgres.ts as global setup.`);
  const name = `world_${crypto.randomUUID().replaceAll("-", "")}`;
  await query(shared, `CREATE DATABASE ${name} TEMPLATE ${from} STRATEGY FILE_COPY`);
  return {
    url: databaseAt(shared, name),
    async drop() {
      const client = await connect(shared);
      try {
        // A pool has ended before its connections have: cut off now, they would report an error.
        const connections = `SELECT 1 FROM pg_stat_activity WHERE datname = '${name}'`;
        for (let looks = 0; looks < 500; looks += 1) {
          if ((await client.query(connections)).rows.length === 0) break;
          await sleep(20);
        }
        await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      } finally {
        await client.end();
      }
    },
  };
}

function databaseAt(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = name;
  return url.href;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function query(url: string, statement: string): Promise<void> {
  const client = await connect(url);
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
