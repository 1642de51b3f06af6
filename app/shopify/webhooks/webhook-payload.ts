import { emptyState } from "#app/order/fold.ts";
import type { OrderState } from "#app/order/state.ts";
import { parseExactJson } from "./exact-json.ts";
import { readFulfillments, readRefunds } from "./fulfillment-payload.ts";
import { readOrderPayload } from "./order-payload.ts";
import { PayloadError, PayloadReader } from "./payload-reader.ts";

/** The topics whose payloads tell of an order. */
export const orderTopics = [
  "orders/create",
  "orders/updated",
  "orders/cancelled",
  "orders/delete",
  "fulfillments/create",
  "fulfillments/update",
  "refunds/create",
] as const;

export type OrderTopic = (typeof orderTopics)[number];

export type ReadPayload = {
  orderId: string;
  /** null: a required key is absent, so the order is to be read from the Admin API instead */
  state: OrderState | null;
  /** paths of the required keys that are absent or null, such as "line_items[0].quantity" */
  missing: string[];
};

/**
 * Lifts a webhook's raw payload to the partial state of its order.
 *
 * Required, so that what a trimmed payload does not say is never taken for "there is none":
 * - of an order `id`, `updated_at`, `processed_at` or `created_at`, `line_items`; of each line `id`,
 *   `quantity`, `title`, and `price_set` or `price` (this with the order's `currency`)
 * - of a fulfillment, alone or in an order, `id`, `created_at`, `status`, `line_items`; of each line
 *   `id`, `quantity`; alone also `order_id`
 * - of a refund, alone or in an order, `id`, `processed_at` or `created_at`, `refund_line_items`; of
 *   each `line_item_id`, `quantity`; alone also `order_id`
 * - of a deletion the order's `id` and nothing else
 *
 * Customer and addresses are often absent (point of sale, drafts, redaction), and whatever is a
 * union over time (fulfillments, refunds, the cancellation) loses nothing by being absent once.
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
  if (topic === "orders/delete") {
    requireDeletion(body);
    state.deletedAt = observedAt;
  } else if (topic.startsWith("orders/")) {
    Object.assign(state, readOrderPayload(payload, observedAt));
  } else if (topic.startsWith("fulfillments/")) {
    state.fulfillments = readFulfillments([payload]);
  } else {
    state.refunds = readRefunds([payload], observedAt);
  }
  return { orderId, state: missing.length === 0 ? state : null, missing };
}

/**
 * Shopify signs the body alone: a webhook of another topic, sent again under this one, must delete
 * nothing. https://shopify.dev/docs/api/webhooks/latest?reference=toml#list-of-topics-orders/delete
 *
 * @throws PayloadError where the body is anything but an id
 */
export function requireDeletion(body: Uint8Array | string): void {
  const content = parse(body);
  const isAlone = Object.keys(Object(content)).length === 1;
  if (!isAlone || new PayloadReader(content, "", []).id("id") === null) {
    throw new PayloadError("payload", "is not that of a deleted order, which is its id alone.");
  }
}

function parse(body: Uint8Array | string): unknown {
  try {
    const text = typeof body === "string" ? body : new TextDecoder().decode(body);
    return parseExactJson(text);
  } catch {
    throw new PayloadError("payload", "is not JSON.");
  }
}
