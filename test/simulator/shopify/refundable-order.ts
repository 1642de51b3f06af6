import { customers } from "./catalog.ts";
import type { SimulatedLine, SimulatedOrder } from "./simulated-order.ts";

export type Refundable = Partial<Omit<SimulatedOrder, "id">> & {
  units?: number;
  product?: Partial<SimulatedLine>;
  plan?: Partial<SimulatedLine>;
};

/** A paid order with a product (100.00) and its plan (12.00), linked on both lines. */
export function refundableOrder(id: bigint, given: Refundable = {}): SimulatedOrder {
  const { units: quantity = 1, product, plan, ...more } = given;
  const placedAt = Date.now() - 3_600_000;
  const line = (at: bigint, title: string, isPlan: boolean): SimulatedLine => ({
    ...{ id: id * 10n + at, quantity, removed: 0, title, isPlan },
    ...{ vendor: isPlan ? "hakuna" : "Frutta", sku: null, price: isPlan ? 1200 : 10_000 },
    ...{ variantId: id * 10n + at + 5n, productId: id * 10n + at + 7n },
    properties: [
      { name: "_hakuna_ref", value: `ref-${id}` },
      ...(isPlan
        ? [
            { name: "_hakuna_offer_id", value: "off-1" },
            { name: "_hakuna_plan_id", value: "pl-1" },
          ]
        : []),
    ],
  });
  return {
    ...{ id, number: Number(id % 100_000n), currency: "EUR" },
    ...{ createdAt: placedAt, updatedAt: placedAt, cancelledAt: null, closedAt: null },
    ...{ financialStatus: "paid", isTest: false, customer: customers[0] },
    lines: [
      { ...line(1n, "Frutta Banana", false), ...product },
      { ...line(2n, "2 years of protection", true), ...plan },
    ],
    ...{ fulfillments: [], refunds: [] },
    ...more,
  };
}
