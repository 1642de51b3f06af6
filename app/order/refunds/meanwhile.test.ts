import { describe, expect, it } from "vitest";
import { isAsSeen, seenOf } from "./meanwhile.ts";
import type { MoneyOrder, MoneyRefund } from "./money-order.ts";

const unit = (lineItemId: string, quantity = 1) => ({
  ...{ lineItemId, quantity, restockType: "NO_RESTOCK", subtotal: 1200, tax: 0 },
});
const refund = (id: string, more: Partial<MoneyRefund> = {}): MoneyRefund => ({
  ...{ id, note: null, units: [], shipping: 0, duties: 0, isAdjusted: false },
  payments: [{ id: `${id}0`, status: "SUCCESS", amount: 1200, gateway: "bogus" }],
  ...more,
});
const before: MoneyOrder = {
  ...{ id: "1", edited: false, added: [], cancelled: false, currency: "EUR" },
  ...{ taxesIncluded: true, received: 24_000, refunded: 1200, returnStatus: "NO_RETURN" },
  lines: [
    { id: "1", quantity: 2, currentQuantity: 1 },
    { id: "2", quantity: 2, currentQuantity: 2 },
    { id: "4", quantity: 1, currentQuantity: 1 },
  ],
  refunds: [refund("7", { units: [unit("1")] })],
  ...{ returns: null, isPartial: false },
};
const seen = seenOf(before);
const isOurs = (note: string | null) => note === "ours";
const holds = (more: Partial<MoneyOrder>) => isAsSeen(seen, { ...before, ...more }, isOurs);
const left = (of: Record<string, number>) =>
  before.lines.map((line) => ({ ...line, currentQuantity: of[line.id] ?? line.currentQuantity }));

describe("an order is as it was seen", () => {
  it("where nothing happened, also after the way through the database", () => {
    expect(holds({})).toBe(true);
    expect(isAsSeen(JSON.parse(JSON.stringify(seen)), before, isOurs)).toBe(true);
  });

  it("where the app refunded another plan meanwhile", () => {
    const ours = refund("8", { note: "ours", units: [unit("4")] });
    const refunds = [...before.refunds, ours];
    expect(holds({ refunds, refunded: 2400, lines: left({ "4": 0 }) })).toBe(true);
    // its payment is on its way
    const pending = {
      ...ours,
      payments: [{ ...ours.payments[0], status: "PENDING" }],
    } as MoneyRefund;
    const now = { refunds: [...before.refunds, pending], lines: left({ "4": 0 }) };
    expect(holds(now)).toBe(true);
    // and the same edit took another unit away
    expect(holds({ refunds, refunded: 2400, lines: left({ "2": 1, "4": 0 }) })).toBe(false);
  });

  it.each<[string, Partial<MoneyOrder>]>([
    [
      "the plan was refunded",
      {
        refunds: [...before.refunds, refund("8", { units: [unit("2")] })],
        ...{ refunded: 2400, lines: left({ "2": 1 }) },
      },
    ],
    [
      "the product was refunded",
      {
        refunds: [...before.refunds, refund("8", { units: [unit("1")] })],
        ...{ refunded: 2400, lines: left({ "1": 0 }) },
      },
    ],
    ["money was paid back", { refunds: [...before.refunds, refund("8")], refunded: 2400 }],
    ["an older refund was paid at last", { refunded: 3600 }],
    ["units were removed", { edited: true, lines: left({ "1": 0 }) }],
    ["units were removed once more", { lines: left({ "2": 1 }) }],
    ["units were given back to it", { lines: left({ "1": 2 }) }],
    [
      "a line was added",
      { lines: [...before.lines, { id: "9", quantity: 1, currentQuantity: 1 }] },
    ],
    ["a line is no part of it any more", { lines: before.lines.slice(0, 2) }],
    ["it was edited, and nothing else shows it", { edited: true }],
    ["a return was opened", { returnStatus: "IN_PROGRESS" }],
    ["it was cancelled", { cancelled: true }],
    ["not all of it can be read", { isPartial: true }],
  ])("not where %s", (_, more) => {
    expect(holds(more)).toBe(false);
  });
});
