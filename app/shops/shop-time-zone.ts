import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** Where days begin of a shop whose time zone is not known. */
const fallback = "UTC";

/**
 * The time zone as it can be stored: filters by day are the database's business, whose list of time
 * zones is another than Node's. One that it does not know would fail them all.
 *
 * @param timeZone IANA name that Node knows
 */
export async function storableTimeZone(
  { prisma, log }: { prisma: PrismaClient; log: Logger },
  shop: string,
  timeZone: string,
): Promise<string> {
  const known = await prisma.$queryRaw<unknown[]>`
    SELECT 1 FROM pg_timezone_names WHERE name = ${timeZone}`;
  if (known.length > 0) return timeZone;
  log.warn({ shop, timeZone }, "the database does not know the shop's time zone; UTC is used");
  return fallback;
}

/**
 * Looks at the stored time zones when a worker starts: the database may be another one than they were
 * stored by. What it does not know becomes UTC, and is read from Shopify again. A shop that somebody holds just now is looked at by the
 * next worker that starts.
 */
export async function checkTimeZones({
  pool,
  log,
}: Pick<RunContext, "pool" | "log">): Promise<void> {
  const stored = await pool.query<{ shop: string; timeZone: string }>(
    `SELECT "domain" AS "shop", "timeZone" FROM "Shop" WHERE "timeZone" <> $1`,
    [fallback],
  );
  const zones = [...new Set(stored.rows.map(({ timeZone }) => timeZone))];
  const { rows: known } = await pool.query<{ name: string }>(
    "SELECT name FROM pg_timezone_names WHERE name = ANY($1)",
    [zones],
  );
  const names = new Set(known.map(({ name }) => name));
  for (const row of stored.rows.filter(({ timeZone }) => !names.has(timeZone))) {
    const { rowCount } = await pool.query(
      `UPDATE "Shop" SET "timeZone" = $3, "factsReadAt" = NULL
        WHERE "domain" = $1 AND "timeZone" = $2 AND "domain" = (
          SELECT "domain" FROM "Shop" WHERE "domain" = $1 FOR NO KEY UPDATE SKIP LOCKED)`,
      [row.shop, row.timeZone, fallback],
    );
    if (rowCount === 0) continue;
    log.warn(row, "the database does not know the shop's time zone; UTC is used");
  }
}
