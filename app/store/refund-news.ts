import type pg from "pg";

/**
 * Something is new of these orders: refunds of theirs that are under way are looked after now. The
 * webhook of our own refund is news of this kind.
 *
 * @param now epoch milliseconds
 */
export async function noteRefundNews(
  client: pg.PoolClient,
  shop: string,
  orderIds: readonly string[],
  now: number,
): Promise<void> {
  await client.query({
    name: "refund-news",
    text: `UPDATE "PlanRefund" SET "dueAt" = $3
      WHERE "shop" = $1 AND "orderId" = ANY($2) AND "endedAt" IS NULL AND "state" <> 'planned'
        AND ("dueAt" IS NULL OR "dueAt" > $3)`,
    values: [shop, orderIds, new Date(now)],
  });
}
