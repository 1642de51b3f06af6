import type pg from "pg";
import type { StoredOrder } from "./order.ts";
import { putAwayPlans } from "./refund-standing.ts";

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

/**
 * The merchant put away that a product is gone: its plan stays, so no refund of it is planned any
 * more. The caller holds the shop's row.
 *
 * @param now epoch milliseconds
 */
export async function dropPutAway(
  client: pg.PoolClient,
  shop: string,
  orders: readonly StoredOrder[],
  now: number,
): Promise<void> {
  const plans = orders.flatMap((order) => [...putAwayPlans(order)].map((id) => [order.id, id]));
  if (plans.length === 0) return;
  await client.query(
    `UPDATE "PlanRefund" SET "state" = 'dropped', "problem" = 'not_clear', "dueAt" = NULL,
            "endedAt" = $4
      WHERE "shop" = $1 AND "state" = 'planned' AND "reason" = 'product_gone'
        AND ("orderId", "planLineId") IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
    [shop, plans.map(([order]) => order), plans.map(([, plan]) => plan), new Date(now)],
  );
}

/** Refunds are not made without a person any more. The caller holds the shop's row. */
export async function dropPlannedRefunds(
  client: pg.PoolClient,
  shop: string,
  now: number,
): Promise<void> {
  await client.query(
    `UPDATE "PlanRefund" SET "state" = 'dropped', "problem" = 'switched_off', "dueAt" = NULL,
            "endedAt" = $2 WHERE "shop" = $1 AND "state" = 'planned'`,
    [shop, new Date(now)],
  );
}
