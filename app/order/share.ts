import { linesOf, soldAt } from "./lines.ts";
import type { OrderState } from "./state.ts";

/** A shop's choice of the orders that reach Hakuna. */
export type SharePolicy = {
  share: "protected" | "all";
  environment: "sandbox" | "production";
  sendTestOrders: boolean;
  sendOlderOrders: boolean;
  /** since when the app is in the shop, epoch milliseconds; null: not known, no order is older */
  installedAt: number | null;
};

/** Why an order is not sent. */
export type SkipReason = "no_plan" | "test_order" | "before_install";

/**
 * Why an order is not sent; null: it is sent. An order that was sent once keeps being sent.
 *
 * @param wasSent also where Hakuna may have it, because its answer was lost
 */
export function skipReason(
  state: OrderState,
  { share, environment, sendTestOrders, sendOlderOrders, installedAt }: SharePolicy,
  wasSent: boolean,
): SkipReason | null {
  const { head } = state;
  if (wasSent || head === null) return null;
  if (head.isTest && environment === "production" && !sendTestOrders) {
    return "test_order";
  }
  const lines = linesOf(state, head);
  const plans = lines.filter(({ isProtection }) => isProtection);
  if (share === "protected" && plans.length === 0) return "no_plan";
  const sold = plans.map((plan) => soldAt(plan, head.placedAt, lines));
  const isOlder = installedAt !== null && Math.max(head.placedAt, ...sold) < installedAt;
  return isOlder && !sendOlderOrders ? "before_install" : null;
}
