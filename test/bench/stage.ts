import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "#app/database/embedded-postgres/embedded-postgres.server.ts";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { openDatabase } from "#app/db.server.ts";
import { createLog, type Logger } from "#app/foundation/log.server.ts";
import { type Hakuna, startHakuna } from "#test/simulator/hakuna/hakuna.ts";
import { type AppProcess, startAppProcess, waitUntilReady } from "#test/world/app-process.ts";

/** A server under measurement. */
export type Started = { url: string; process: AppProcess };

/** One database, durable as in production, that all measured servers share; and the feed. */
export type Stage = {
  pool: pg.Pool;
  hakuna: Hakuna;
  secret: string;
  env: Record<string, string>;
  start(file: string, env?: Record<string, string>): Promise<Started>;
  close(): Promise<void>;
};

/** PostgreSQL that can count statements: `pg_stat_statements`, switched off. */
async function startPostgres(folder: string, log: Logger): Promise<EmbeddedPostgres> {
  const first = await startEmbeddedPostgres({ folder, log });
  const client = new pg.Client(first.url);
  await client.connect();
  await client.query("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
  await client.query("ALTER SYSTEM SET pg_stat_statements.track = 'none'");
  await client.end();
  await first.stop();
  return await startEmbeddedPostgres({ folder, log });
}

export async function setStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "hakuna-bench-"));
  // as root, PostgreSQL runs as another user, who must reach the folder
  await chmod(folder, 0o755);
  const log = createLog("warn");
  const postgres = await startPostgres(join(folder, "data"), log);
  await (await openDatabase({ url: postgres.url, log })).close();
  const pool = new pg.Pool({ connectionString: postgres.url, max: 4 });
  // room for a million orders at once without a checkpoint every few seconds
  await pool.query("ALTER SYSTEM SET max_wal_size = '8GB'");
  await pool.query("SELECT pg_reload_conf()");
  await pool.query(`CREATE TABLE "BareWebhook" (shop text, webhook_id text, topic text, payload jsonb,
    PRIMARY KEY (shop, webhook_id))`);
  const hakuna = await startHakuna();
  const secret = randomBytes(16).toString("hex");
  const env = {
    DATABASE_URL: postgres.url,
    SHOPIFY_API_KEY: "bench",
    SHOPIFY_API_SECRET: secret,
    SHOPIFY_APP_URL: "http://localhost:3000",
    SCOPES: "read_orders",
    ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    HAKUNA_API_URL: hakuna.url,
    SIMULATED_SHOPIFY_URL: "http://127.0.0.1:9",
    LOG_LEVEL: "warn",
  };
  return {
    pool,
    hakuna,
    secret,
    env,
    async start(file, more) {
      const port = more?.PORT ?? String(await freePort());
      const url = `http://127.0.0.1:${port}`;
      const process = startAppProcess(file, { ...env, ...more, PORT: port });
      await waitUntilReady(process, `${url}/readyz`);
      return { url, process };
    },
    async close() {
      await pool.end();
      await hakuna.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Lets the database do now what it would do later, so that no part pays for the one before it. */
export async function rest({ pool }: Stage): Promise<void> {
  await pool.query("VACUUM ANALYZE");
  await pool.query("CHECKPOINT");
}
