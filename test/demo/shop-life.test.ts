import { expect, it } from "vitest";
import { mapOrder } from "#app/order/map.ts";
import { isShared, statesOf } from "#test/server/expected-orders.ts";
import { numbersFrom, shopHour } from "./shop-hour.ts";

const now = Date.parse("2026-11-28T06:00:00Z");
const shop = "demo.myshopify.com";

it.each([1, 2, 3])(
  "the hour of start %i ends now, and three of its orders need a person",
  (start) => {
    const told = shopHour(shop, start, now);
    expect(told.length).toBeGreaterThan(150);
    expect(Math.max(...told.map(({ triggeredAt }) => triggeredAt))).toBe(now);
    const { first, bought } = numbersFrom(start);
    const numbers = [...new Set(told.map(({ order }) => order.number))].sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: bought - first }, (_, at) => first + at));
    const shared = [...statesOf(told).values()].filter(isShared);
    expect(shared.length).toBeGreaterThan(30);
    const found = shared.flatMap((state) => {
      const settings = { manualPairs: [], acceptSuggestions: false, reportedUnits: {} };
      const of = { ...settings, shopCountry: "de", productIdentifier: "variant" as const };
      const codes = mapOrder(state, of).findings.map(({ code }) => code);
      return codes.length > 0 ? codes.join() : [];
    });
    expect(found.sort()).toEqual([
      "plan_without_product",
      "plan_without_product,pair_suggested",
      "product_gone_plan_not",
    ]);
  },
);

it("gives each start orders of its own", () => {
  const ids = (start: number) => shopHour(shop, start, now).map(({ order }) => order.id);
  const former = new Set(ids(1));
  expect(ids(2).filter((id) => former.has(id))).toEqual([]);
});
