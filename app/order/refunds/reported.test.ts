import { describe, expect, it } from "vitest";
import type { FeedOrder } from "#app/order/feed-order.ts";
import type { OrderState } from "#app/order/state.ts";
import { isReported } from "./reported.ts";

const stateWith = (refunds: Record<string, [at: number, units: number]>) =>
  ({
    refunds: Object.fromEntries(
      Object.entries(refunds).map(([id, [refundedAt, quantity]]) => [
        id,
        { refundedAt, units: [{ lineItemId: "2", quantity }] },
      ]),
    ),
  }) as unknown as Pick<OrderState, "refunds">;

/** What Hakuna accepted of the plan line "2": units by when they were refunded. */
const accepted = (...refunds: [at: number, units: number][]) =>
  ({
    line_items: [
      {
        id: "2",
        refunds: refunds.map(([refunded_at, quantity]) => ({ refunded_at, quantity })),
      },
    ],
  }) as unknown as FeedOrder;

const done = (refundId: string | null, units = 1) => ({ planLineId: "2", units, refundId });

describe("a refund of a plan is told as Hakuna's", () => {
  it("only when the order came with it", () => {
    const state = stateWith({ "7": [100, 1] });
    expect(isReported(done("7"), state, accepted([100, 1]))).toBe(true);
    expect(isReported(done("7"), state, accepted())).toBe(false);
    expect(isReported(done("7"), state, null)).toBe(false);
  });

  it("not before its webhook was taken in, whatever else of the line Hakuna has", () => {
    expect(isReported(done("8"), stateWith({ "7": [100, 1] }), accepted([100, 1]))).toBe(false);
  });

  it("of two at different times each by itself, of two in one moment the earlier id first", () => {
    const apart = stateWith({ "7": [100, 1], "8": [200, 1] });
    expect(isReported(done("7"), apart, accepted([100, 1]))).toBe(true);
    expect(isReported(done("8"), apart, accepted([100, 1]))).toBe(false);
    const together = stateWith({ "9": [100, 1], "10": [100, 1] });
    expect(isReported(done("9"), together, accepted([100, 1]))).toBe(true);
    expect(isReported(done("10"), together, accepted([100, 1]))).toBe(false);
    expect(isReported(done("10"), together, accepted([100, 2]))).toBe(true);
  });

  it("that was made elsewhere, when all units that are gone are there", () => {
    const state = stateWith({ "7": [100, 1] });
    expect(isReported(done(null), state, accepted([100, 1]))).toBe(true);
    expect(isReported(done(null, 2), state, accepted([100, 1]))).toBe(false);
  });

  it("that was made elsewhere, not while another refund of the plan is missing", () => {
    const both = stateWith({ "7": [100, 1], "8": [200, 1] });
    expect(isReported(done(null), both, accepted([100, 1]))).toBe(false);
    expect(isReported(done(null), both, accepted([100, 1], [200, 1]))).toBe(true);
  });

  it("by the units of its own moment, whatever the ids", () => {
    const turned = stateWith({ "7": [200, 1], "8": [100, 1] });
    expect(isReported(done("8"), turned, accepted([100, 1]))).toBe(true);
    expect(isReported(done("7"), turned, accepted([100, 1]))).toBe(false);
  });

  it("by the units of its own line, in the refund and at Hakuna", () => {
    const wide = stateWith({ "7": [100, 1] });
    wide.refunds["7"]?.units.unshift({ lineItemId: "1", quantity: 2 });
    expect(isReported(done("7"), wide, accepted([100, 1]))).toBe(true);
    const others = { line_items: [{ id: "1", refunds: [{ refunded_at: 100, quantity: 3 }] }] };
    const whole = others as unknown as FeedOrder;
    expect(isReported(done("7"), wide, whole)).toBe(false);
    expect(isReported(done(null), wide, whole)).toBe(false);
    expect(isReported(done(null, 0), stateWith({}), whole)).toBe(true);
  });
});
