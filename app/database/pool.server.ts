import pg from "pg";
import type { Logger } from "#app/foundation/log.server.ts";
import { connectionTo, type DatabaseLimits } from "./connection.server.ts";

/**
 * Connections for the app's own SQL. One that is lost, by a restart of the database for instance,
 * fails the statements on it. Between two statements of a transaction there is none to fail, and
 * without a listener the lost connection would end the process.
 *
 * @param pipeline statements leave without waiting for the answer to the one before
 */
export function openPool(
  options: {
    connectionString: string;
    max: number;
    application_name?: string;
    limits?: DatabaseLimits;
    pipeline?: boolean;
  },
  log: Logger,
): pg.Pool {
  const { connectionString, max, application_name = "hakuna", limits, pipeline = false } = options;
  const connection = connectionTo(connectionString, application_name, limits);
  const pool = new pg.Pool({ ...connection, max, pipeline });
  pool.on("error", (err) => log.warn({ err }, "an idle database connection was lost"));
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
  });
  return pool;
}
