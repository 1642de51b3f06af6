import type { PlanRefund } from "#app/refunds/plan-refund.ts";
import type { OrderInHand } from "#app/refunds/refunded-order.ts";
import { answerRequest } from "./plan-request.ts";

/** A refund is paid: if the buyer asked for no more units than it has, they are answered. */
export async function endRequest(
  { client, order, shop }: Pick<OrderInHand, "client" | "order" | "shop">,
  { orderId, planLineId, units, staffId }: PlanRefund,
): Promise<void> {
  const request = order.requests[planLineId];
  if (request === undefined || units < request.units) return;
  const by = staffId === null ? null : `user:${staffId}`;
  const given = { answer: "refunded", by, at: shop.now } as const;
  await answerRequest(client, shop.domain, { orderId, planLineId }, given);
  const { [planLineId]: _, ...others } = order.requests;
  order.requests = others;
}
