import { openClient } from "#app/database/connection.server.ts";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "#app/database/embedded-postgres/embedded-postgres.server.ts";
import { openDatabase } from "#app/db.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { eventually } from "#test/server/client.ts";

/** A demo that was killed is ending meanwhile. */
const endingMs = 30_000;

/**
 * Starts the demo's PostgreSQL, migrated, without what a former start left in it: Shopify and Hakuna
 * are simulated in the demo's own process and have forgotten that too.
 *
 * @throws when another demo uses the folder
 */
export async function startEmptyPostgres(folder: string): Promise<EmbeddedPostgres> {
  const log = createLog("silent");
  const postgres = await startEmbeddedPostgres({ folder, log });
  const client = openClient(postgres.url, "hakuna-demo");
  try {
    await client.connect();
    await eventually(
      `the demo that uses ${folder} ends; two at once need a DATA_FOLDER each`,
      async () => {
        const { rows } = await client.query(
          `SELECT count(*)::int AS "users" FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend'`,
        );
        // this client, and the one that keeps the server
        return rows[0].users <= 2 || "in use";
      },
      endingMs,
    );
    // nothing here has to outlive a power cut
    await client.query("ALTER SYSTEM SET fsync = off");
    await client.query("SELECT pg_reload_conf()");
    const { rows } = await client.query<{ name: string }>(
      `SELECT quote_ident(nspname) AS "name" FROM pg_namespace
        WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'`,
    );
    for (const { name } of rows) await client.query(`DROP SCHEMA ${name} CASCADE`);
    await client.query("CREATE SCHEMA public");
    const database = await openDatabase({ url: postgres.url, log });
    await database.close();
    return postgres;
  } catch (error) {
    await postgres.stop();
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
