import { describe, expect, it } from "vitest";
import { holdsPlans, linesOf, withGoneAtMost } from "./lines.ts";
import { fulfilled, line, order, plan } from "./order.fixture.ts";
import type { OrderState } from "./state.ts";
import { fulfilledUnits, goneUnits, unitsByLine } from "./units.ts";

function headOf({ head }: OrderState) {
  if (head === null) throw new Error("It has no head.");
  return head;
}

const goneOf = (state: OrderState) => goneUnits(state, headOf(state)).get("1")?.units;

describe("units that are gone", () => {
  it("are dated by when so many were first seen removed, one step after the other", () => {
    const removedUnits = { "1": { "3": 300, "1": 100, "2": 200 } };
    const state = order([line("1", { quantity: 4, gone: 3 })], { removedUnits });
    expect(goneOf(state)).toEqual([
      { quantity: 1, at: 100 },
      { quantity: 1, at: 200 },
      { quantity: 1, at: 300 },
    ]);
  });

  it("are dated by the head where no date of theirs is known", () => {
    const removedUnits = { "1": { "1": 100 } };
    const state = order([line("1", { quantity: 4, gone: 3 })], { removedUnits });
    expect(goneOf(state)).toEqual([
      { quantity: 1, at: 100 },
      { quantity: 2, at: headOf(state).rank.updatedAt },
    ]);
  });

  it("are taken off what is left of a line, as many as may be", () => {
    const removedUnits = { "1": { "3": 100 } };
    const state = order([line("1", { quantity: 4, gone: 3 })], { removedUnits });
    const lines = linesOf(state, headOf(state));
    expect(lines).toMatchObject([{ left: 1 }]);
    expect(withGoneAtMost(lines, { "1": 2 })).toMatchObject([
      { left: 2, gone: { units: [{ quantity: 2, at: 100 }] } },
    ]);
    expect(withGoneAtMost(lines, { "1": 3 })).toEqual(lines);
    expect(withGoneAtMost(lines, { "2": 0 })).toEqual(lines);
  });
});

it("fulfilled units are listed oldest first, those of one moment by their ids", () => {
  const fulfillments = {
    "3": fulfilled(300, { "1": 3 }),
    "10": fulfilled(200, { "1": 10 }),
    "9": fulfilled(200, { "1": 9 }),
    "1": fulfilled(100, { "1": 1 }),
  };
  const state = order([line("1", { quantity: 30 })], { fulfillments });
  expect(
    fulfilledUnits(state)
      .get("1")
      ?.map(({ quantity }) => quantity),
  ).toEqual([1, 9, 10, 3]);
});

it("units of a line that is named twice are one entry, and lines are sorted as numbers", () => {
  const units = ["10", "9", "10", "8"].map((lineItemId) => ({ lineItemId, quantity: 1 }));
  expect(unitsByLine([...units, { lineItemId: "7", quantity: 0 }])).toEqual([
    { lineItemId: "8", quantity: 1 },
    { lineItemId: "9", quantity: 1 },
    { lineItemId: "10", quantity: 2 },
  ]);
});

it("an order holds plans where one line is one, by its vendor or its properties", () => {
  const holds = (lines: Parameters<typeof order>[0]) => {
    const state = order(lines);
    return holdsPlans(state, headOf(state));
  };
  const byProperty = plan("2", { vendor: null });
  const byVendor = line("2", { vendor: " HAKUNA" });
  expect(holds([line("1"), byProperty])).toBe(true);
  expect(holds([line("1"), byVendor])).toBe(true);
  expect(holds([line("1")])).toBe(false);
  const unknown = order([line("1")]);
  expect(holdsPlans({ productFacts: {} }, headOf(unknown))).toBe(false);
});
