import { expect, it } from "vitest";
import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import { payloadText, samplePayload } from "#test/simulator/shopify/payload.ts";
import { cutPayload, withoutOtherProperties } from "./cut-payload.ts";
import { fieldsOf, webhookFields } from "./webhook-fields.ts";
import { type OrderTopic, orderTopics, readWebhook } from "./webhook-payload.ts";

const at = 1_790_000_000_000;
const cutFor = (topic: OrderTopic, text: string) =>
  cutPayload(text, fieldsOf(topic, { bare: false }));

const telling = orderTopics.filter((topic) => topic !== "orders/delete");

it.each(telling)("Shopify's sample of %s tells the same when it is cut down", (topic) => {
  const text = payloadText(samplePayload(topic));
  const cut = cutFor(topic, text);
  expect(readWebhook(topic, cut, at)).toEqual(readWebhook(topic, text, at));
  expect(cut.length).toBeLessThan(text.length / 2);
});

it("Shopify's sample of orders/delete is an id and nothing to cut", () => {
  const text = payloadText(samplePayload("orders/delete"));
  expect(text).toMatch(/^\{"id":\d+\}$/);
  const cut = readWebhook("orders/delete", cutFor("orders/delete", text), at);
  expect(cut).toEqual(readWebhook("orders/delete", text, at));
});

it("the webhooks of three hundred orders tell the same when they are cut down", () => {
  const topics = new Set<string>();
  for (let seed = 0; seed < 300; seed += 1) {
    const manner = { shop: "a.myshopify.com", currency: "EUR", bigIds: seed % 2 === 0 };
    for (const { topic, body, triggeredAt } of liveOrder(manner, seed, at)) {
      const known = topic as OrderTopic;
      topics.add(topic);
      const whole = readWebhook(known, body, triggeredAt);
      expect(whole.missing).toEqual([]);
      expect(readWebhook(known, cutFor(known, body), triggeredAt)).toEqual(whole);
    }
  }
  expect([...topics].sort()).toEqual([...telling].sort());
});

it("tells everything but the customer when it is bare", () => {
  const text = payloadText(samplePayload("orders/create"));
  const bare = cutPayload(text, fieldsOf("orders/create", { bare: true }));
  expect(bare).not.toMatch(/Smith|jon@example|Shipping Street/i);
  const { state } = readWebhook("orders/create", bare, at);
  const whole = readWebhook("orders/create", text, at).state;
  const nobody = { email: null, phone: null, customer: null };
  const nowhere = { billingAddress: null, shippingAddress: null };
  expect(state).toEqual({ ...whole, head: { ...whole?.head, ...nobody, ...nowhere } });
});

it("keeps what Shopify tells duplicates by, and what decides an order's fate", () => {
  for (const field of ["updated_at", "test", "financial_status", "cancelled_at"]) {
    expect(webhookFields.order).toContain(field);
  }
  const all = Object.values(webhookFields).flat();
  // deeper nesting is not documented
  expect(all.filter((field) => field.split(".").length > 2)).toEqual([]);
});

it("keeps of line item properties those that link products with plans", () => {
  const properties = [
    { name: "_hakuna_ref", value: "r" },
    { name: "engraving", value: "Vogelsang" },
  ];
  const cut = (value: unknown) =>
    JSON.parse(withoutOtherProperties(JSON.stringify({ properties: value }))).properties;
  expect(cut(properties)).toEqual([properties[0]]);
  expect(cut({ _hakuna_ref: "r", engraving: "Vogelsang" })).toEqual({ _hakuna_ref: "r" });
  expect(cut(properties[0])).toEqual(properties[0]);
  expect(cut(properties[1])).toEqual({});
  expect(cut(null)).toBeNull();
});
