import { expect, it } from "vitest";
import { namedPairs } from "./named-pairs.ts";
import { byHand, line, order, plan } from "./order.fixture.ts";

const pairsOf = (state: ReturnType<typeof order>, more = {}) =>
  namedPairs(state, { manualPairs: [], acceptSuggestions: false, ...more }).map(
    ({ productLineId, productTitle, planLineId, planTitle }) =>
      `${productLineId} ${productTitle}, ${planLineId} ${planTitle}`,
  );

const bikes = [
  line("1", { title: "City bike", productId: "10" }),
  plan("2", { title: "2 years" }),
  line("3", { title: "E-bike", productId: "11" }),
];

it("names the lines of an order's pairs by their titles", () => {
  expect(pairsOf(order(bikes))).toEqual([]);
  expect(pairsOf(order(bikes), { manualPairs: [byHand("3", "2")] })).toEqual([
    "3 E-bike, 2 2 years",
  ]);
});

it("has the pairs that are sent: agreed ones, and suggestions where the shop takes them", () => {
  const agreedPairs = [{ productLineId: "1", planLineId: "2" }];
  expect(pairsOf(order(bikes), { agreedPairs })).toEqual(["1 City bike, 2 2 years"]);
  const alone = order(bikes.slice(0, 2));
  expect(pairsOf(alone)).toEqual([]);
  expect(pairsOf(alone, { acceptSuggestions: true })).toEqual(["1 City bike, 2 2 years"]);
  expect(pairsOf(order(bikes), { acceptSuggestions: true })).toEqual([]);
});

it("knows none of an order that has not come", () => {
  expect(pairsOf({ ...order(bikes), head: null })).toEqual([]);
});
