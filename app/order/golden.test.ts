import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { feedOrderSchema } from "#app/hakuna/feed-schema.ts";
import { type OrderTopic, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { emptyState, join } from "./fold.ts";
import { mapOrder } from "./map.ts";

// The four examples of Hakuna's page about the Order feed, word for word in golden/, against the
// webhooks that Shopify would send about that order. This table swaps the contract's ids for
// Shopify's.
const ids = {
  order: ["ord-XYZ-123", "450789469"],
  product: ["prd-1234", "466157049"],
  plan: ["hak-ext-12", "703073504"],
} as const;

function contractExample(name: string): unknown {
  const text = readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8");
  const swapped = Object.values(ids).reduce(
    (swapping, [theirs, ours]) => swapping.replaceAll(theirs, ours),
    text,
  );
  return JSON.parse(swapped)[0];
}

const product = Number(ids.product[1]);
const plan = Number(ids.plan[1]);

const order = {
  id: 450789469,
  name: "#1001",
  created_at: "2022-11-25T12:50:53.593+01:00",
  processed_at: "2022-11-25T12:50:53.593+01:00",
  updated_at: "2022-11-25T12:50:53+01:00",
  cancelled_at: null as string | null,
  currency: "EUR",
  email: "[email protected]",
  phone: "+491601234567",
  customer: { id: 1, first_name: "Max", last_name: "Mustermann" },
  billing_address: {
    address1: "Musterstrasse 1",
    address2: "",
    city: "Musterstadt",
    zip: "123456",
    country_code: "DE",
  },
  line_items: [
    {
      ...{ id: product, variant_id: product, quantity: 1, price: "100.00" },
      ...{ title: "Banana", vendor: "Frutta", requires_shipping: true },
      properties: [{ name: "_hakuna_ref", value: "a" }],
    },
    {
      ...{ id: plan, variant_id: plan, quantity: 1, price: "12.00" },
      ...{ title: "1 year of warranty extension", vendor: "Hakuna" },
      properties: [
        { name: "_hakuna_ref", value: "a" },
        { name: "_hakuna_offer_id", value: "off-12345" },
        { name: "_hakuna_plan_id", value: "pl-54132" },
      ],
    },
  ],
  fulfillments: [],
  refunds: [],
};

const fulfillment = {
  ...{ id: 1, order_id: 450789469, status: "success" },
  created_at: "2022-11-03T17:36:52.562+01:00",
  updated_at: "2022-11-03T17:36:53+01:00",
  line_items: [{ id: product, quantity: 1 }],
};
const refund = {
  ...{ id: 2, order_id: 450789469 },
  created_at: "2022-11-03T17:36:59.345+01:00",
  processed_at: "2022-11-03T17:36:59.345+01:00",
  refund_line_items: [
    { line_item_id: product, quantity: 1 },
    { line_item_id: plan, quantity: 1 },
  ],
};

type Sent = [OrderTopic, object];

function feedOrderOf(...webhooks: Sent[]) {
  const state = webhooks.reduce((known, [topic, payload]) => {
    const read = readWebhook(topic, Buffer.from(JSON.stringify(payload)), 1669377053593);
    return read.state ? join(known, read.state) : known;
  }, emptyState(ids.order[1]));
  const { feedOrder, findings } = mapOrder(state, {
    ...{ shopCountry: null, productIdentifier: "variant", manualPairs: [] },
    ...{ acceptSuggestions: false, reportedUnits: {} },
  });
  return { feedOrder, findings };
}

describe("the contract's four examples", () => {
  const examples: [string, Sent[]][] = [
    ["placed", [["orders/create", order]]],
    [
      "cancelled",
      [
        ["orders/create", order],
        ["orders/cancelled", { ...order, cancelled_at: "2022-11-25T13:48:37.455+01:00" }],
      ],
    ],
    [
      "fulfilled",
      [
        ["fulfillments/create", fulfillment],
        ["orders/create", order],
      ],
    ],
    [
      "refunded",
      [
        ["orders/create", order],
        ["refunds/create", refund],
        ["fulfillments/create", fulfillment],
      ],
    ],
  ];
  it.each(examples)("%s", (name, webhooks) => {
    const { feedOrder, findings } = feedOrderOf(...webhooks);
    expect(feedOrder).toEqual(contractExample(name));
    expect(feedOrderSchema.safeParse(feedOrder).success).toBe(true);
    expect(findings).toEqual([]);
  });
});
