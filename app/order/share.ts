import { linesOf } from "./lines.ts";
import type { OrderState } from "./state.ts";

/** A shop's choice of the orders that reach Hakuna. */
export type SharePolicy = {
  share: "protected" | "all";
  environment: "sandbox" | "production";
  sendTestOrders: boolean;
};

/** Why an order is not sent. */
export type SkipReason = "no_plan" | "test_order";

/** Why an order is not sent; null: it is sent. An order that was sent once keeps being sent. */
export function skipReason(
  state: OrderState,
  { share, environment, sendTestOrders }: SharePolicy,
  wasSent: boolean,
): SkipReason | null {
  const { head } = state;
  if (wasSent || head === null) return null;
  if (head.isTest && environment === "production" && !sendTestOrders) {
    return "test_order";
  }
  const isProtected = linesOf(state, head).some((line) => line.isProtection);
  return share === "protected" && !isProtected ? "no_plan" : null;
}
