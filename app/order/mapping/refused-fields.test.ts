import { describe, expect, it } from "vitest";
import { fulfilled, line, map, order, refunded } from "#app/order/order.fixture.ts";
import type { OrderState } from "#app/order/state.ts";
import { type FieldPath, refusedFields } from "./refused-fields.ts";

const priced = (amount: string, currency: string) => ({
  shopPrice: { amount: "5", currency: "EUR" },
  presentmentPrice: { amount, currency },
});

/** What the merchant is told of these fields, with the lines that it is about. */
function told(state: OrderState, ...paths: FieldPath[]): string[] {
  const { feedOrder, lines } = map(state);
  if (!feedOrder) throw new Error("blocked");
  return refusedFields(feedOrder, lines, paths).map(({ code, lineItemIds, refused }) =>
    [code, ...lineItemIds, `${refused?.field}: ${refused?.value}`].join(" "),
  );
}

describe("what Hakuna would refuse is named as the merchant knows it", () => {
  const state = order([line("1", priced("12.50", "CHF")), line("2", { quantity: 3, gone: 2 })], {
    ...{ cancelledAt: 86_400_000, head: { placedAt: -1000, refundIds: ["8", "9"] } },
    fulfillments: { 5: fulfilled(1000, { 2: 1 }), 6: fulfilled(8.7e15, { 2: 2 }) },
    refunds: { 8: refunded(2000, { 2: 1 }), 9: refunded(3000, { 2: 1 }) },
  });

  it.each<[FieldPath, string]>([
    [["placed_at"], "field_refused placed: 1969-12-31T23:59:59.000Z"],
    [["cancelled_at"], "field_refused cancelled: 1970-01-02T00:00:00.000Z"],
    [["customer", "email"], "field_refused other: customer.email"],
    [["line_items", 1, "quantity"], "line_field_refused 2 quantity: 3"],
    [["line_items", 0, "product_data", "price"], "line_field_refused 1 price: 5.00 EUR"],
    [["line_items", 0, "product_data", "price", "amount"], "line_field_refused 1 price: 5.00 EUR"],
    [["line_items", 0, "product_data", "price", "currency"], "line_field_refused 1 currency: EUR"],
    [["line_items", 0, "product_data", "title"], "line_field_refused 1 other: product_data.title"],
    [
      ["line_items", 0, "custom_properties", "offer_id"],
      "line_field_refused 1 other: custom_properties.offer_id",
    ],
    [
      ["line_items", 1, "fulfillments", 0, "fulfilled_at"],
      "line_field_refused 2 fulfilled: 1 × 1970-01-01T00:00:01.000Z, 2 × –",
    ],
    [
      ["line_items", 1, "refunds", 1],
      "line_field_refused 2 refunded: 1 × 1970-01-01T00:00:02.000Z, 1 × 1970-01-01T00:00:03.000Z",
    ],
  ])("%j", (path, expected) => {
    expect(told(state, path)).toEqual([expected]);
  });

  it("a time that is not there", () => {
    expect(told(order([line("1")]), ["cancelled_at"])).toEqual(["field_refused cancelled: –"]);
  });

  it("an amount beyond counting, as it was told in the money that is sent", () => {
    const beyond = order([line("1", priced("99999999999999999999.5", "CHF"))]);
    const price = ["line_items", 0, "product_data", "price", "amount"];
    expect(told(beyond, price)).toEqual(["line_field_refused 1 price: 99999999999999999999.5 CHF"]);
    const shopPrice = { amount: "99999999999999999999", currency: "EUR" };
    for (const shops of [
      order([line("1", { ...priced("5", "CHF"), shopPrice }), line("2")]),
      order([line("1", { shopPrice })]),
    ]) {
      expect(told(shops, price)).toEqual(["line_field_refused 1 price: 99999999999999999999 EUR"]);
    }
  });

  it("lines that stand twice, each once, and so is each field", () => {
    const twice = order(["3", "1", "2", "1", "3", "3"].map((id) => line(id)));
    expect(told(twice, ["line_items"], ["line_items"])).toEqual(["field_refused lineItems: 1, 3"]);
    expect(told(state, ["line_items", 1, "quantity"], ["line_items", 1, "quantity"])).toHaveLength(
      1,
    );
    expect(told(state, ["line_items", 1, "quantity"], ["line_items", 0, "quantity"])).toHaveLength(
      2,
    );
  });
});
