import type pg from "pg";
import type { ShopRow } from "./lease.ts";

/**
 * What is added to a shop's day, in orders: `sent` for the first time, `failed` for the first time of
 * the day, `recovered` by the reconciliation; `plans` are the plan units of those sent.
 */
type DayFigures = { sent?: number; failed?: number; plans?: number; recovered?: number };

/**
 * The day (2026-11-24) that `now` (epoch milliseconds) lies in, in this time zone; in UTC where the
 * zone is not known here. Days are told by this function alone: the database may know other zones.
 */
export function dayOf(now: number, timeZone: string): string {
  const known = formats.get(timeZone) ?? formatOf(timeZone);
  formats.set(timeZone, known);
  return known.format(now);
}

/** By time zone: to make one takes longer than to use it a hundred times. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** sv-SE writes dates as ISO 8601 does. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("sv-SE", { timeZone });
  } catch {
    return new Intl.DateTimeFormat("sv-SE", { timeZone: "UTC" });
  }
}

/** Adds to the figures of the day, in the shop's time zone, that `now` (epoch milliseconds) lies in. */
export async function addToDay(
  client: pg.PoolClient,
  { domain, timeZone }: Pick<ShopRow, "domain" | "timeZone">,
  now: number,
  { sent = 0, failed = 0, plans = 0, recovered = 0 }: DayFigures,
): Promise<void> {
  await client.query(
    `INSERT INTO "ShopDay" AS d ("shop", "day", "sent", "failed", "plans", "recovered")
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT ("shop", "day") DO UPDATE SET "sent" = d."sent" + EXCLUDED."sent",
       "failed" = d."failed" + EXCLUDED."failed", "plans" = d."plans" + EXCLUDED."plans",
       "recovered" = d."recovered" + EXCLUDED."recovered"`,
    [domain, dayOf(now, timeZone), sent, failed, plans, recovered],
  );
}
