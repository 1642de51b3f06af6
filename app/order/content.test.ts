import { expect, it } from "vitest";
import { sameContent } from "./content.ts";
import { line, order, refunded } from "./order.fixture.ts";

const state = order([line("1")], { refunds: { 9: refunded(600, { 1: 1 }) } });
const later = { updatedAt: 9_000, observedAt: 9_500 };

it("takes the same news of a later moment for known", () => {
  const again = order([line("1")], {
    head: { rank: later },
    refunds: { 9: { ...refunded(600, { 1: 1 }), observedAt: 9_500 } },
  });
  const facts = again.productFacts["1"];
  if (facts?.sku) facts.sku = { ...facts.sku, rank: later };
  expect(again).not.toEqual(state);
  expect(sameContent(state, again)).toBe(true);
});

it.each([
  ["another address", order([line("1")], { ...state, head: { billingAddress: null } })],
  ["a cancellation", { ...state, cancelledAt: 700 }],
  ["a unit less of a refund", { ...state, refunds: { 9: refunded(600, {}) } }],
  ["the time of a refund", { ...state, refunds: { 9: refunded(601, { 1: 1 }) } }],
])("takes %s for news", (_name, changed) => {
  expect(sameContent(state, changed)).toBe(false);
});
