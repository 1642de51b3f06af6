import { describe, expect, it } from "vitest";
import { knownOffers } from "#app/order/mapping/covers.ts";
import { address, line, map, order, plan, refunded } from "#app/order/order.fixture.ts";
import type { OrderState } from "#app/order/state.ts";
import { saleOf } from "./sale.ts";

const offer = {
  ...{ planVariantId: "70", offerId: "off-1", planId: "pl-1", termMonths: 24 },
  ...{ productId: "10", productPrice: 1000, price: 1000, currency: "eur", country: "de" },
  ...{ knownFrom: 100, currentFrom: 100 },
};
const offers = knownOffers([
  { ...offer, offerId: "off-0", termMonths: 12 },
  { ...offer, planId: "pl-0", termMonths: 36 },
  offer,
]);
const ref = { links: { _hakuna_ref: "a" } };
const bike = (more = {}) => line("1", { ...ref, productId: "10", title: "City bike", ...more });
const cover = (more = {}) => plan("2", { ...ref, variantId: "70", title: "2 years", ...more });

const sale = (state: OrderState, more: Partial<Parameters<typeof saleOf>[2]> = {}) =>
  saleOf(map(state), offers, { day: "2026-11-24", before: null, isStripped: false, ...more });

describe("an order in the figures", () => {
  it("has its products with their ordered units, and each plan with what it protects", () => {
    const state = order([
      bike({ quantity: 2, gone: 1 }),
      cover({ quantity: 2 }),
      line("3", { productId: "9" }),
      line("4", { productId: "10" }),
      line("5"),
      line("6", { productId: "30" }),
    ]);
    expect(sale(state)).toEqual({
      ...{ day: "2026-11-24", currency: "EUR", country: "de", cancelledAt: null },
      products: [
        { id: "10", units: 3 },
        { id: "30", units: 1 },
        { id: "9", units: 1 },
      ],
      plans: [
        {
          ...{ lineId: "2", title: "2 years", productId: "10", productTitle: "City bike" },
          ...{ offerId: "off-1", planId: "pl-1", termMonths: 24, units: 2 },
          ...{ refunded: 0, refundedAt: null, price: 1000, currency: "EUR", value: 1000 },
        },
      ],
    });
  });

  it("knows neither product nor term of a plan that protects nothing and is of no offer", () => {
    const [alone] = sale(order([bike({ links: {} }), cover({ links: {}, variantId: "71" })])).plans;
    expect(alone).toMatchObject({ productId: null, productTitle: null, termMonths: null });
    const [deleted] = sale(order([bike({ productId: null }), cover()])).plans;
    expect(deleted).toMatchObject({ productId: null, productTitle: "City bike" });
  });

  it("tells a plan's price as Hakuna is told it, and what that is in the shop's money", () => {
    const paid = {
      shopPrice: { amount: "10.50", currency: "EUR" },
      presentmentPrice: { amount: "1650", currency: "JPY" },
    };
    const abroad = sale(order([bike(paid), cover(paid)]));
    expect(abroad.currency).toBe("EUR");
    expect(abroad.plans).toMatchObject([{ price: 1650, currency: "JPY", value: 1050 }]);
    const beyond = { shopPrice: { amount: "99999999999999999999", currency: "EUR" } };
    expect(sale(order([bike(), cover(beyond)])).plans).toMatchObject([{ value: 0 }]);
  });

  it("has the units of a plan that went with the last time, all of a cancelled order", () => {
    const lines = [bike({ quantity: 4 }), cover({ quantity: 4, gone: 3 })];
    const [first, second, third] = [600, 700, 800].map((at) => refunded(at, { 2: 1 }));
    const refunds = { 7: first, 8: second, 9: third } as OrderState["refunds"];
    const state = order(lines, { refunds, head: { refundIds: ["7", "8", "9"] } });
    expect(sale(state).plans).toMatchObject([{ units: 4, refunded: 3, refundedAt: 800 }]);
    const cancelled = sale({ ...state, cancelledAt: 900 });
    expect(cancelled.plans).toMatchObject([{ units: 4, refunded: 4, refundedAt: 900 }]);
    expect(cancelled.cancelledAt).toBe(900);
  });

  it("has no country without a plan, and no currency without a line", () => {
    expect(sale(order([bike()]))).toMatchObject({ country: null, currency: "EUR", plans: [] });
    expect(sale(order([]))).toMatchObject({ currency: null, products: [], plans: [] });
  });
});

describe("an order that was in the figures before", () => {
  const state = order([bike(), cover()]);
  const before = sale(state);

  it("is what it was as long as nothing of it changes", () => {
    expect(sale(state, { before })).toBe(before);
    expect(sale(state, { before: { ...before } })).toEqual(before);
    expect(sale({ ...state, cancelledAt: 900 }, { before }).cancelledAt).toBe(900);
  });

  it("keeps its country when the customer's data is gone, and has the new one otherwise", () => {
    const moved = order([bike(), cover()], { head: { billingAddress: address("AT") } });
    expect(sale(moved, { before }).country).toBe("at");
    expect(sale(moved, { before, isStripped: true }).country).toBe("de");
    expect(sale(moved, { isStripped: true }).country).toBe("at");
    const unknown = { ...before, country: null };
    expect(sale(moved, { before: unknown, isStripped: true }).country).toBe("at");
  });

  it("has no products any more once they are forgotten", () => {
    expect(sale(state, { before: { ...before, products: null } }).products).toBeNull();
  });
});
