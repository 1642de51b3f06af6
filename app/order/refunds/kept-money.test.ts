import { expect, it } from "vitest";
import { linesOf } from "#app/order/lines.ts";
import { order, plan, refunded } from "#app/order/order.fixture.ts";
import { keptUnits } from "./kept-money.ts";

const cancelledAt = 10_000_000;

/** Of four units of a plan these went at these times; the payment of the order was kept. */
function kept(wentAt: readonly number[], parts: Parameters<typeof order>[1] = {}): number {
  const refunds = Object.fromEntries(wentAt.map((at, id) => [id, refunded(at, { 2: 1 })]));
  const head = { moneyKept: true as const, refundIds: Object.keys(refunds), ...parts.head };
  const lines = [plan("2", { quantity: 4, gone: wentAt.length })];
  const state = order(lines, { cancelledAt, refunds, ...parts, head });
  const [line] = state.head ? linesOf(state, state.head) : [];
  if (!line) throw new Error("no plan");
  return keptUnits(state, line);
}

it("is for the units that were left when the order was cancelled, though they went with that", () => {
  expect(kept([])).toBe(4);
  expect(kept([cancelledAt])).toBe(4);
  expect(kept([cancelledAt - 60_000, cancelledAt + 5_000])).toBe(4);
  expect(kept([5_000, cancelledAt - 60_001, cancelledAt])).toBe(2);
});

it("is for none of an order that is there, was paid back, or was deleted since", () => {
  expect(kept([], { cancelledAt: null })).toBe(0);
  expect(kept([], { head: { moneyKept: undefined } })).toBe(0);
  expect(kept([], { deletedAt: cancelledAt + 1 })).toBe(0);
  const unseen = { head: null, cancelledAt, deletedAt: null };
  expect(keptUnits(unseen, { left: 1, gone: { units: [], refundedTooMany: false } })).toBe(0);
});
