import { beforeEach, describe, expect, it } from "vitest";
import { onUnknownWord, type UnknownWord } from "#app/foundation/unknown-words.ts";
import { type Payload, payloadText } from "#test/simulator/shopify/payload.ts";
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
import { type OrderTopic, readWebhook } from "./webhook-payload.ts";

/** The payload with another value at a path such as "line_items[0].quantity". */
function withValue(payload: Payload, path: string, value: unknown): Payload {
  const copy = structuredClone(payload);
  const keys = path.split(/[.[\]]+/).filter(Boolean);
  const last = keys.pop() ?? "";
  const owner = keys.reduce<Payload>((part, key) => part[key] as Payload, copy);
  owner[last] = value;
  return copy;
}

const wholeOrder = orderPayload({
  fulfillments: [fulfillmentPayload()],
  refunds: [refundPayload()],
});

describe("required keys", () => {
  const fulfillmentKeys = ["id", "created_at", "status", "line_items"];
  const unitKeys = ["line_items[0].id", "line_items[0].quantity"];
  const refundKeys = ["id", "created_at", "refund_line_items"];
  const refundUnitKeys = ["refund_line_items[0].line_item_id", "refund_line_items[0].quantity"];
  const cases: [OrderTopic, Payload, string[]][] = [
    ["orders/create", wholeOrder, ["updated_at", "created_at", "line_items", "currency"]],
    ["orders/updated", wholeOrder, [...unitKeys, "line_items[0].title", "line_items[0].price"]],
    [
      ...(["orders/cancelled", wholeOrder] as const),
      [...fulfillmentKeys, ...unitKeys].map((key) => `fulfillments[0].${key}`),
    ],
    [
      "orders/updated",
      wholeOrder,
      [...refundKeys, ...refundUnitKeys].map((k) => `refunds[0].${k}`),
    ],
    ["fulfillments/create", fulfillmentPayload(), [...fulfillmentKeys, ...unitKeys]],
    ["fulfillments/update", fulfillmentPayload(), [...fulfillmentKeys, ...unitKeys]],
    ["refunds/create", refundPayload(), [...refundKeys, ...refundUnitKeys]],
  ];
  const alternatives = new Map([
    ["orders/create created_at", "processed_at or created_at"],
    ["orders/updated refunds[0].created_at", "refunds[0].processed_at or created_at"],
    ["refunds/create created_at", "processed_at or created_at"],
    ["orders/updated line_items[0].price", "line_items[0].price_set or price"],
  ]);
  const flat = cases.flatMap(([topic, payload, paths]) =>
    paths.map((path) => ({ topic, payload, path })),
  );

  it.each(flat)("$topic without $path is not folded", ({ topic, payload, path }) => {
    expect(read(topic, payload).missing).toEqual([]);
    const asked = alternatives.get(`${topic} ${path}`) ?? path;
    for (const value of [undefined, null]) {
      const { orderId, state, missing } = read(topic, withValue(payload, path, value));
      const expected = { orderId: String(bigId), state: null, missing: [asked] };
      expect({ orderId, state, missing }).toEqual(expected);
    }
  });

  it("are not asked for where another says the same", () => {
    const at = "2026-11-01T10:00:00Z";
    const price_set = { shop_money: { amount: "1.00", currency_code: "EUR" } };
    const line = linePayload({ price: undefined, price_set });
    const order = { created_at: null, processed_at: at, currency: null, line_items: [line] };
    expect(read("orders/create", orderPayload(order)).missing).toEqual([]);
    const refund = refundPayload({ created_at: null, processed_at: at });
    expect(read("refunds/create", refund).missing).toEqual([]);
  });

  it("are listed all together", () => {
    const order = orderPayload({ updated_at: undefined, line_items: [{}] });
    expect(read("orders/create", order).missing.toSorted()).toEqual([
      ...["line_items[0].id", "line_items[0].price_set or price", "line_items[0].quantity"],
      ...["line_items[0].title", "updated_at"],
    ]);
  });
});

