import { expect, it } from "vitest";
import { canonicalJson } from "./canonical.ts";
import { emptyState, headsConflict, join } from "./fold.ts";
import { linesOf } from "./lines.ts";
import { feedLine, line, map, order, plan, refunded } from "./order.fixture.ts";
import { pairLines } from "./pair.ts";
import type { OrderState } from "./state.ts";
import { readState, type StoredState } from "./stored-state.ts";

/** As version 1 wrote it: no ages, no deletion, a head that says nothing of what is left. */
function ofVersion1({ firstSeenAt, deletedAt, head, ...state }: OrderState): StoredState {
  return {
    ...state,
    schemaVersion: 1,
    head: head && {
      ...head,
      refundIds: undefined,
      lineItems: head.lineItems.map(({ currentQuantity, ...item }) => ({
        ...item,
        shopPrice: { ...item.shopPrice, amount: `${item.shopPrice.amount}.00` },
        properties: item.properties.map(({ name, value }) => ({ name: name.toUpperCase(), value })),
      })),
    },
  };
}

const key = { links: { _hakuna_ref: "a" } };
const state = order([line("1", { ...key, quantity: 2 }), plan("2", key)], {
  refunds: { "5": refunded(900, { "1": 1 }) },
  head: { refundIds: ["5"] },
});

it("is in the spelling of today, and maps as it did", () => {
  const read = readState(ofVersion1(state));
  expect(read.schemaVersion).toBe(2);
  expect(read.head?.lineItems[0]?.shopPrice.amount).toBe("10");
  expect(read.head?.lineItems[0]?.properties).toEqual([{ name: "_hakuna_ref", value: "a" }]);
  expect(map(read).feedOrder).toEqual(map(withGone(state)).feedOrder);
});

/** The same with what the head of version 2 would say of the refunded unit. */
function withGone(whole: OrderState): OrderState {
  const head = whole.head && {
    ...whole.head,
    lineItems: whole.head.lineItems.map((item) =>
      item.id === "1" ? { ...item, currentQuantity: 1 } : item,
    ),
  };
  return { ...whole, head };
}

it("keeps counting by what was ever shown gone, until a newer head says what is left", () => {
  const gone = { goneUnits: { "1": 1 }, removedUnits: { "1": { "1": 700 } }, refunds: {} };
  const old = readState(ofVersion1({ ...state, ...gone }));
  expect(feedLine(map(old), "1").refunds).toEqual([{ quantity: 1, refunded_at: 700 }]);
  const newer = order([line("1", { ...key, quantity: 2 }), plan("2", key)], {
    head: { rank: { updatedAt: 2000, observedAt: 2000 } },
  });
  expect(feedLine(map(join(old, newer)), "1").refunds).toEqual([]);
});

it("takes the lines of its head for lines of one age, older than what comes later", () => {
  const old = readState(ofVersion1(state));
  expect(old.firstSeenAt).toEqual({ "1": 1000, "2": 1000 });
  const added = plan("1000", { ...key, seenAt: 2000 });
  const later = order([line("1", { ...key, quantity: 2 }), plan("2", key), added], {
    head: { rank: { updatedAt: 2000, observedAt: 2000 } },
    firstSeenAt: { "1": 2000, "2": 2000, "1000": 2000 },
  });
  const joined = join(old, later);
  expect(joined.firstSeenAt).toEqual({ "1": 1000, "2": 1000, "1000": 2000 });
  const lines = linesOf(joined, joined.head as NonNullable<OrderState["head"]>);
  expect(pairLines(lines, { manual: [] }).pairs).toMatchObject([{ planLineId: "2" }]);
});

it("gives way to a head of the same moment that says more, without a contradiction", () => {
  const old = readState(ofVersion1(state));
  expect(headsConflict(old, state)).toBe(false);
  expect(canonicalJson(join(old, state).head)).toBe(canonicalJson(state.head));
  expect(canonicalJson(join(state, old).head)).toBe(canonicalJson(state.head));
});

it("is what it is in version 2, also when a process of version 1 has joined it since", () => {
  expect(readState(state)).toBe(state);
  const { firstSeenAt, deletedAt, ...rest } = state;
  const byOlder = readState({ ...rest, schemaVersion: 1 });
  expect(byOlder.head).toEqual(state.head);
  expect(byOlder.deletedAt).toBeNull();
  expect(readState({ ...emptyState("1"), schemaVersion: 1 })).toEqual(emptyState("1"));
});
