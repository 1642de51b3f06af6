import { describe, expect, it } from "vitest";
import { fulfilled, line, map, order, plan, refunded } from "#app/order/order.fixture.ts";
import type { OrderState } from "#app/order/state.ts";
import { mostUnits, owedTogether, plansOf } from "./owed.ts";

const ref = { links: { _hakuna_ref: "k" } };
const shop = { cancelled: false, timeZone: "UTC" };
const shippedAt = Date.parse("2026-06-01T10:00:00Z");
const now = shippedAt + 86_400_000;

const standing = (state: OrderState, cancelled = false) => {
  const [only] = plansOf(map(state), { ...shop, cancelled });
  if (!only) throw new Error("no plan");
  return only;
};

describe("what is to be refunded of a plan", () => {
  it("is nothing while its product is there", () => {
    const { owed, windows } = standing(order([line("1", ref), plan("2", ref)]));
    expect(owed).toBeNull();
    expect(windows).toEqual([
      { quantity: 1, shippedAt: null, planUntil: null, productUntil: null },
    ]);
  });

  it("is as many units as are left of it beyond its products", () => {
    const lines = [line("1", { ...ref, quantity: 3, gone: 2 }), plan("2", { ...ref, quantity: 3 })];
    expect(standing(order(lines)).owed).toEqual({ units: 2, reason: "product_gone" });
    const one = [lines[0] ?? line("1"), plan("2", { ...ref, quantity: 3, gone: 1 })];
    expect(standing(order(one)).owed).toEqual({ units: 1, reason: "product_gone" });
    const both = [lines[0] ?? line("1"), plan("2", { ...ref, quantity: 3, gone: 2 })];
    expect(standing(order(both)).owed).toBeNull();
    const split = [
      line("1", { ...ref, gone: 1 }),
      line("3", ref),
      plan("2", { ...ref, quantity: 2 }),
    ];
    expect(standing(order(split)).owed).toEqual({ units: 1, reason: "product_gone" });
  });

  it("is nothing where fewer plans than products were bought and enough products are left", () => {
    const lines = [line("1", { ...ref, quantity: 3, gone: 1 }), plan("2", { ...ref, quantity: 2 })];
    expect(standing(order(lines)).owed).toBeNull();
  });

  it("is all that is left where the order was cancelled", () => {
    const state = order([line("1", ref), plan("2", { ...ref })]);
    expect(standing(state, true).owed).toEqual({ units: 1, reason: "order_cancelled" });
    expect(standing(state, true).cancelledUnits).toBe(0);
    const off = order([line("1", { ...ref, gone: 1 }), plan("2", { ...ref, gone: 1 })]);
    expect(standing(off, true)).toMatchObject({ owed: null, cancelledUnits: 1 });
    expect(standing(off)).toMatchObject({ owed: null, cancelledUnits: 0 });
  });

  it("is what the buyer asked for, until so many units went since", () => {
    const state = (gone: number) =>
      order([line("1", { ...ref, quantity: 3 }), plan("2", { ...ref, quantity: 3, gone })]);
    const requests = { "2": { units: 2, left: 3, at: now } };
    const owed = (gone: number) => {
      const [only] = plansOf(map(state(gone)), { ...shop, requests });
      return [only?.owed, only?.requestedAt];
    };
    expect(owed(0)).toEqual([{ units: 2, reason: "plan_requested" }, now]);
    expect(owed(1)).toEqual([{ units: 1, reason: "plan_requested" }, now]);
    expect(owed(2)).toEqual([null, null]);
  });

  it("is what the buyer asked for where that is more than what went with the product", () => {
    const lines = [line("1", { ...ref, quantity: 3, gone: 1 }), plan("2", { ...ref, quantity: 3 })];
    const owed = (units: number) => {
      const requests = { "2": { units, left: 3, at: now } };
      return plansOf(map(order(lines)), { ...shop, requests })[0]?.owed;
    };
    expect(owed(1)).toEqual({ units: 1, reason: "product_gone" });
    expect(owed(2)).toEqual({ units: 2, reason: "plan_requested" });
    // units that were given back to the plan since are not what the buyer asked for
    const requests = { "2": { units: 1, left: 2, at: now } };
    const [more] = plansOf(map(order([line("1", { ...ref, quantity: 3 }), ...lines.slice(1)])), {
      ...{ ...shop, requests },
    });
    expect(more?.owed).toEqual({ units: 1, reason: "plan_requested" });
  });

  it("is nothing of a plan without a product, until the buyer asks for it", () => {
    const state = order([plan("2", { quantity: 2, gone: 1 })]);
    expect(standing(state)).toMatchObject({ owed: null, products: [] });
    const requests = { "2": { units: 2, left: 2, at: now } };
    expect(plansOf(map(state), { ...shop, requests })[0]?.owed).toEqual({
      ...{ units: 1, reason: "plan_requested" },
    });
  });

  it("takes its windows from all shipments of its products", () => {
    const lines = [line("1", { ...ref, quantity: 3, gone: 1 }), plan("2", { ...ref, quantity: 3 })];
    const state = order(lines, {
      fulfillments: {
        a: fulfilled(shippedAt, { "1": 1 }),
        b: fulfilled(shippedAt + 1000, { "1": 1 }),
        c: { ...fulfilled(shippedAt, { "1": 1 }), status: "cancelled" },
      },
      refunds: { r: refunded(now, { "1": 1 }) },
    });
    const { windows } = standing(state);
    expect(windows.map(({ shippedAt }) => shippedAt)).toEqual([shippedAt, shippedAt + 1000, null]);
  });

  it("is counted together with the nearest end that is still to come", () => {
    const state = order(
      [
        line("1", { links: { _hakuna_ref: "a" }, gone: 1 }),
        plan("2", { links: { _hakuna_ref: "a" } }),
        line("3", { links: { _hakuna_ref: "b" }, gone: 1 }),
        plan("4", { links: { _hakuna_ref: "b" } }),
        line("5", { links: { _hakuna_ref: "c" } }),
        plan("6", { links: { _hakuna_ref: "c" } }),
      ],
      {
        fulfillments: {
          a: fulfilled(shippedAt, { "1": 1 }),
          b: fulfilled(shippedAt + 86_400_000, { "3": 1 }),
          c: fulfilled(shippedAt - 86_400_000, { "5": 1 }),
        },
      },
    );
    const plans = plansOf(map(state), shop);
    const first = Date.parse("2026-09-01T10:00:00Z");
    const second = Date.parse("2026-09-02T10:00:00Z");
    expect(owedTogether(plans, now)).toEqual({ units: 2, until: first });
    expect(owedTogether(plans, first)).toEqual({ units: 2, until: first });
    expect(owedTogether(plans, first + 1)).toEqual({ units: 2, until: second });
    expect(owedTogether(plans, second + 1)).toEqual({ units: 2, until: first });
    expect(owedTogether(plansOf(map(state), { ...shop, cancelled: true }), now).units).toBe(3);
    const unshipped = { ...state, fulfillments: {} };
    expect(owedTogether(plansOf(map(unshipped), shop), now)).toEqual({ units: 2, until: null });
    expect(owedTogether(plansOf(map(order([line("1")])), shop), now)).toEqual({
      units: 0,
      until: null,
    });
  });
});