describe("payloads that cannot be used", () => {
  const unusable = (topic: OrderTopic, body: string) => {
    try {
      readWebhook(topic, body, 0);
    } catch (error) {
      return error;
    }
    throw new Error("It was read.");
  };

  it.each<[OrderTopic, string, string]>([
    ["orders/create", "{", "payload"],
    ["orders/create", "[]", "payload"],
    ["orders/create", "null", "payload"],
    ["orders/create", "{}", "id"],
    ["fulfillments/create", `{"id": 1}`, "order_id"],
    ["refunds/create", `{"id": 1, "order_id": null}`, "order_id"],
    ["orders/create", `{"id": "gid://shopify/Order/1"}`, "id"],
  ])("%s %s names %s", (topic, body, field) => {
    expect(unusable(topic, body)).toMatchObject({ code: "payload", field });
  });

  it.each<[string, unknown]>([
    ["updated_at", "2026-11-01T10:00:00"],
    ["created_at", "2026-11-01"],
    ["cancelled_at", "yesterday"],
    ["cancelled_at", 1669377053593],
    ["line_items", {}],
    ["line_items[0]", "Banana"],
    ["line_items[0].quantity", -1],
    ["line_items[0].quantity", 1.5],
    ["line_items[0].quantity", "1"],
    ["line_items[0].price", "12,50"],
    ["line_items[0].id", "x"],
    ["line_items[0].title", {}],
    ["refunds[0].refund_line_items[0].quantity", "1"],
    ["customer", "Max"],
  ])("%s: %j", (path, value) => {
    const payload = withValue(wholeOrder, path, value);
    expect(() => read("orders/create", payload)).toThrow(
      expect.objectContaining({ code: "payload", field: path }),
    );
  });

  it("tell no customer's data in their message", () => {
    const payload = orderPayload({ phone: { number: "+491601234567" } });
    expect(() => read("orders/create", payload)).toThrow(/^phone: is not a text\.$/);
  });
});

describe("orders/delete", () => {
  it("tells when the order was deleted, and nothing else: not that it was cancelled", () => {
    const at = 1_790_000_000_000;
    const state = fold(["orders/create", orderPayload()], ["orders/delete", { id: bigId }, at]);
    expect(state).toMatchObject({ deletedAt: at, cancelledAt: null });
    expect(mapped(["orders/create", orderPayload()]).feedOrder).toEqual(
      mapped(["orders/create", orderPayload()], ["orders/delete", { id: bigId }, at]).feedOrder,
    );
  });

  const others = ["{}", `{"id": null}`, `{"id": "x"}`, `{"id": 1, "name": "#1"}`, "[]", "[1]", "1"];
  it.each([...others, payloadText(orderPayload())])("with %s is refused", (body) => {
    expect(() => readWebhook("orders/delete", body, 0)).toThrow(
      expect.objectContaining({ code: "payload" }),
    );
  });
});

describe("texts", () => {
  it("lose NUL characters and lone surrogates, which PostgreSQL refuses", () => {
    const body = JSON.stringify(orderPayload({ id: 1, name: "#1\u0000\ud800😀\udc00" }));
    expect(readWebhook("orders/create", body, 0).state?.head?.name).toBe("#1😀");
  });

  it("that are empty count as unknown", () => {
    const empty = { sku: "", vendor: "", variant_id: "", product_id: "" };
    const { head, productFacts, cancelledAt } = fold([
      "orders/create",
      orderPayload({
        ...{ email: "", phone: "\u0000", cancelled_at: "", line_items: [linePayload(empty)] },
        billing_address: { address1: "", country_code: "" },
      }),
    ]);
    expect(head).toMatchObject({ email: null, phone: null, billingAddress: null });
    expect(productFacts["466157049"]).toEqual({
      ...{ sku: null, vendor: null, variantId: null, productId: null },
    });
    expect(cancelledAt).toBeNull();
  });

  it("of a title may be empty", () => {
    const order = orderPayload({ line_items: [linePayload({ title: "" })] });
    expect(fold(["orders/create", order]).head?.lineItems[0]?.title).toBe("");
  });
});

