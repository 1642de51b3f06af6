import { eventOf } from "#app/refunds/record-refund.ts";
import type { RefundContext } from "#app/refunds/refund-context.ts";
import { changeRefund, openRefundOf } from "#app/refunds/refund-store.ts";
import { withOrder } from "#app/refunds/refunded-order.ts";
import { nothingYet } from "./ask-back.ts";
import { answerRequest } from "./plan-request.ts";

/**
 * A person says no to what a buyer asked for. A refund that was planned for it is dropped.
 *
 * @param staffId whose rights were checked (`checkStaff`)
 * @returns whether it could still be said
 */
export async function declineRequest(
  context: RefundContext,
  shop: string,
  { orderId, planLineId }: { orderId: string; planLineId: string },
  staffId: string,
): Promise<boolean> {
  const by = `user:${staffId}`;
  const declined = await withOrder(context, shop, orderId, async (inHand) => {
    const { client, order, shop: row, tell, changed } = inHand;
    const refund = await openRefundOf(client, shop, orderId, planLineId);
    if (refund !== null && refund.state !== "planned") return false;
    const given = { answer: "declined", by, at: row.now } as const;
    const request = await answerRequest(client, shop, { orderId, planLineId }, given);
    if (request === null) return false;
    if (refund?.reason === "plan_requested") {
      const end = { dueAt: null, endedAt: row.now, endedBy: by };
      await changeRefund(client, shop, refund.id, ["planned"], { state: "dropped", ...end });
    }
    const { [planLineId]: _, ...others } = order.requests;
    order.requests = others;
    const { detail } = eventOf(nothingYet(request), "request_declined");
    tell({ source: `request:${request.id}:declined`, detail: { ...detail, by } });
    changed();
    return true;
  });
  if (declined) await context.wake([shop]);
  return declined ?? false;
}
