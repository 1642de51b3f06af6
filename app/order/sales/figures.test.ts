import { describe, expect, it } from "vitest";
import { openFigures, saleSums } from "./figures.ts";
import type { Sale, SoldPlanLine } from "./sale.ts";

const soldPlan = (more: Partial<SoldPlanLine> = {}): SoldPlanLine => ({
  ...{ lineId: "2", title: "2 years", productId: "10", productTitle: "City bike" },
  ...{ offerId: "off-1", planId: "pl-1", termMonths: 24, units: 2 },
  ...{ refunded: 0, refundedAt: null, price: 1200, currency: "EUR", value: 1200 },
  ...more,
});
const sold = (more: Partial<Sale> = {}): Sale => ({
  ...{ day: "2026-11-24", currency: "EUR", country: "de", cancelledAt: null },
  products: [{ id: "10", units: 3 }],
  plans: [soldPlan()],
  ...more,
});

/** What the figures come to, each as "kind key day currency" with the sums that are not zero. */
function counted(...moves: [from: Sale | null, to: Sale][]): Record<string, object> {
  const figures = openFigures();
  for (const [from, to] of moves) figures.move(from, to);
  return Object.fromEntries(
    figures.all().map((figure) => {
      const { kind, key, day, currency } = figure;
      const sums = saleSums.filter((sum) => figure[sum] !== 0).map((sum) => [sum, figure[sum]]);
      return [`${kind} ${key} ${day} ${currency}`, Object.fromEntries(sums)];
    }),
  );
}

describe("an order counts", () => {
  it("once with its plans, in all, and by product, term and country", () => {
    const plans = { plans: 2, value: 2400 };
    expect(counted([null, sold()])).toEqual({
      "all  2026-11-24 EUR": { orders: 1, protected: 1, ...plans },
      "product 10 2026-11-24 EUR": { units: 3, ...plans },
      "country de 2026-11-24 EUR": plans,
      "term 24 2026-11-24 EUR": plans,
    });
  });

  it("as one without protection where it has no plan, and of no country", () => {
    expect(counted([null, sold({ plans: [], country: null })])).toEqual({
      "all  2026-11-24 EUR": { orders: 1 },
      "product 10 2026-11-24 EUR": { units: 3 },
    });
  });

  it("each plan by itself, with what of it was refunded, also where little is known of it", () => {
    const unknown = soldPlan({ lineId: "3", productId: null, termMonths: null, units: 1 });
    const plans = [soldPlan({ refunded: 1 }), { ...unknown, value: 500 }];
    const first = { plans: 2, refunded: 1, value: 2400, returned: 1200 };
    const second = { plans: 1, value: 500 };
    const both = { plans: 3, refunded: 1, value: 2900, returned: 1200 };
    const order = sold({ plans, country: null, currency: null });
    expect(counted([null, order])).toEqual({
      "all  2026-11-24 ": { orders: 1, protected: 1, ...both },
      "product 10 2026-11-24 ": { units: 3, ...first },
      "product  2026-11-24 ": second,
      "country  2026-11-24 ": both,
      "term 24 2026-11-24 ": first,
      "term  2026-11-24 ": second,
    });
  });

  it("not at all without a day", () => {
    expect(counted([null, sold({ day: null })])).toEqual({});
  });
});

describe("an order that changes", () => {
  it("is taken from where it was counted, and what comes to nothing is not told", () => {
    const before = sold();
    expect(counted([before, sold()])).toEqual({});
    expect(counted([before, sold({ country: "at" })])).toEqual({
      "country de 2026-11-24 EUR": { plans: -2, value: -2400 },
      "country at 2026-11-24 EUR": { plans: 2, value: 2400 },
    });
    expect(counted([null, before], [before, sold({ plans: [soldPlan({ refunded: 2 })] })])).toEqual(
      {
        "all  2026-11-24 EUR": {
          ...{ orders: 1, protected: 1, plans: 2, refunded: 2, value: 2400, returned: 2400 },
        },
        "product 10 2026-11-24 EUR": {
          ...{ units: 3, plans: 2, refunded: 2, value: 2400, returned: 2400 },
        },
        "country de 2026-11-24 EUR": { plans: 2, refunded: 2, value: 2400, returned: 2400 },
        "term 24 2026-11-24 EUR": { plans: 2, refunded: 2, value: 2400, returned: 2400 },
      },
    );
  });

  it("leaves the units of products counted that are forgotten since", () => {
    const refunded = { refunded: 2, returned: 2400 };
    expect(counted([sold(), sold({ products: null })])).toEqual({});
    const changed = sold({ products: null, plans: [soldPlan({ refunded: 2 })] });
    expect(counted([sold(), changed])["product 10 2026-11-24 EUR"]).toEqual(refunded);
  });
});
