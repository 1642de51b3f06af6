import { describe, expect, it } from "vitest";
import { feedOrderSchema } from "#app/hakuna/feed-schema.ts";
import { emptyState, join } from "#app/order/fold.ts";
import { mapOrder } from "#app/order/map.ts";
import { payloadText, samplePayload } from "#test/simulator/shopify/payload.ts";
import { type OrderTopic, orderTopics, readWebhook } from "./webhook-payload.ts";

// Shopify's own samples, which nobody here wrote. Their ids were rounded by the package that carries
// them; lines sort by id.
const newYear = Date.parse("2022-01-01T00:00:00Z");

const read = (topic: OrderTopic) => {
  const { orderId, state, missing } = readWebhook(
    topic,
    payloadText(samplePayload(topic)),
    newYear,
  );
  expect(missing).toEqual([]);
  if (!state) throw new Error(`${topic} was not lifted`);
  return { orderId, state };
};

function mappingOf(...topics: OrderTopic[]) {
  const state = topics
    .map((topic) => read(topic).state)
    .reduce(join, emptyState(read(topics[0] ?? "orders/create").orderId));
  return mapOrder(state, {
    ...{ shopCountry: null, productIdentifier: "variant", manualPairs: [] },
    ...{ acceptSuggestions: false, reportedUnits: {} },
  });
}

const sampleLine = (id: string, productId: string, amount: number, title: string) => ({
  id,
  quantity: 1,
  product_data: { id: productId, price: { amount, currency: "usd" }, brand: "", title },
  custom_properties: {},
  fulfillments: [],
  refunds: [] as { quantity: number; refunded_at: number }[],
});

const sampleOrder = {
  id: "820982911946154500",
  status: "cancelled",
  placed_at: newYear,
  cancelled_at: newYear,
  customer: {
    ...{ first_name: "John", last_name: "Smith", email: "jon@example.com" },
    phone: "555-555-SHIP",
  },
  customer_billing_address: {
    ...{ address_line_1: "123 Shipping Street", address_line_2: "", city: "Shippington" },
    ...{ country: "us", zip: "40003" },
  },
  line_items: [
    sampleLine("315789986012684400", "788032119674292900", 11999, "Coffee table"),
    sampleLine("487817672276298560", "788032119674292900", 8999, "Aviator sunglasses"),
    sampleLine("789012345678901200", "LENS-PROTECT-2YR", 1999, "Lens Protection Plan (2 Year)"),
    sampleLine("890123456789012400", "CASE-LEATHER-PREM", 2499, "Premium Leather Case"),
    sampleLine("976318377106520300", "788032119674292900", 15999, "Mid-century lounger"),
  ],
};

it.each(orderTopics)("%s lifts to the order it is about", (topic) => {
  expect(read(topic).orderId).toBe("820982911946154500");
});

describe("what Hakuna would get", () => {
  it.each<OrderTopic>(["orders/create", "orders/updated", "orders/cancelled"])("%s", (topic) => {
    const { feedOrder, findings } = mappingOf(topic);
    expect(feedOrder).toEqual(sampleOrder);
    expect(findings).toEqual([]);
    expect(feedOrderSchema.safeParse(feedOrder).error).toBeUndefined();
  });

  it("all six together: a pending fulfillment is none, the refund is of every line", () => {
    const refunds = [{ quantity: 1, refunded_at: newYear }];
    expect(mappingOf(...orderTopics).feedOrder).toEqual({
      ...sampleOrder,
      line_items: sampleOrder.line_items.map((item) => ({ ...item, refunds })),
    });
  });
});
