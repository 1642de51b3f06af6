import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { type ShownPrice, unknownToShopify } from "./country-prices.ts";

/** A product, and what its cheapest and its dearest variant cost; money as Shopify writes it. */
export type PriceRange = {
  title: string;
  vendor: string;
  productType: string;
  /** some of its variants are bundles, which get no plans: their prices are in the range, too */
  hasBundles: boolean;
  from: ShownPrice;
  to: ShownPrice;
};

/** What products cost in a country. */
export const countryRangesQuery = `#graphql
  query CountryRanges($ids: [ID!]!, $country: CountryCode!) {
    nodes(ids: $ids) {
      ... on Product {
        id
        title
        vendor
        productType
        hasVariantsThatRequiresComponents
        contextualPricing(context: { country: $country }) {
          priceRange {
            minVariantPrice { amount currencyCode }
            maxVariantPrice { amount currencyCode }
          }
        }
      }
    }
  }
`;

/** What products cost in the shop itself. */
export const shopRangesQuery = `#graphql
  query ShopRanges($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on Product {
        id
        title
        vendor
        productType
        hasVariantsThatRequiresComponents
        priceRangeV2 {
          minVariantPrice { amount currencyCode }
          maxVariantPrice { amount currencyCode }
        }
      }
    }
  }
`;

type Range = { minVariantPrice: ShownPrice; maxVariantPrice: ShownPrice };
type RangedProduct = {
  id: string;
  title: string;
  vendor: string;
  productType: string;
  hasVariantsThatRequiresComponents: boolean;
  contextualPricing?: { priceRange: Range };
  priceRangeV2?: Range;
};
type RangesData = { nodes: (RangedProduct | Record<string, never> | null)[] };

/**
 * What these products cost in a country (two lower case letters), by id; those that are gone are
 * left out. Products 100 at most: one request asks for all.
 */
export async function readPriceRanges(
  ask: AskAdmin,
  ids: readonly string[],
  country: string,
): Promise<Map<string, PriceRange>> {
  const { data } = unknownToShopify.has(country)
    ? await ask<RangesData>(shopRangesQuery, { ids })
    : await ask<RangesData>(countryRangesQuery, { ids, country: country.toUpperCase() });
  const ranges = new Map<string, PriceRange>();
  for (const node of data.nodes) {
    const range = node?.contextualPricing?.priceRange ?? node?.priceRangeV2;
    if (node?.id && range) {
      const { id, title, vendor, productType } = node;
      const { hasVariantsThatRequiresComponents: hasBundles } = node;
      const { minVariantPrice: from, maxVariantPrice: to } = range;
      ranges.set(id, { title, vendor, productType, hasBundles, from, to });
    }
  }
  return ranges;
}
