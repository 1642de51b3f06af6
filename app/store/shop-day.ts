import type pg from "pg";
import type { ShopRow } from "./lease.ts";

/**
 * What is added to a shop's day; `plans` are the plan units of orders sent for the first time,
 * `recovered` the orders that the reconciliation mended.
 */
type DayFigures = { sent?: number; failed?: number; plans?: number; recovered?: number };

/** Adds to the figures of the day, in the shop's time zone, that `now` (epoch milliseconds) lies in. */
export async function addToDay(
  client: pg.PoolClient,
  { domain, timeZone }: Pick<ShopRow, "domain" | "timeZone">,
  now: number,
  { sent = 0, failed = 0, plans = 0, recovered = 0 }: DayFigures,
): Promise<void> {
  await client.query(
    `INSERT INTO "ShopDay" AS d ("shop", "day", "sent", "failed", "plans", "recovered")
     VALUES ($1, (to_timestamp($2 / 1000.0) AT TIME ZONE $7)::date, $3, $4, $5, $6)
     ON CONFLICT ("shop", "day") DO UPDATE SET "sent" = d."sent" + EXCLUDED."sent",
       "failed" = d."failed" + EXCLUDED."failed", "plans" = d."plans" + EXCLUDED."plans",
       "recovered" = d."recovered" + EXCLUDED."recovered"`,
    [domain, now, sent, failed, plans, recovered, timeZone],
  );
}
