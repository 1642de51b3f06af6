import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { nearestEnd, stateAt } from "#app/order/refunds/windows.ts";
import type { PageStanding } from "#app/views/order-page.ts";
import type { BuyerPlan, BuyerRequest } from "../../../extensions/plan-return/src/buyer-plans.ts";
import type { PlanRequest } from "./plan-request.ts";

/** Whether the order is the customer's, in a shop that has the app. Both ids are numeric. */
export async function isOrderOf(
  prisma: PrismaClient,
  shop: string,
  orderId: string,
  customerId: string,
): Promise<boolean> {
  const found = await prisma.order.count({
    where: { shop, id: orderId, customerId },
  });
  if (found === 0) return false;
  const installed = await prisma.shop.count({
    where: { domain: shop, uninstalledAt: null, eraseAt: null },
  });
  return installed > 0;
}

/** The plans of an order that a buyer may give back, or has. */
export function buyerPlans(
  standings: readonly PageStanding[],
  requests: readonly PlanRequest[],
  now: number,
): BuyerPlan[] {
  return standings
    .filter(({ owed }) => owed?.reason !== "order_cancelled")
    .map(({ plan, requestedAt, windows }) => {
      const request = requests.find(({ planLineId }) => planLineId === plan.id);
      return {
        ...{ id: plan.id, title: plan.title, left: plan.left },
        state: stateAt(windows, "planUntil", now),
        until: nearestEnd(windows, "planUntil", now),
        request: request ? buyerRequest(request, requestedAt !== null) : null,
      };
    });
}

/** @param isOpen units that it asks for are left: else they were given back, however that came */
export function buyerRequest(request: PlanRequest, isOpen: boolean): BuyerRequest {
  const { id, units, createdAt: at, receipt } = request;
  const isDeclined = request.answer === "declined";
  const answer = isDeclined ? "declined" : request.answer === null && isOpen ? null : "refunded";
  return { id, units, at, answer, receipt };
}