describe("a word that is in no list of the app's", () => {
  const told: UnknownWord[] = [];
  beforeEach(() => {
    told.length = 0;
    onUnknownWord((unknown) => told.push(unknown));
  });

  it("as a fulfillment's status is none that succeeded, and the order goes on", () => {
    const odd = fulfillmentPayload({ id: 9, status: "teleported" });
    const order = orderPayload({
      ...{ cancelled_at: "2026-11-04T10:00:00Z", fulfillments: [odd, fulfillmentPayload()] },
    });
    const { feedOrder } = mapped(["orders/cancelled", order]);
    expect(feedOrder?.status).toBe("cancelled");
    expect(feedOrder?.line_items[0]?.fulfillments).toHaveLength(1);
    expect(told).toEqual([{ field: "fulfillment.status", word: "teleported" }]);
  });

  it("takes back what had succeeded, where the fulfillment bears it now", () => {
    const later = { status: "returned_to_sender", updated_at: "2026-11-03T10:00:00Z" };
    const webhooks: [OrderTopic, Payload][] = [
      ["orders/create", orderPayload()],
      ["fulfillments/create", fulfillmentPayload()],
    ];
    expect(mapped(...webhooks).feedOrder?.line_items[0]?.fulfillments).toHaveLength(1);
    const { feedOrder } = mapped(...webhooks, ["fulfillments/update", fulfillmentPayload(later)]);
    expect(feedOrder?.line_items[0]?.fulfillments).toEqual([]);
  });

  it("as the customer's currency leaves the shop's price", () => {
    const price_set = {
      shop_money: { amount: "100.00", currency_code: "EUR" },
      presentment_money: { amount: "117.20", currency_code: "USDC" },
    };
    const order = orderPayload({ line_items: [linePayload({ price_set })] });
    const { feedOrder } = mapped(["orders/create", order]);
    expect(feedOrder?.line_items[0]?.product_data.price).toEqual({
      amount: 10000,
      currency: "eur",
    });
    expect(told).toEqual([{ field: "currency", word: "USDC" }]);
  });

  it("as the financial status is neither voided nor refunded", () => {
    const { head } = fold(["orders/create", orderPayload({ financial_status: "on_the_moon" })]);
    expect(head).toMatchObject({ voided: false, fullyRefunded: false });
    expect(told).toEqual([{ field: "order.financial_status", word: "on_the_moon" }]);
  });

  it("is told once, however often it comes", () => {
    const odd = fulfillmentPayload({ status: "teleported" });
    for (let n = 0; n < 3; n += 1) read("fulfillments/create", odd);
    read("fulfillments/create", fulfillmentPayload({ status: "beamed" }));
    expect(told.map(({ word }) => word)).toEqual(["teleported", "beamed"]);
  });
});

it.each([
  ["10.00", "10"],
  ["10.0", "10"],
  ["10", "10"],
  ["10.", "10"],
  ["100", "100"],
  ["007.50", "7.5"],
  ["0.05", "0.05"],
  ["0.00", "0"],
  ["-0.0", "0"],
  ["-1.50", "-1.5"],
  ["12345678901234567890.123456789000", "12345678901234567890.123456789"],
])("an amount written %s is %s", (written, amount) => {
  const state = fold([
    "orders/create",
    orderPayload({ line_items: [linePayload({ price: written })] }),
  ]);
  expect(state.head?.lineItems[0]?.shopPrice.amount).toBe(amount);
});

it("units of a fulfillment or refund have one order, whatever order they come in", () => {
  const units = [
    { id: 30, line_item_id: 30, quantity: 1 },
    { id: 4, line_item_id: 4, quantity: 2 },
    { id: 30, line_item_id: 30, quantity: 1 },
  ];
  const expected = [
    { lineItemId: "4", quantity: 2 },
    { lineItemId: "30", quantity: 2 },
  ];
  for (const listed of [units, units.toReversed()]) {
    const { fulfillments, refunds } = fold(
      ["fulfillments/create", fulfillmentPayload({ line_items: listed })],
      ["refunds/create", refundPayload({ refund_line_items: listed })],
    );
    expect(fulfillments["7"]?.units).toEqual(expected);
    expect(refunds["8"]?.units).toEqual(expected);
  }
});

