import { emptyState } from "#app/order/fold.ts";
import { linesOf } from "#app/order/lines.ts";
import { pairLines } from "#app/order/pair.ts";
import type { Head, LineItem } from "#app/order/state.ts";
import { below, type Figure } from "./figures.ts";

const count = 1000;
const runs = 50;

/** What pairing 1,000 lines costs that all bear one key: the quickest of several runs. */
export async function measurePairing(): Promise<Figure[]> {
  const state = { ...emptyState("1"), head };
  const lines = linesOf(state, head);
  const times = Array.from({ length: runs }, () => {
    const from = performance.now();
    const { pairs } = pairLines(lines, { manual: [] });
    if (pairs.length !== count / 2) throw new Error(`${pairs.length} pairs were made.`);
    return performance.now() - from;
  });
  return [below("pairing.ms_1000_lines", Math.min(...times), "ms", 50)];
}

const head: Head = {
  rank: { updatedAt: 1, observedAt: 1 },
  ...{ name: "#1", placedAt: 1, isTest: false, voided: false, fullyRefunded: false },
  ...{ email: null, phone: null, customer: null, billingAddress: null, shippingAddress: null },
  refundIds: [],
  lineItems: Array.from({ length: count }, (_, index): LineItem => {
    const plan = [{ name: "_hakuna_offer_id", value: "off-1" }];
    return {
      id: String(5_000_000 + index),
      ...{ quantity: 1, currentQuantity: 1, title: "Line", presentmentPrice: null },
      shopPrice: { amount: "10", currency: "EUR" },
      ...{ discounted: false, giftCard: false, requiresShipping: true },
      properties: [...(index % 2 === 1 ? plan : []), { name: "_hakuna_ref", value: "a" }],
    };
  }),
};
