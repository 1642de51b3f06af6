import { emptyState, join } from "#app/order/fold.ts";
import { type Mapping, mapOrder } from "#app/order/map.ts";
import type { OrderState } from "#app/order/state.ts";
import { type Payload, payloadText } from "#test/simulator/shopify/payload.ts";
import { type OrderTopic, readWebhook } from "./webhook-payload.ts";

/** Shopify's own example of an id that a JSON number cannot hold. */
export const bigId = 820982911946154508n;

/** An order as a webhook sends it, with only the keys that are needed. */
export function orderPayload(more: Payload = {}): Payload {
  return {
    id: bigId,
    created_at: "2026-11-01T10:00:00+01:00",
    updated_at: "2026-11-01T10:00:00+01:00",
    currency: "EUR",
    billing_address: { country_code: "DE" },
    line_items: [linePayload()],
    ...more,
  };
}

export function linePayload(more: Payload = {}): Payload {
  return { id: 466157049, quantity: 1, title: "Banana", price: "100.00", ...more };
}

export function fulfillmentPayload(more: Payload = {}): Payload {
  return {
    ...{ id: 7, order_id: bigId, status: "success" },
    created_at: "2026-11-02T10:00:00+01:00",
    line_items: [{ id: 466157049, quantity: 1 }],
    ...more,
  };
}

export function refundPayload(more: Payload = {}): Payload {
  return {
    ...{ id: 8, order_id: bigId },
    created_at: "2026-11-03T10:00:00+01:00",
    refund_line_items: [{ line_item_id: 466157049, quantity: 1 }],
    ...more,
  };
}

/** Reads a payload as it comes over the wire: as bytes. */
export function read(topic: OrderTopic, payload: Payload, triggeredAt = 0) {
  return readWebhook(topic, new TextEncoder().encode(payloadText(payload)), triggeredAt);
}

/** The state of webhooks that all can be folded. */
export function fold(...webhooks: [OrderTopic, Payload, number?][]): OrderState {
  return webhooks.reduce((known, [topic, payload, triggeredAt]) => {
    const { orderId, state, missing } = read(topic, payload, triggeredAt);
    if (!state) throw new Error(`${orderId} lacks ${missing.join(", ")}`);
    return known.id ? join(known, state) : state;
  }, emptyState(""));
}

/** The mapping of webhooks, for a shop without a country. */
export function mapped(...webhooks: [OrderTopic, Payload, number?][]): Mapping {
  return mapOrder(fold(...webhooks), {
    ...{ shopCountry: null, productIdentifier: "variant", manualPairs: [] },
    ...{ acceptSuggestions: false, reportedUnits: {} },
  });
}
