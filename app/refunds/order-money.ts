import { staysStripped } from "#app/order/fold.ts";
import type { MoneyOrder } from "#app/order/refunds/money-order.ts";
import type { PlanStanding } from "#app/order/refunds/owed.ts";
import { type WhyNot, whyNot } from "#app/order/refunds/why-not.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { readMoneyOrder } from "#app/shopify/refunds/money-order-reader.ts";
import { wasPutAway } from "#app/store/attention.ts";
import type { PlanRefund } from "./plan-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { returnsScope } from "./refund-scopes.ts";
import type { OrderInHand } from "./refunded-order.ts";

/**
 * What Shopify says of an order's money now, with its returns where the shop lets the app see them.
 *
 * @returns null where there is no such order that the app may see
 * @throws AdminError
 */
export async function readMoney(
  { pool }: Pick<RefundContext, "pool">,
  shop: string,
  ask: AskAdmin,
  orderId: string,
): Promise<MoneyOrder | null> {
  const { rows } = await pool.query<{ scopes: string | null }>(
    `SELECT "scopes" FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  const seesReturns = rows[0]?.scopes?.split(",").includes(returnsScope) ?? false;
  return await readMoneyOrder(ask, orderId, { seesReturns });
}

/**
 * Every reason for which the plan may not be refunded without a person now.
 *
 * @param earlier what became of other refunds of the plan
 */
export function reasonsFor(
  { order, shop, lines }: OrderInHand,
  standing: PlanStanding,
  money: MoneyOrder,
  earlier: readonly PlanRefund[],
): WhyNot[] {
  return whyNot(standing, money, {
    now: shop.now,
    isShopHeld: !isDelivering(shop),
    isOrderSkipped: order.status === "skipped" || staysStripped(order.state),
    isRefusedBefore:
      (standing.owed?.reason === "product_gone" &&
        wasPutAway(order.dismissed, "product_gone_plan_not", standing.plan.id)) ||
      earlier.some(({ state, endedBy }) => state === "refused" || endedBy !== null),
    firstSeenAt: order.state.firstSeenAt,
    lines,
    manualPairs: order.manualPairs,
  });
}

/** A feed that does not answer for a while holds nothing up; what people hold back is held back. */
function isDelivering({ connection, isHeld, installed }: OrderInHand["shop"]): boolean {
  return connection === "connected" && !isHeld && installed;
}
