import { describe, expect, it } from "vitest";
import { cancelledPart } from "./cancelled-part.ts";
import type { MoneyOrder, MoneyRefund } from "./money-order.ts";

const product = { lineItemId: "1", quantity: 1, restockType: "CANCEL", subtotal: 10_000, tax: 500 };
const plan = { lineItemId: "2", quantity: 1, restockType: "CANCEL", subtotal: 1_200, tax: 60 };
const paid = (amount: number, status = "SUCCESS") => ({
  id: "9",
  status,
  amount,
  gateway: "bogus",
});

const cancelled = (refund: Partial<MoneyRefund>, more: Partial<MoneyOrder> = {}): MoneyOrder => ({
  ...{
    id: "5",
    edited: false,
    added: [],
    cancelled: true,
    currency: "EUR",
    taxesIncluded: true,
    returnStatus: "NO_RETURN",
  },
  ...{ received: 11_200, refunded: 0, returns: null, isPartial: false },
  lines: [
    { id: "1", quantity: 1, currentQuantity: 0 },
    { id: "2", quantity: 1, currentQuantity: 0 },
  ],
  refunds: [
    {
      ...{ id: "7", note: null, units: [product, plan], shipping: 0, duties: 0 },
      ...{ isAdjusted: true, payments: [], ...refund },
    },
  ],
  ...more,
});
const partOf = (money: MoneyOrder) => cancelledPart(money, "2").part;

describe("the plan's part of a cancelled order's payment", () => {
  it("is what its units cost where nothing was paid back", () => {
    expect(cancelledPart(cancelled({}), "2")).toEqual({
      ...{ currency: "EUR", received: 11_200, refunded: 0, part: 1_200 },
    });
  });

  it("holds its tax where prices do not", () => {
    expect(partOf(cancelled({}, { taxesIncluded: false }))).toBe(1_260);
  });

  it("is nothing where all was paid back, or nothing was received", () => {
    const back = cancelled({ payments: [paid(11_200)] }, { refunded: 11_200 });
    expect(partOf(back)).toBe(0);
    expect(partOf(cancelled({}, { received: 0 }))).toBe(0);
  });

  it("is what is missing where the product alone was paid back, and all where that failed", () => {
    expect(partOf(cancelled({ payments: [paid(10_000)] }, { refunded: 10_000 }))).toBe(1_200);
    expect(partOf(cancelled({ payments: [paid(10_700)] }, { refunded: 10_700 }))).toBe(500);
    expect(partOf(cancelled({ payments: [paid(11_200, "FAILURE")] }))).toBe(1_200);
  });

  it("is what was not paid of the refund that took its units off, whatever else was received", () => {
    const more = { received: 30_000 };
    const part = (refund: Partial<MoneyRefund>) => partOf(cancelled(refund, more));
    expect(part({ payments: [paid(11_200)] })).toBe(0);
    expect(part({ payments: [paid(6_000), paid(4_700)] })).toBe(500);
    expect(part({ payments: [paid(11_200, "ERROR")] })).toBe(1_200);
    expect(part({ payments: [paid(11_200, "FAILURE"), paid(11_000)] })).toBe(200);
    expect(part({ payments: [paid(11_200, "PENDING")] })).toBe(0);
    expect(part({ payments: [paid(11_200)], shipping: 500, duties: 300 })).toBe(800);
  });

  it("is nothing where all was paid back as an amount", () => {
    expect(partOf(cancelled({}, { refunded: 11_200 }))).toBe(0);
    expect(partOf(cancelled({}, { refunded: 10_900 }))).toBe(300);
  });

  it("is told by the plan's own units, of which some may be left", () => {
    const lines = [
      { id: "1", quantity: 3, currentQuantity: 0 },
      { id: "2", quantity: 3, currentQuantity: 2 },
    ];
    expect(partOf(cancelled({}, { lines }))).toBe(1_200);
    const more = lines.map((line) => ({ ...line, currentQuantity: 1 }));
    expect(partOf(cancelled({}, { lines: more }))).toBeNull();
  });

  it("is not said where Shopify does not tell of the units, or of more than was read", () => {
    expect(partOf(cancelled({ units: [product] }))).toBeNull();
    expect(partOf(cancelled({}, { isPartial: true }))).toBeNull();
  });
});
