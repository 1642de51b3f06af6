import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { type ShownPrice, unknownToShopify } from "./country-prices.ts";

/** What the cheapest and the dearest variant of a product cost; money as Shopify writes it. */
export type PriceRange = { from: ShownPrice; to: ShownPrice };

/** What products cost in a country. */
export const countryRangesQuery = `#graphql
  query CountryRanges($ids: [ID!]!, $country: CountryCode!) {
    nodes(ids: $ids) {
      ... on Product {
        id
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
        priceRangeV2 {
          minVariantPrice { amount currencyCode }
          maxVariantPrice { amount currencyCode }
        }
      }
    }
  }
`;

type Range = { minVariantPrice: ShownPrice; maxVariantPrice: ShownPrice };
type RangesData = {
  nodes: (
    | { id: string; contextualPricing?: { priceRange: Range }; priceRangeV2?: Range }
    | Record<string, never>
    | null
  )[];
};

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
      ranges.set(node.id, { from: range.minVariantPrice, to: range.maxVariantPrice });
    }
  }
  return ranges;
}
