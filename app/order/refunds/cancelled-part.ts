import { sum } from "#app/order/units.ts";
import type { MoneyOrder, MoneyRefund } from "./money-order.ts";

/** What of a payment was for a plan, and was not paid back. Minor units of `currency`. */
export type CancelledPart = {
  currency: string;
  /** what was paid for the order, and what of it was paid back */
  received: number;
  refunded: number;
  /** the plan's part of what was not; null: Shopify does not say what its units cost */
  part: number | null;
};

/**
 * What of a cancelled order's payment is the plan's and was not paid back. A cancellation without a
 * refund takes the units off the order, as refunds do whose lines nobody has paid: such units cannot
 * be refunded any more, only money can.
 */
export function cancelledPart(money: MoneyOrder, planLineId: string): CancelledPart {
  const { currency, received, refunded, lines, refunds } = money;
  const line = lines.find(({ id }) => id === planLineId);
  const told = refunds.flatMap(({ units }) => units).filter(isOf(planLineId));
  const gone = line ? line.quantity - line.currentQuantity : 0;
  const isTold = !money.isPartial && sum(told) >= gone;
  const unpaid = refunds.reduce((total, refund) => total + unpaidOf(refund, money, planLineId), 0);
  const left = Math.max(0, received - refunded);
  return { currency, received, refunded, part: isTold ? Math.min(unpaid, left) : null };
}

const isOf =
  (planLineId: string) =>
  ({ lineItemId }: { lineItemId: string }) =>
    lineItemId === planLineId;

/** What of the plan's units in a refund was not paid, where less was than all of its lines cost. */
function unpaidOf(refund: MoneyRefund, { taxesIncluded }: MoneyOrder, planLineId: string): number {
  const costOf = (units: MoneyRefund["units"]) =>
    units.reduce((total, { subtotal, tax }) => total + subtotal + (taxesIncluded ? 0 : tax), 0);
  const cost = costOf(refund.units) + refund.shipping + refund.duties;
  const paid = refund.payments
    .filter(({ status }) => status !== "FAILURE" && status !== "ERROR")
    .reduce((total, { amount }) => total + amount, 0);
  return Math.min(costOf(refund.units.filter(isOf(planLineId))), Math.max(0, cost - paid));
}
