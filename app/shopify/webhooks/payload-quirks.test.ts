import { describe, expect, it } from "vitest";
import type { Payload } from "#test/simulator/shopify/payload.ts";
import {
  bigId,
  fold,
  fulfillmentPayload,
  linePayload,
  mapped,
  orderPayload,
  read,
  refundPayload,
} from "./webhook.fixture.ts";
import type { OrderTopic } from "./webhook-payload.ts";

const line = (id: unknown, properties?: unknown, more: Payload = {}) =>
  linePayload({ id, properties, ...more });
const withLines = (...line_items: Payload[]) => orderPayload({ line_items });
const sent = (...webhooks: [OrderTopic, Payload, number?][]) => {
  const { feedOrder } = mapped(...webhooks);
  if (!feedOrder) throw new Error("blocked");
  return feedOrder;
};

describe("line-item properties", () => {
  const hakuna = { vendor: "Hakuna" };
  const offer = (properties: unknown) =>
    sent(["orders/create", withLines(line(2, properties, hakuna))]).line_items[0]
      ?.custom_properties;

  it("as an array of names and values", () => {
    expect(
      offer([
        { name: "_hakuna_offer_id", value: "off-1" },
        { name: "plan_id", value: "pl-1" },
      ]),
    ).toEqual({ offer_id: "off-1", plan_id: "pl-1" });
  });
  it("as {}", () => expect(offer({})).toEqual({}));
  it("as one object", () => {
    expect(offer({ name: "offer_id", value: "off-1" })).toEqual({ offer_id: "off-1" });
  });
  it("as a key-value object, also one with the keys name and value", () => {
    expect(offer({ offer_id: "off-1", _plan_id: "pl-1" })).toEqual({
      ...{ offer_id: "off-1", plan_id: "pl-1" },
    });
    expect(offer({ name: "Max", value: "x", plan_id: "pl-1" })).toEqual({ plan_id: "pl-1" });
  });
  it("absent", () => expect(offer(undefined)).toEqual({}));
  it("null", () => expect(offer(null)).toEqual({}));
  it("with a null value", () => {
    expect(offer([{ name: "offer_id", value: null }])).toEqual({});
    expect(offer({ offer_id: null })).toEqual({});
  });
  it("with a number", () => {
    expect(offer([{ name: "offer_id", value: 12 }])).toEqual({ offer_id: "12" });
    expect(offer([{ name: "offer_id", value: bigId }])).toEqual({ offer_id: String(bigId) });
  });
  it("with a boolean", () => {
    expect(offer([{ name: "offer_id", value: true }])).toEqual({ offer_id: "true" });
  });
  it("with objects and lists for values, which mean nothing", () => {
    expect(offer([{ name: "offer_id", value: { a: 1 } }, ["plan_id", "x"], "plan_id", 5])).toEqual(
      {},
    );
  });
});

describe("what is often null or absent", () => {
  it.each([null, undefined])("customer and addresses %s", (nothing) => {
    const payload = orderPayload({
      ...{ customer: nothing, billing_address: nothing, shipping_address: nothing },
      ...{ email: nothing, phone: nothing },
    });
    expect(read("orders/create", payload).missing).toEqual([]);
    const { feedOrder, findings } = mapped(["orders/create", payload]);
    expect(feedOrder).toBeNull();
    expect(findings.map(({ code }) => code)).toEqual(["no_country"]);
  });

  it("an address in which nothing is known is none: the next one is taken", () => {
    const payload = orderPayload({
      billing_address: { first_name: null, address1: "", city: null, country_code: null },
      shipping_address: { city: "Wien", country_code: "AT" },
    });
    expect(sent(["orders/create", payload]).customer_billing_address).toMatchObject({
      ...{ city: "Wien", country: "at" },
    });
  });

  it("the customer's default address", () => {
    const payload = orderPayload({
      billing_address: null,
      customer: { id: bigId, default_address: { country_code: "CH" } },
    });
    expect(sent(["orders/create", payload]).customer_billing_address.country).toBe("ch");
    expect(fold(["orders/create", payload]).head?.customer?.id).toBe(String(bigId));
  });

  it.each([null, undefined])("vendor, SKU, variant and product %s", (nothing) => {
    const unknown = { vendor: nothing, sku: nothing, variant_id: nothing, product_id: nothing };
    const [item] = sent(["orders/create", withLines(line(5, [], unknown))]).line_items;
    expect(item?.product_data).toMatchObject({ id: "5", brand: "" });
  });

  it("what a deleted product's line lost is remembered, in whatever order it is heard", () => {
    const known = { vendor: "Hakuna", sku: "S", variant_id: 7, product_id: 8 };
    const gone = { vendor: null, sku: null, variant_id: null, product_id: null };
    const before = withLines(line(5, [], known));
    const after = { ...withLines(line(5, [], gone)), updated_at: "2026-11-05T10:00:00Z" };
    for (const webhooks of [
      [before, after],
      [after, before],
    ]) {
      const [item] = sent(
        ...webhooks.map((payload): [OrderTopic, Payload] => ["orders/updated", payload]),
      ).line_items;
      expect(item?.product_data).toMatchObject({ id: "7", brand: "hakuna" });
    }
  });
});

