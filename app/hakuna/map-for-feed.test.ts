import { describe, expect, it } from "vitest";
import { line, order, plainContext } from "#app/order/order.fixture.ts";
import type { LineItem, OrderState } from "#app/order/state.ts";
import { mapForFeed } from "./map-for-feed.ts";

const mapped = (state: OrderState) => mapForFeed(state, plainContext);
const banana = (more: Partial<LineItem>) => order([line("1", { title: "Banana", ...more })]);
const priced = (amount: string, currency = "EUR") => banana({ shopPrice: { amount, currency } });
const shipped = (at: number) => ({
  "5": {
    ...{ createdAt: at, updatedAt: at, status: "success" as const },
    units: [{ lineItemId: "1", quantity: 1 }],
  },
});

describe("a field that the feed refuses blocks the order and is named", () => {
  it.each([
    ["a negative price", priced("-5"), "Price", "-5.00 EUR"],
    [
      "a price beyond counting",
      priced("99999999999999999999.5"),
      "Price",
      "99999999999999999999.5",
    ],
    ["a currency of no three letters", priced("5", "USDC"), "Currency", "USDC"],
    [
      "a shipment before 1970",
      { ...banana({}), fulfillments: shipped(-86_400_000) },
      "Fulfilled",
      "1 × 1969-12-31T00:00:00.000Z",
    ],
  ])("%s, of its line", (_what, state, field, value) => {
    const { feedOrder, findings } = mapped(state);
    expect(feedOrder).toBeNull();
    expect(findings).toMatchObject([
      { code: "line_field_refused", severity: "error", lineItemIds: ["1"], titles: ["Banana"] },
    ]);
    expect(findings[0]?.message).toContain(`“Banana” as it is. ${field}: ${value}`);
  });

  it.each([
    ["placing", order([line("1")], { head: { placedAt: -1000 } }), "Order placed"],
    ["canceling", order([line("1")], { cancelledAt: -1000 }), "Order canceled"],
  ])("%s before 1970, of the order", (_what, state, field) => {
    const { feedOrder, findings } = mapped(state);
    expect(feedOrder).toBeNull();
    expect(findings).toMatchObject([{ code: "field_refused", severity: "error", lineItemIds: [] }]);
    expect(findings[0]?.message).toContain(`${field}: 1969-12-31T23:59:59.000Z`);
  });

  it("a line that stands twice", () => {
    const { feedOrder, findings } = mapped(order([line("1"), line("1")]));
    expect(feedOrder).toBeNull();
    expect(findings[0]?.message).toContain("Duplicate line items: 1");
  });

  it("each once, without a word of the customer", () => {
    const negative = { shopPrice: { amount: "-5", currency: "EUR" } };
    const state = order([line("1", negative), line("2", negative)], {
      head: { email: "max@mail.example", placedAt: -1 },
    });
    const { findings } = mapped(state);
    expect(findings.map(({ code }) => code)).toEqual([
      "field_refused",
      "line_field_refused",
      "line_field_refused",
    ]);
    expect(JSON.stringify(findings)).not.toMatch(/Max|Muster|mail\.example/);
  });
});

it("has nothing to say about an order that the feed takes", () => {
  const { feedOrder, findings } = mapped(order([line("1")]));
  expect(feedOrder).not.toBeNull();
  expect(findings).toEqual([]);
});