describe("what Hakuna takes back now", () => {
  const dayMs = 86_400_000;
  const shipped = (gone: number) =>
    order([line("1", { ...ref, quantity: 3, gone }), plan("2", { ...ref, quantity: 3 })], {
      fulfillments: { f: fulfilled(shippedAt, { "1": 3 }) },
    });

  it.each([
    ["all while the plan alone may go", 1, 13, 3],
    ["what goes with its product, later", 1, 15, 1],
    ["nothing of a plan whose product stays, later", 0, 15, 0],
    ["nothing after three months", 1, 93, 0],
  ])("is %s", (_, gone, days, units) => {
    expect(mostUnits(standing(shipped(gone)), shippedAt + days * dayMs)).toBe(units);
  });

  it("is what the buyer asked for in time, whenever it is answered", () => {
    const request = { units: 2, left: 3, at: shippedAt + 10 * dayMs };
    const [asked] = plansOf(map(shipped(0)), { ...shop, requests: { "2": request } });
    if (!asked) throw new Error("no plan");
    expect(mostUnits(asked, shippedAt + 40 * dayMs)).toBe(2);
    const late = { ...asked, requestedAt: shippedAt + 15 * dayMs };
    expect(mostUnits(late, shippedAt + 40 * dayMs)).toBe(0);
    const requests = { "2": { ...request, units: 1 } };
    const [both] = plansOf(map(shipped(1)), { ...shop, requests });
    expect(both?.owed?.reason).toBe("product_gone");
    expect(both && mostUnits(both, shippedAt + 93 * dayMs)).toBe(0);
  });

  it("is all of what was not shipped", () => {
    const state = order([line("1", ref), plan("2", ref)]);
    expect(mostUnits(standing(state), shippedAt + 400 * dayMs)).toBe(1);
  });
});
