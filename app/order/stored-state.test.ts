import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical.ts";
import { emptyState, headsConflict, join } from "./fold.ts";
import { linesOf } from "./lines.ts";
import { byHand, feedLine, fulfilled, line, map, order, plan, refunded } from "./order.fixture.ts";
import { pairLines } from "./pair.ts";
import type { OrderState } from "./state.ts";
import { agreedPairs, readState, type StoredState } from "./stored-state.ts";

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
  expect(read.schemaVersion).toBe(3);
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

it("has money as it was shown, fulfilled units and deletion in the spelling of today, too", () => {
  const { head } = state;
  const shown = { amount: "12.00", currency: "CHF" };
  const read = readState({
    ...state,
    schemaVersion: 1,
    deletedAt: 700,
    head: head && {
      ...head,
      lineItems: head.lineItems.map((item) => ({ ...item, presentmentPrice: shown })),
    },
    fulfillments: { "5": { ...fulfilled(900, { "10": 1, "2": 1 }) } },
  });
  expect(read.head?.lineItems[0]?.presentmentPrice).toEqual({ amount: "12", currency: "CHF" });
  expect(read.deletedAt).toBe(700);
  expect(read.fulfillments["5"]?.units.map(({ lineItemId }) => lineItemId)).toEqual(["2", "10"]);
});

describe("pairs that Hakuna had accepted when a rule changed", () => {
  const lastPayload = map(order([line("1", key), plan("2", key), line("3")])).feedOrder;
  const stored = {
    ...{ agreedPairs: null, manualPairs: [], lastPayload },
    state: { schemaVersion: 1, head: null },
  };

  it("are those of the order as it was accepted last", () => {
    expect(agreedPairs(stored)).toEqual([{ productLineId: "1", planLineId: "2" }]);
    expect(agreedPairs({ ...stored, manualPairs: [byHand("3", "2")] })).toHaveLength(1);
  });

  it("are none of an order that came afterwards, was never accepted, or was paired by hand", () => {
    expect(agreedPairs({ ...stored, state: { schemaVersion: 3, head: null } })).toEqual([]);
    expect(agreedPairs({ ...stored, lastPayload: null })).toEqual([]);
    expect(agreedPairs({ ...stored, manualPairs: [byHand("1", "2")] })).toEqual([]);
  });

  it("are those that a setting took, where a state of version 2 did not write them down", () => {
    const taken = (lines: Parameters<typeof order>[0], more = {}) => {
      const { head } = order(lines);
      const of = { ...stored, agreedPairs: [], state: { schemaVersion: 2, head }, ...more };
      return agreedPairs(of);
    };
    const pair = [{ productLineId: "1", planLineId: "2" }];
    const lines = [line("1"), plan("2"), line("3")];
    expect(taken(lines)).toEqual(pair);
    expect(taken(lines, { agreedPairs: pair })).toEqual(pair);
    expect(taken(lines, { manualPairs: [byHand("1", "2")] })).toEqual([]);
    expect(taken([line("1", key), plan("2"), line("3")])).toEqual([]);
    expect(taken([line("1"), plan("2", key), line("3")])).toEqual([]);
  });

  it("stay as they were written down", () => {
    const written = [{ productLineId: "3", planLineId: "2" }];
    expect(agreedPairs({ ...stored, agreedPairs: written })).toEqual(written);
    expect(agreedPairs({ ...stored, agreedPairs: [] })).toEqual([]);
  });
});
