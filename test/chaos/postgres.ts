import pg from "pg";
import { findPrograms } from "#app/database/embedded-postgres/programs.server.ts";
import { startTestPostgres } from "#test/world/shared-postgres.ts";
import { eventually } from "../server/client.ts";

/** A PostgreSQL of one's own, to be restarted while others work with it. */
export type Postgres = {
  /** ends it as a crash would, and starts it again at the same address */
  crash(): Promise<void>;
  stop(): Promise<void>;
};

/** When PostgreSQL began; null: it takes no connection. */
async function startedAt(): Promise<string | null> {
  const client = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query("SELECT pg_postmaster_start_time()::text AS at");
    return rows[0]?.at ?? null;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Starts one; worlds that are started from now on have their databases there. */
export async function startPostgres(): Promise<Postgres> {
  const before = process.env.TEST_POSTGRES_URL;
  const removeFolder = await startTestPostgres("silent");
  const client = new pg.Client({ connectionString: process.env.TEST_POSTGRES_URL });
  await client.connect();
  const { rows } = await client.query<{ data_directory: string }>("SHOW data_directory");
  await client.end();
  const folder = rows[0]?.data_directory ?? "";
  const programs = await findPrograms();
  return {
    async crash() {
      const before = await startedAt();
      await programs.run("pg_ctl", ["stop", "-m", "immediate", "-W", "-s", "-D", folder]);
      // whoever keeps it starts it again: a second start would be in its way
      await eventually("PostgreSQL is back", async () => {
        const now = await startedAt();
        return now !== null && now !== before;
      });
    },
    async stop() {
      await removeFolder();
      if (before === undefined) delete process.env.TEST_POSTGRES_URL;
      else process.env.TEST_POSTGRES_URL = before;
    },
  };
}
