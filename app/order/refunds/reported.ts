import { compareIds } from "#app/order/canonical.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import type { OrderState } from "#app/order/state.ts";
import { sum } from "#app/order/units.ts";

/** A refund of a plan's units that is done; `refundId`: Shopify's, null: somebody made it elsewhere. */
type DoneRefund = { planLineId: string; units: number; refundId: string | null };

/**
 * Whether Hakuna has accepted the order with the units of just this refund: it is told of units by
 * when they were refunded, and of several refunds of one moment the earlier ids come first.
 *
 * @param accepted the feed order that Hakuna accepted last; null: none
 */
export function isReported(
  { planLineId, units, refundId }: DoneRefund,
  { refunds }: Pick<OrderState, "refunds">,
  accepted: FeedOrder | null,
): boolean {
  const told = accepted?.line_items.find(({ id }) => id === planLineId)?.refunds ?? [];
  if (refundId === null) {
    const all = gone(refunds, planLineId, () => true);
    return sum(told) >= Math.max(units, all);
  }
  const own = refunds[refundId];
  if (own === undefined) return false;
  const upToIt = gone(refunds, planLineId, (id, { refundedAt }) => {
    return refundedAt === own.refundedAt && compareIds(id, refundId) <= 0;
  });
  return sum(told.filter(({ refunded_at }) => refunded_at === own.refundedAt)) >= upToIt;
}

/** Units of the line in those of the refunds. */
function gone(
  refunds: OrderState["refunds"],
  lineId: string,
  isCounted: (id: string, refund: OrderState["refunds"][string]) => boolean,
): number {
  const counted = Object.entries(refunds).filter(([id, refund]) => isCounted(id, refund));
  const units = counted.flatMap(([, refund]) => refund.units);
  return sum(units.filter(({ lineItemId }) => lineItemId === lineId));
}
