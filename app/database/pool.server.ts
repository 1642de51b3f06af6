import pg from "pg";
import type { Logger } from "#app/foundation/log.server.ts";

/**
 * Connections for the app's own SQL. One that is lost, by a restart of the database for instance,
 * fails the statements on it. Between two statements of a transaction there is none to fail, and
 * without a listener the lost connection would end the process.
 */
export function openPool(options: pg.PoolConfig, log: Logger): pg.Pool {
  const pool = new pg.Pool(options);
  pool.on("error", (err) => log.warn({ err }, "an idle database connection was lost"));
  pool.on("connect", (client) => {
    client.on("error", () => undefined);
  });
  return pool;
}
