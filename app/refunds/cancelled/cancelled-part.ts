import { type CancelledPart, cancelledPart } from "#app/order/refunds/cancelled-part.ts";
import { openShop } from "#app/refunds/carry-out.ts";
import type { RefundContext } from "#app/refunds/refund-context.ts";
import { readMoneyOrder } from "#app/shopify/refunds/money-order-reader.ts";

/**
 * Asks Shopify what of a cancelled order's payment was for a plan and was not paid back.
 *
 * @returns null where there is no such order that the app may see
 * @throws AdminError
 */
export async function readCancelledPart(
  context: RefundContext,
  shop: string,
  { orderId, planLineId }: { orderId: string; planLineId: string },
): Promise<CancelledPart | null> {
  const ask = await openShop(context, shop);
  const money = await readMoneyOrder(ask, orderId, { seesReturns: false });
  return money && cancelledPart(money, planLineId);
}