describe("money", () => {
  it("is what the customer was shown, else the shop's", () => {
    const price_set = {
      shop_money: { amount: "10.00", currency_code: "EUR" },
      presentment_money: { amount: "1.234", currency_code: "KWD" },
    };
    const shown = line(1, [], { price_set });
    expect(sent(["orders/create", withLines(shown)]).line_items[0]?.product_data.price).toEqual({
      ...{ amount: 1234, currency: "kwd" },
    });
    const plain = line(2, [], { price: "5.5" });
    const prices = sent(["orders/create", withLines(shown, plain)]).line_items.map(
      ({ product_data }) => product_data.price,
    );
    expect(prices).toEqual([
      { amount: 1000, currency: "eur" },
      { amount: 550, currency: "eur" },
    ]);
  });

  it.each([
    ["total_discount", { total_discount: "0.01" }, true],
    ["an allocation", { discount_allocations: [{ amount: "0.00" }, { amount: "5.00" }] }, true],
    ["nothing", { total_discount: "0.00", discount_allocations: [{ amount: "0.0" }] }, false],
  ])("a plan discounted by %s", (_by, more, discounted) => {
    const { findings } = mapped(["orders/create", withLines(line(2, [], { ...more }))]);
    expect(findings).toEqual([]);
    const plan = line(2, [], { vendor: "Hakuna", ...more });
    const codes = mapped(["orders/create", withLines(plan)]).findings.map(({ code }) => code);
    expect(codes.includes("discounted_plan")).toBe(discounted);
  });
});

it("keeps both parts of a split cart line with their plan", () => {
  const ref = [{ name: "_hakuna_ref", value: "a" }];
  const order = withLines(
    line(1, ref),
    line(2, ref),
    line(3, ref, { vendor: "Hakuna", quantity: 2 }),
  );
  expect(sent(["orders/create", order]).line_items.map((item) => item.custom_properties)).toEqual([
    { protection_line_item_id: "3" },
    { protection_line_item_id: "3" },
    {},
  ]);
});

it("does not mind the order in which a payload lists its lines", () => {
  const lines = [line(10), line(9), line(11)];
  const listed = fold(["orders/create", withLines(...lines)]);
  expect(fold(["orders/create", withLines(...lines.toReversed())])).toEqual(listed);
});

describe("ids beyond 2^53", () => {
  const [product, plan] = [bigId, bigId + 1n];

  it("are exact everywhere: order, lines, links, fulfillments and refunds", () => {
    const order = withLines(
      line(product, [{ name: "_hakuna_protection", value: plan }], { variant_id: bigId + 2n }),
      line(plan, [], { vendor: "Hakuna", product_id: bigId + 3n }),
    );
    const lineItems = [{ id: product, quantity: 1 }];
    const units = [{ line_item_id: plan, quantity: 1 }];
    const feedOrder = sent(
      ["orders/create", order],
      ["fulfillments/create", fulfillmentPayload({ id: bigId + 4n, line_items: lineItems })],
      ["refunds/create", refundPayload({ id: bigId + 5n, refund_line_items: units })],
    );
    expect(feedOrder.id).toBe("820982911946154508");
    expect(feedOrder.line_items).toMatchObject([
      {
        id: "820982911946154508",
        product_data: { id: "820982911946154510" },
        custom_properties: { protection_line_item_id: "820982911946154509" },
        fulfillments: [{ quantity: 1 }],
        refunds: [],
      },
      {
        id: "820982911946154509",
        product_data: { id: "820982911946154511" },
        fulfillments: [{ quantity: 1 }],
        refunds: [{ quantity: 1 }],
      },
    ]);
  });

  it("are told apart where a rounded number would not", () => {
    const state = fold(["orders/create", withLines(line(bigId), line(bigId + 1n))]);
    expect(state.head?.lineItems.map(({ id }) => id)).toEqual([
      ...["820982911946154508", "820982911946154509"],
    ]);
  });
});

it("takes white space for an empty text, and keeps other texts as they are", () => {
  const spaced = { first_name: "A", last_name: " ", address1: "\t", country_code: "DE" };
  const whole = {
    ...{ first_name: "Anna  Maria", last_name: "B", address1: " Rue 1", city: "Lyon" },
    ...{ zip: "69001", country_code: "FR", phone: "\u00a0" },
  };
  const payload = { ...withLines(line(1)), billing_address: spaced, shipping_address: whole };
  const { head } = read("orders/create", payload).state ?? {};
  expect(head?.billingAddress).toMatchObject({ lastName: null, address1: null });
  expect(head?.shippingAddress).toMatchObject({ phone: null, firstName: "Anna  Maria" });
  expect(sent(["orders/create", payload]).customer_billing_address).toEqual({
    ...{ address_line_1: " Rue 1", address_line_2: "", city: "Lyon", country: "fr", zip: "69001" },
  });
});
