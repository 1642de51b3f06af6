import type pg from "pg";
import type { Logger } from "#app/foundation/log.server.ts";

const renewMs = 60_000;

/** The database's time, in epoch milliseconds, as far as this process knows it. */
export type Clock = { now(): number; stop(): void };

/**
 * The one clock of all processes, outside transactions: the database's. What one process writes down
 * as due, another must not find due minutes later because the clocks of their machines differ. The
 * difference is measured now and every minute. Within a transaction the time is `ShopRow.now`.
 */
export async function startClock(pool: pg.Pool, log: Logger): Promise<Clock> {
  let difference = await measure(pool);
  const timer = setInterval(() => {
    measure(pool).then(
      (measured) => {
        difference = measured;
      },
      (err) =>
        log.warn({ err }, "the database's clock was not read; the last difference counts on"),
    );
  }, renewMs);
  timer.unref();
  // not by the machine's clock, which may be set to another time between two looks: what is written
  // down as due would be due as much later
  return {
    now: () => Math.round(performance.now() + difference),
    stop: () => clearInterval(timer),
  };
}

/**
 * The database's time now, epoch milliseconds, asked for anew. For what must not happen too late: a
 * machine that was suspended believes its own clock, and the last difference, for up to a minute.
 */
export async function databaseTime(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ now: number }>(
    "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now",
  );
  const [time] = rows;
  if (time === undefined) throw new Error("The database did not tell its time.");
  return time.now;
}

/** How many milliseconds the database's time is ahead of those that this process has lived. */
async function measure(pool: pg.Pool): Promise<number> {
  const asked = performance.now();
  const { rows } = await pool.query<{ now: number }>(
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now",
  );
  const answered = performance.now();
  return (rows[0]?.now ?? Date.now()) - (asked + answered) / 2;
}