it("reads times with any offset, to the millisecond", () => {
  const times = {
    ...{ created_at: "2026-11-01T10:00:00.562-05:00", updated_at: "2026-11-01T10:00:00Z" },
    cancelled_at: "2026-11-01T10:00:00.1234567+05:30",
  };
  const { head, cancelledAt } = fold(["orders/create", orderPayload(times)]);
  expect(head?.placedAt).toBe(Date.UTC(2026, 10, 1, 15, 0, 0, 562));
  expect(head?.rank.updatedAt).toBe(Date.UTC(2026, 10, 1, 10));
  expect(cancelledAt).toBe(Date.UTC(2026, 10, 1, 4, 30, 0, 123));
});

it("keeps of a payload only what the mapping needs", () => {
  const properties = [{ name: "Engraving", value: "For Erika" }];
  const state = fold([
    "orders/create",
    orderPayload({
      ...{ note: "Ring twice", browser_ip: "1.2.3.4", token: "secret" },
      line_items: [linePayload({ properties, grams: 5 })],
    }),
  ]);
  expect(JSON.stringify(state)).not.toMatch(/Engraving|Erika|Ring|1\.2\.3\.4|secret|grams/);
});

describe("one order in two spellings", () => {
  const properties = [
    { name: "_hakuna_ref", value: "a" },
    { name: "protection_line_item_id", value: "7" },
  ];
  const set = (amount: string) => ({
    price_set: {
      shop_money: { amount, currency_code: "EUR" },
      presentment_money: { amount, currency_code: "EUR" },
    },
  });
  const two = [linePayload({ id: 1, ...set("10.00"), properties }), linePayload({ id: 2 })];
  const units = [1, 2].map((id) => ({ id, quantity: 2 }));
  const refunded = (ids: number[]) =>
    refundPayload({ refund_line_items: ids.map((id) => ({ line_item_id: id, quantity: 1 })) });
  const whole = (more: Payload) =>
    orderPayload({
      ...{ line_items: two, refunds: [refunded([1, 1, 2])] },
      fulfillments: [fulfillmentPayload({ line_items: units })],
      ...more,
    });

  it.each([
    [
      "amounts without their zeros",
      { line_items: [linePayload({ id: 1, ...set("10.0"), properties }), ...two.slice(1)] },
    ],
    ["lines in another order", { line_items: two.toReversed() }],
    [
      "properties in another order and case, one of them empty first",
      {
        line_items: [
          linePayload({
            ...{ id: 1, ...set("10.00") },
            properties: [{ name: "_HAKUNA_REF", value: " " }, ...properties.toReversed()],
          }),
          ...two.slice(1),
        ],
      },
    ],
    [
      "units of a fulfillment in another order",
      { fulfillments: [fulfillmentPayload({ line_items: units.toReversed() })] },
    ],
    ["units of a refund in another order", { refunds: [refunded([2, 1, 1])] }],
  ])("%s lift to one state", (_what, more) => {
    expect(fold(["orders/updated", whole(more)])).toEqual(fold(["orders/updated", whole({})]));
  });
});

it("tells which refunds the order lists, and what is left of a line; null where it does not say", () => {
  const told = { refunds: [refundPayload()], line_items: [linePayload({ current_quantity: 0 })] };
  expect(fold(["orders/updated", orderPayload(told)]).head).toMatchObject({
    ...{ refundIds: ["8"], lineItems: [{ currentQuantity: 0 }] },
  });
  expect(fold(["orders/updated", orderPayload()]).head).toMatchObject({
    ...{ refundIds: null, lineItems: [{ currentQuantity: null }] },
  });
});

it("still says what a process of version 1 reads of units that are gone", () => {
  const line_items = [linePayload({ quantity: 3, current_quantity: 1 })];
  const { goneUnits, removedUnits, head } = fold(["orders/updated", orderPayload({ line_items })]);
  expect(goneUnits).toEqual({ "466157049": 2 });
  expect(removedUnits).toEqual({ "466157049": { "2": head?.rank.updatedAt } });
});
