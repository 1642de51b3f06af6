import { linesOf } from "./lines.ts";
import type { OrderState } from "./state.ts";

/** A shop's choice of the orders that reach Hakuna. */
export type SharePolicy = {
  share: "protected" | "all";
  environment: "sandbox" | "production";
  sendTestOrders: boolean;
};

/**
 * Why an order is not sent, in a sentence for the merchant; null: it is sent. An order that was
 * sent once keeps being sent.
 */
export function skipReason(
  state: OrderState,
  { share, environment, sendTestOrders }: SharePolicy,
  wasSent: boolean,
): string | null {
  const { head } = state;
  if (wasSent || head === null) return null;
  if (head.isTest && environment === "production" && !sendTestOrders) {
    return "This is a test order; test orders are not sent to Hakuna's production.";
  }
  const isProtected = linesOf(state, head).some((line) => line.isProtection);
  return share === "protected" && !isProtected ? "This order holds no protection plan." : null;
}
