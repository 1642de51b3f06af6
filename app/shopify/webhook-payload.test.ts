import { describe, expect, it } from "vitest";
import type { Payload } from "#test/simulator/shopify/payload.ts";
import {
  bigId,
  fulfillmentPayload,
  linePayload,
  orderPayload,
  read,
  refundPayload,
} from "./webhook.fixture.ts";
import { type OrderTopic, readWebhook } from "./webhook-payload.ts";

const nine = Date.parse("2026-11-01T09:00:00Z");

function without(payload: Payload, ...keys: string[]): Payload {
  return Object.fromEntries(Object.entries(payload).filter(([key]) => !keys.includes(key)));
}

describe("required keys", () => {
  const parts = (of: Payload) => orderPayload({ fulfillments: [of] });
  const cases: [OrderTopic, Payload, string[], (payload: Payload) => Payload, string][] = [
    ["orders/create", orderPayload(), ["updated_at"], (order) => order, "updated_at"],
    [
      ...(["orders/updated", orderPayload(), ["created_at"], (order: Payload) => order] as const),
      "processed_at or created_at",
    ] as [OrderTopic, Payload, string[], (payload: Payload) => Payload, string],
    ["orders/updated", orderPayload(), ["line_items"], (order) => order, "line_items"],
    ["orders/updated", orderPayload(), ["currency"], (order) => order, "currency"],
    ...["id", "quantity", "title"].map(
      (key): (typeof cases)[number] => [
        ...(["orders/cancelled", linePayload(), [key]] as [OrderTopic, Payload, string[]]),
        (line) => orderPayload({ line_items: [linePayload(), line] }),
        `line_items[1].${key}`,
      ],
    ),
    [
      ...(["orders/create", linePayload(), ["price"]] as [OrderTopic, Payload, string[]]),
      (line) => orderPayload({ line_items: [line] }),
      "line_items[0].price_set or price",
    ],
    ...["id", "created_at", "status", "line_items"].flatMap((key): (typeof cases)[number][] => [
      ["fulfillments/create", fulfillmentPayload(), [key], (payload) => payload, key],
      ["orders/updated", fulfillmentPayload(), [key], parts, `fulfillments[0].${key}`],
    ]),
    ...["id", "quantity"].map(
      (key): (typeof cases)[number] => [
        ...(["fulfillments/update", { id: 1, quantity: 1 }, [key]] as const),
        (line) => fulfillmentPayload({ line_items: [line] }),
        `line_items[0].${key}`,
      ] as (typeof cases)[number],
    ),
    ["refunds/create", refundPayload(), ["id"], (refund) => refund, "id"],
    ["refunds/create", refundPayload(), ["created_at"], (it) => it, "processed_at or created_at"],
    ["refunds/create", refundPayload(), ["refund_line_items"], (it) => it, "refund_line_items"],
    [
      ...(["refunds/create", { line_item_id: 1, quantity: 1 }, ["line_item_id"]] as const),
      (line: Payload) => refundPayload({ refund_line_items: [line] }),
      "refund_line_items[0].line_item_id",
    ] as unknown as (typeof cases)[number],
  ];

  it.each(cases)("%s: %#", (topic, payload, keys, wrap, path) => {
    expect(read(topic, wrap(payload)).missing).toEqual([]);
    for (const lacking of [without(payload, ...keys), { ...payload, [keys[0] ?? ""]: null }]) {
      const { orderId, state, missing } = read(topic, wrap(lacking));
      expect({ orderId, state, missing }).toEqual({
        orderId: String(bigId),
        state: null,
        missing: [path],
      });
    }
  });
});
