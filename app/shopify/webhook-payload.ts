import { emptyState } from "#app/order/fold.ts";
import type { OrderState } from "#app/order/state.ts";
import { parseExactJson } from "./exact-json.ts";
import { readFulfillments, readRefunds } from "./fulfillment-payload.ts";
import { readOrder } from "./order-payload.ts";
import { PayloadError, PayloadReader } from "./payload-reader.ts";

/** The topics whose payloads tell of an order. */
export const orderTopics = [
  "orders/create",
  "orders/updated",
  "orders/cancelled",
  "fulfillments/create",
  "fulfillments/update",
  "refunds/create",
] as const;

export type OrderTopic = (typeof orderTopics)[number];

export type ReadPayload = {
  orderId: string;
  /** null: a required key is absent, so the order is to be read from the Admin API instead */
  state: OrderState | null;
  /** paths of the absent keys, such as "line_items[0].quantity" */
  missing: string[];
};

/**
 * Lifts a webhook's raw payload to the partial state of its order.
 *
 * @param observedAt Shopify's clock, epoch milliseconds: X-Shopify-Triggered-At
 * @throws PayloadError naming the field when the payload cannot be used at all
 */
export function readWebhook(
  topic: OrderTopic,
  body: Uint8Array | string,
  observedAt: number,
): ReadPayload {
  const missing: string[] = [];
  const payload = new PayloadReader(parse(body), "", missing);
  const orderKey = topic.startsWith("orders/") ? "id" : "order_id";
  const orderId = payload.id(orderKey);
  if (orderId === null) throw new PayloadError(orderKey, "is missing: the order is not known.");
  const state = emptyState(orderId);
  if (topic.startsWith("orders/")) {
    Object.assign(state, readOrder(payload, observedAt));
  } else if (topic.startsWith("fulfillments/")) {
    state.fulfillments = readFulfillments([payload]);
  } else {
    state.refunds = readRefunds([payload], observedAt);
  }
  return { orderId, state: missing.length === 0 ? state : null, missing };
}

function parse(body: Uint8Array | string): unknown {
  try {
    const text = typeof body === "string" ? body : new TextDecoder().decode(body);
    return parseExactJson(text);
  } catch {
    throw new PayloadError("payload", "is not JSON.");
  }
}
