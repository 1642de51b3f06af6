import pg from "pg";
import { findPrograms } from "#app/database/embedded-postgres/programs.server.ts";
import { startTestPostgres } from "#test/world/shared-postgres.ts";

/** A PostgreSQL of one's own, to be restarted while others work with it. */
export type Postgres = {
  /** ends it as a crash would, and starts it again at the same address */
  crash(): Promise<void>;
  stop(): Promise<void>;
};

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
  const control = (...args: string[]) =>
    programs.run("pg_ctl", [...args, "-w", "-t", "60", "-s", "-D", folder]);
  return {
    crash: () => control("restart", "-m", "immediate", "-l", `${folder}/server.log`),
    async stop() {
      await control("stop", "-m", "immediate");
      await removeFolder();
      if (before === undefined) delete process.env.TEST_POSTGRES_URL;
      else process.env.TEST_POSTGRES_URL = before;
    },
  };
}
