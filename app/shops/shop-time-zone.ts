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
  const { rows } = await pool.query<{ shop: string; timeZone: string }>(
    `WITH unknown AS MATERIALIZED (
       SELECT "domain", "timeZone" FROM "Shop"
        WHERE "timeZone" <> $1 AND "timeZone" NOT IN (SELECT name FROM pg_timezone_names)
          FOR NO KEY UPDATE SKIP LOCKED)
     UPDATE "Shop" s SET "timeZone" = $1, "factsReadAt" = NULL FROM unknown u
      WHERE s."domain" = u."domain" RETURNING s."domain" AS "shop", u."timeZone"`,
    [fallback],
  );
  for (const row of rows) {
    log.warn(row, "the database does not know the shop's time zone; UTC is used");
  }
}
