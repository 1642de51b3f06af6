import { expect, it } from "vitest";
import { sameContent } from "./content.ts";
import { fulfilled, line, order, refunded } from "./order.fixture.ts";
import { readState } from "./stored-state.ts";

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

it("takes one state in other words for known", () => {
  const spelled = readState({
    ...state,
    schemaVersion: 1,
    firstSeenAt: undefined,
    deletedAt: undefined,
    head: state.head && {
      ...state.head,
      refundIds: undefined,
      lineItems: state.head.lineItems.map(({ currentQuantity, ...item }) => ({
        ...item,
        shopPrice: { ...item.shopPrice, amount: "10.00" },
      })),
    },
    refunds: {
      9: {
        ...refunded(600, {}),
        units: [
          { lineItemId: "1", quantity: 1 },
          { lineItemId: "2", quantity: 0 },
        ],
      },
    },
  });
  expect(sameContent(state, spelled)).toBe(true);
  const moreGone = { ...state, goneUnits: { 1: 5 }, removedUnits: { 1: { 5: 1 } } };
  expect(sameContent(state, moreGone)).toBe(true);
});

it("takes ages for known as long as the same lines are older than others", () => {
  const two = (first: number, second: number) =>
    order([line("1", { seenAt: first }), line("2", { seenAt: second })]);
  expect(sameContent(two(1, 5), two(2, 9))).toBe(true);
  expect(sameContent(two(1, 5), two(5, 10))).toBe(true);
  expect(sameContent(two(1, 5), two(5, 5))).toBe(false);
  expect(sameContent(two(1, 5), two(5, 1))).toBe(false);
});

it.each([
  ["another address", order([line("1")], { ...state, head: { billingAddress: null } })],
  ["a cancellation", { ...state, cancelledAt: 700 }],
  ["a deletion", { ...state, deletedAt: 700 }],
  ["a unit less of a refund", { ...state, refunds: { 9: refunded(600, {}) } }],
  ["the time of a refund", { ...state, refunds: { 9: refunded(1_600, { 1: 1 }) } }],
])("takes %s for news", (_name, changed) => {
  expect(sameContent(state, changed)).toBe(false);
});

it("takes for news what is refunded of another line or at another time, and what is gone", () => {
  const one = (id: string, at = 600) =>
    order([line("1"), line("2")], { refunds: { 9: refunded(at, { [id]: 1 }) } });
  expect(sameContent(one("1"), one("2"))).toBe(false);
  expect(sameContent(one("1"), one("1", 9_000_000))).toBe(false);
  const removed = (at: number) =>
    order([line("1", { quantity: 2, gone: 1 })], { removedUnits: { 1: { 1: at } } });
  expect(sameContent(removed(1_000), removed(1_999))).toBe(true);
  expect(sameContent(removed(1_000), removed(2_000))).toBe(false);
});

it("tells parts that came before their order apart", () => {
  const early = (parts: object) => ({ ...order([]), head: null, ...parts });
  const shipped = (at: number) => early({ fulfillments: { 5: fulfilled(at, { 1: 1 }) } });
  const back = (at: number, units = 1) => early({ refunds: { 9: refunded(at, { 1: units }) } });
  expect(sameContent(early({}), early({}))).toBe(true);
  expect(sameContent(shipped(1_000), shipped(1_999))).toBe(true);
  expect(sameContent(shipped(1_000), shipped(2_000))).toBe(false);
  expect(sameContent(back(1_000), back(1_999))).toBe(true);
  expect(sameContent(back(1_000), back(2_000))).toBe(false);
  expect(sameContent(back(1_000), back(1_000, 2))).toBe(false);
  const { productFacts } = order([line("1", { sku: "S" })]);
  expect(sameContent(early({ productFacts }), early({ productFacts: {} }))).toBe(false);
  const { productFacts: others } = order([line("1", { sku: "T" })]);
  expect(sameContent(early({ productFacts }), early({ productFacts: others }))).toBe(false);
});
