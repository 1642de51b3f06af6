import { databaseTime } from "#app/database/clock.ts";
import { endRequest } from "#app/refunds/requests/end-request.ts";
import { unavailable } from "#app/shopify/access/admin-api.ts";
import { findRefund } from "#app/shopify/refunds/create-refund.ts";
import { readPayments } from "#app/shopify/refunds/refund-payments.ts";
import { openShop } from "./carry-out.ts";
import { changeWithOrder } from "./change-with-order.ts";
import { type PlanRefund, refundById, signOf } from "./plan-refund.ts";
import { eventOf, mayArrive, recordPayments } from "./record-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { uncapGone } from "./refunded-order.ts";

/**
 * What a person says of a refund: a planned one is not wanted (`decline`); one of which nobody knows
 * was paid back (`was_paid`) or not (`was_not_paid`); one whose payment is open or failed has reached
 * the customer otherwise (`was_paid`).
 */
export type Decision = "decline" | "was_paid" | "was_not_paid";

const from = {
  decline: ["planned"],
  was_paid: ["unclear", "paying", "unpaid"],
  was_not_paid: ["unclear"],
} as const;

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
  const by = `user:${staffId}`;
  const state = decision === "was_paid" ? "done" : "dropped";
  const decided = await changeWithOrder(
    ...([context, shop, refund, from[decision]] as const),
    (now) => ({ state, dueAt: null, endedAt: now, endedBy: by }),
    async (inHand) => {
      if (decision !== "decline") uncapGone(inHand, refund.planLineId);
      if (decision === "was_paid") await endRequest(inHand, refund);
      const event = eventOf(refund, decision);
      inHand.tell({ ...event, detail: { ...event.detail, by } });
    },
  );
  if (decided) await context.wake([shop]);
  return decided;
}

/**
 * Whether one of the order's refunds is ours after all; it is written down then.
 *
 * @throws AdminError also where not all of the order's refunds can be seen: nobody can say that none
 *   is ours
 */
async function isAtShopify(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
): Promise<boolean> {
  // a call that was given up may still be under way
  if (mayArrive(refund, await databaseTime(context.pool))) {
    throw unavailable("It was asked a moment ago and may still answer.");
  }
  const ask = await openShop(context, shop);
  const found = await findRefund(ask, refund.orderId, signOf(refund));
  if (found.kind === "unknown") throw unavailable("It does not show all refunds of this order.");
  if (found.kind !== "found") return false;
  const { refundId } = found;
  const payments = (await readPayments(ask, refundId, refund.currency ?? "")) ?? [];
  await recordPayments(context, shop, refund, { refundId, payments });
  return true;
}
