import { minorUnits } from "#app/order/money.ts";
import type { Protectable } from "#app/shopify/plans/plan-catalog.ts";

/** Variants of one price: one offer serves them all. `price` in minor units. */
export type PriceGroup = { price: number; sku: string; variantIds: string[] };

/** Groups a product's variants by price, in the order of the variants. */
export function priceGroups({ variants, currency }: Protectable): PriceGroup[] {
  const groups = new Map<number, PriceGroup>();
  for (const { id, sku, price } of variants) {
    const { amount } = minorUnits(price, currency);
    const group = groups.get(amount) ?? { price: amount, sku: sku ?? "", variantIds: [] };
    group.variantIds.push(id);
    groups.set(amount, group);
  }
  return [...groups.values()];
}
