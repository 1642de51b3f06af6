import { endRequest } from "#app/refunds/requests/end-request.ts";
import { findRefund, readPayments } from "#app/shopify/refunds/create-refund.ts";
import { openShop } from "./carry-out.ts";
import { type PlanRefund, refundById, signOf } from "./plan-refund.ts";
import { eventOf, recordPayments } from "./record-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { changeRefund } from "./refund-store.ts";
import { uncapGone, withOrder } from "./refunded-order.ts";

/**
 * What a person says of a refund: a planned one is not wanted (`decline`); one of which nobody knows
 * was paid back (`was_paid`) or not (`was_not_paid`); one whose payment is open or failed has reached
 * the customer otherwise (`was_paid`).
 */
export type Decision = "decline" | "was_paid" | "was_not_paid";

/**
 * Writes down what a person says of a refund. Before "it was not" counts, Shopify's refunds are
 * looked through once more.
 *
 * @returns whether it could still be said: somebody may have been first, or Shopify knows better
 * @throws AdminError where Shopify cannot be asked
 */
export async function decide(
  context: RefundContext,
  shop: string,
  { orderId, refundId }: { orderId: string; refundId: string },
  decision: Decision,
  staffId: string,
): Promise<boolean> {
  const refund = await refundById(context.pool, shop, refundId);
  if (refund?.orderId !== orderId) return false;
  if (decision === "was_not_paid" && (await isAtShopify(context, shop, refund))) return false;
  const decided = await withOrder(context, shop, orderId, async (inHand) => {
    const { client, shop: row, tell } = inHand;
    const end = { dueAt: null, endedAt: row.now, endedBy: `user:${staffId}` };
    const by = `user:${staffId}`;
    const from = { decline: ["planned"], was_not_paid: ["unclear"] } as const;
    const isWritten =
      decision === "was_paid"
        ? await changeRefund(client, shop, refundId, ["unclear", "paying", "unpaid"], {
            ...{ state: "done", ...end },
          })
        : await changeRefund(client, shop, refundId, from[decision], { state: "dropped", ...end });
    if (!isWritten) return false;
    if (decision !== "decline") uncapGone(inHand, refund.planLineId);
    if (decision === "was_paid") await endRequest(inHand, refund);
    tell({ ...eventOf(refund, decision), detail: { ...eventOf(refund, decision).detail, by } });
    return true;
  });
  if (decided) await context.wake([shop]);
  return decided ?? false;
}

/** Whether one of the order's refunds is ours after all; it is written down then. */
async function isAtShopify(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
): Promise<boolean> {
  const ask = await openShop(context, shop);
  const id = await findRefund(ask, refund.orderId, signOf(refund));
  if (id === null || id === "unknown") return false;
  const payments = await readPayments(ask, id, refund.currency ?? "");
  if (payments === null) return false;
  await recordPayments(context, shop, refund, { refundId: id, payments });
  return true;
}
