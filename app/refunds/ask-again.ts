import { isAsSeen } from "#app/order/refunds/meanwhile.ts";
import type { MoneyOrder } from "#app/order/refunds/money-order.ts";
import type { WhyNot } from "#app/order/refunds/why-not.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { suggestRefund } from "#app/shopify/refunds/suggested-refund.ts";
import { mayGoAlone, putAwayPlans } from "#app/store/refund-standing.ts";
import { readMoney, reasonsFor } from "./order-money.ts";
import { type PlanRefund, refundsOfOrder, signOf } from "./plan-refund.ts";
import { eventOf, nextLook } from "./record-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { inputOf } from "./refund-input.ts";
import { changeRefund } from "./refund-store.ts";
import { type OrderInHand, withOrder } from "./refunded-order.ts";

/**
 * Whether a refund whose answer was lost, and which Shopify does not have, may be asked for once
 * more: Shopify's order is as it was seen when the refund was written down, Shopify suggests the same
 * to the last byte, and what goes by itself is still clear. If not, a person decides from now on.
 *
 * @throws AdminError
 */
export async function mayRepeat(
  context: RefundContext,
  shop: string,
  ask: AskAdmin,
  refund: PlanRefund,
): Promise<boolean> {
  const { orderId, planLineId: lineId, units, notify, variables } = refund;
  const money = await readMoney(context, shop, ask, orderId);
  const suggested = money && (await suggestRefund(ask, { orderId, lineId, units }));
  const isSame = suggested && inputOf(refund, suggested, notify).variables === variables;
  const may = await withOrder(context, shop, orderId, async (inHand) => {
    const reasons = await reasonsAgainst(inHand, refund, isSame ? money : null);
    if (reasons.length === 0) return true;
    const { client, order, shop: row, tell } = inHand;
    const isWritten = await changeRefund(client, shop, refund.id, ["asking"], {
      ...{ state: "unclear", problem: "changed", looks: 0, dueAt: nextLook(0, row.now) },
    });
    if (isWritten) {
      order.refundWhyNot = { ...order.refundWhyNot, [refund.planLineId]: reasons };
      tell(eventOf(refund, "unclear"));
    }
    return false;
  });
  return may ?? false;
}

/** @param money null: what Shopify would pay back is not what it was asked for */
async function reasonsAgainst(
  inHand: OrderInHand,
  refund: PlanRefund,
  money: MoneyOrder | null,
): Promise<WhyNot[]> {
  const { client, order, shop, plans } = inHand;
  const standing = plans.find(({ plan }) => plan.id === refund.planLineId);
  const all = await refundsOfOrder(client, shop.domain, refund.orderId);
  const others = all.filter(({ id }) => id !== refund.id);
  const ofOtherPlans = others.filter(({ planLineId }) => planLineId !== refund.planLineId);
  const isOurs = (note: string | null) =>
    ofOtherPlans.some((other) => note?.includes(signOf(other)) ?? false);
  const isKnown = standing && money && refund.seen && isAsSeen(refund.seen, money, isOurs);
  if (!isKnown) return ["order_differs"];
  if (refund.staffId === null) {
    const own = others.filter(({ planLineId }) => planLineId === refund.planLineId);
    const isOff = !mayGoAlone(order, shop) || standing.owed?.units !== refund.units;
    return [
      ...reasonsFor(inHand, standing, money, own),
      ...(isOff ? ["order_differs" as const] : []),
    ];
  }
  const isPutAway = refund.reason === "product_gone" && putAwayPlans(order).has(standing.plan.id);
  if (isPutAway) return ["refused_before"];
  return shop.installed ? [] : ["shop_held"];
}
