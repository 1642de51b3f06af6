import type pg from "pg";

/** What is added to a shop's day; `plans` are the plan units of orders sent for the first time. */
type DayFigures = { sent?: number; failed?: number; plans?: number };

/** Adds to the figures of the day (UTC) that `now` (epoch milliseconds) lies in. */
export async function addToDay(
  client: pg.PoolClient,
  shop: string,
  now: number,
  { sent = 0, failed = 0, plans = 0 }: DayFigures,
): Promise<void> {
  await client.query(
    `INSERT INTO "ShopDay" AS d ("shop", "day", "sent", "failed", "plans")
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT ("shop", "day") DO UPDATE SET "sent" = d."sent" + EXCLUDED."sent",
       "failed" = d."failed" + EXCLUDED."failed", "plans" = d."plans" + EXCLUDED."plans"`,
    [shop, new Date(now).toISOString().slice(0, 10), sent, failed, plans],
  );
}
