import { paymentState } from "#app/order/refunds/money-order.ts";
import { readMoneyOrder } from "#app/shopify/refunds/money-order-reader.ts";
import { type SuggestedRefund, suggestRefund } from "#app/shopify/refunds/suggested-refund.ts";
import { openShop } from "./carry-out.ts";
import type { RefundContext } from "./refund-context.ts";

/** What the dialog shows before a person refunds. Amounts are minor units of `currency`. */
export type RefundPreview = Omit<SuggestedRefund, "input"> & {
  units: number;
  /** less than the units cost: Shopify has no more to pay back */
  isBelow: boolean;
  /** what was paid for the order and what of it was paid back before */
  received: number;
  refunded: number;
  earlier: {
    id: string;
    units: number;
    amount: number;
    state: ReturnType<typeof paymentState>;
  }[];
};

/**
 * Asks Shopify what refunding units of a plan would pay back, and what was paid back before.
 *
 * @returns null where there is no such order that the app may see
 * @throws AdminError
 */
export async function previewRefund(
  context: RefundContext,
  shop: string,
  { orderId, planLineId, units }: { orderId: string; planLineId: string; units: number },
): Promise<RefundPreview | null> {
  const ask = await openShop(context, shop);
  const suggested = await suggestRefund(ask, { orderId, lineId: planLineId, units });
  const money = suggested && (await readMoneyOrder(ask, orderId, { seesReturns: false }));
  if (suggested === null || money === null) return null;
  const { input: _, ...shown } = suggested;
  return {
    ...shown,
    units,
    isBelow: suggested.amount < suggested.price,
    received: money.received,
    refunded: money.refunded,
    earlier: money.refunds.map(({ id, units, payments }) => ({
      id,
      units: units.reduce((total, { quantity }) => total + quantity, 0),
      amount: payments.reduce((total, { amount }) => total + amount, 0),
      state: paymentState(payments),
    })),
  };
}
