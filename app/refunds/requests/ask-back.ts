import { randomUUID } from "node:crypto";
import { stateAt } from "#app/order/refunds/windows.ts";
import { eventOf } from "#app/refunds/record-refund.ts";
import type { RefundContext } from "#app/refunds/refund-context.ts";
import { openRefundOf } from "#app/refunds/refund-store.ts";
import { withOrder } from "#app/refunds/refunded-order.ts";
import type { BuyerLanguage } from "#app/texts/buyer-texts.ts";
import { addRequest, answerRequest, type PlanRequest, requestsOfOrder } from "./plan-request.ts";

/** What a buyer confirmed: these units of a plan of theirs. */
export type AskedBack = {
  orderId: string;
  /** numeric, of the verified session token */
  customerId: string;
  planLineId: string;
  units: number;
  /** units of the plan that were left when they looked */
  left: number;
  /** of the receipt */
  language: BuyerLanguage;
};

export type AskedBackResult =
  | { result: "asked"; request: PlanRequest }
  /** it was asked for before, or a refund is under way */
  | { result: "open" }
  /** its time is over */
  | { result: "late" }
  /** the order is not what they saw */
  | { result: "changed" }
  /** there is no such order of theirs */
  | { result: "unknown" };

/** A merchant who said no is asked again, and not for ever. */
const mostRequests = 5;

/**
 * Writes down that a buyer wants to give a plan back: their word counts from this moment, whenever
 * the merchant answers. Nothing is paid back by it.
 */
export async function askBack(
  context: RefundContext,
  shop: string,
  asked: AskedBack,
): Promise<AskedBackResult> {
  const { orderId, planLineId, units, language } = asked;
  const done = await withOrder(context, shop, orderId, async (inHand): Promise<AskedBackResult> => {
    const { client, order, plans, shop: row, tell, changed } = inHand;
    if (order.customerId !== asked.customerId || !row.installed) return { result: "unknown" };
    const standing = plans.find(({ plan }) => plan.id === planLineId);
    const earlier = (await requestsOfOrder(client, shop, orderId)).filter(
      (request) => request.planLineId === planLineId,
    );
    const isUnderWay = await openRefundOf(client, shop, orderId, planLineId);
    const isOpen = standing?.requestedAt !== null && earlier.some(({ answer }) => answer === null);
    if (isOpen || isUnderWay) return { result: "open" };
    if (standing?.plan.left !== asked.left || units > asked.left) return { result: "changed" };
    if (standing.owed?.reason === "order_cancelled") return { result: "changed" };
    const isLate = stateAt(standing.windows, "planUntil", row.now) === "past";
    if (isLate || earlier.length >= mostRequests) return { result: "late" };
    const request: PlanRequest = {
      ...{ id: randomUUID(), orderId, planLineId, planTitle: standing.plan.title, units },
      ...{ language, createdAt: row.now, answer: null, answeredAt: null, answeredBy: null },
      receipt: context.config.mail === null ? "no_mail" : "due",
    };
    // what they asked for before went in Shopify
    const done = { answer: "elsewhere", by: null, at: row.now } as const;
    await answerRequest(client, shop, { orderId, planLineId }, done);
    if (!(await addRequest(client, shop, request))) return { result: "open" };
    const left = standing.plan.left;
    order.requests = { ...order.requests, [planLineId]: { units, left, at: row.now } };
    tell({
      source: `request:${request.id}`,
      detail: { ...eventOf(nothingYet(request), "requested").detail, by: "buyer" },
    });
    changed();
    return { result: "asked", request };
  });
  return done ?? { result: "unknown" };
}

/** A request as the timeline tells of refunds. */
export function nothingYet({ id, planTitle, units }: PlanRequest) {
  return { id, planTitle, units, amount: null, currency: null, staffId: null };
}
