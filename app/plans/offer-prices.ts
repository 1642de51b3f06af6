import { createHash } from "node:crypto";
import { minorUnits } from "#app/order/money.ts";
import type { ShownPrice } from "#app/shopify/plans/country-prices.ts";
import type { Protectable } from "#app/shopify/plans/plan-catalog.ts";

/** Variants of one price: one offer serves them all. `price` in minor units of `currency`. */
export type PriceGroup = {
  price: number;
  /** ISO 4217, upper case */
  currency: string;
  sku: string;
  variantIds: string[];
  /** what such a variant costs in the shop's own currency, in minor units */
  shopPrice: number;
};

/**
 * Groups a product's variants by what a country's buyers pay, in the order of the variants; bundles are
 * in none.
 *
 * @param shown what they are shown, by variant; the shop's own price where that is not known
 */
export function priceGroups(
  { variants, currency }: Protectable,
  shown: ReadonlyMap<string, ShownPrice>,
): PriceGroup[] {
  const groups = new Map<string, PriceGroup>();
  for (const { id, sku, price, requiresComponents } of variants) {
    if (requiresComponents) continue;
    const { amount, currencyCode } = shown.get(id) ?? { amount: price, currencyCode: currency };
    const minor = minorUnits(amount, currencyCode).amount;
    const key = `${minor} ${currencyCode}`;
    const group = groups.get(key) ?? {
      ...{ price: minor, currency: currencyCode, sku: sku ?? "", variantIds: [] },
      shopPrice: minorUnits(price, currency).amount,
    };
    group.variantIds.push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** A price as it is compared: minor units and ISO 4217, upper case. */
export function priceKey({ price, currency }: Pick<PriceGroup, "price" | "currency">): string {
  return `${price} ${currency}`;
}

/**
 * What a refusal was the answer to: as long as a product is called, made, sorted and priced so in a
 * country, there is no use in asking again.
 *
 * @param prices each once, as `priceKey` writes them
 */
export function refusedFor(
  { title, vendor, productType }: Pick<Protectable, "title" | "vendor" | "productType">,
  prices: readonly string[],
): string {
  return createHash("sha256")
    .update(JSON.stringify([title, vendor, productType, prices.toSorted()]))
    .digest("hex");
}
