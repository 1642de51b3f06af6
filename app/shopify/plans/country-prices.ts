import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { refuse } from "./plan-catalog.ts";
import { planPageSizes, type UserErrors } from "./plan-queries.ts";

/** What the buyers of a country are shown; `amount` as Shopify writes it, the currency upper case. */
export type ShownPrice = { amount: string; currencyCode: string };

/** What a product's variants cost in a country. */
export const countryPricesQuery = `#graphql
  query CountryPrices($id: ID!, $country: CountryCode!, $first: Int!, $after: String) {
    product(id: $id) {
      variants(first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          id
          contextualPricing(context: { country: $country }) {
            price { amount currencyCode }
          }
        }
      }
    }
  }
`;

/** What variants cost in a country. */
export const shownPricesQuery = `#graphql
  query ShownPrices($ids: [ID!]!, $country: CountryCode!) {
    nodes(ids: $ids) {
      ... on ProductVariant {
        id
        contextualPricing(context: { country: $country }) {
          price { amount currencyCode }
        }
      }
    }
  }
`;

/** The catalogs that the buyers of a country buy from. */
export const priceListsQuery = `#graphql
  query PriceListsOf($country: CountryCode!, $first: Int!) {
    marketsResolvedValues(buyerSignal: { countryCode: $country }) {
      catalogs(first: $first) {
        nodes {
          id
          priceList { id currency }
        }
      }
    }
  }
`;

export const fixPricesMutation = `#graphql
  mutation FixPrices($list: ID!, $prices: [PriceListPriceInput!]!) {
    priceListFixedPricesAdd(priceListId: $list, prices: $prices) {
      userErrors { field message }
    }
  }
`;

export const mostCatalogs = 10;

/** Countries of ISO 3166-1 that Shopify counts as parts of others: it has no prices for them. */
export const unknownToShopify: ReadonlySet<string> = new Set(
  "aq as fm gu mh mp pr pw vi".split(" "),
);

type Priced = { id: string; contextualPricing: { price: ShownPrice } };
type Page = { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: Priced[] };
type PriceListsData = {
  marketsResolvedValues: {
    catalogs: { nodes: { id: string; priceList: { id: string; currency: string } | null }[] };
  };
};

/** What a product's variants cost in a country (two lower case letters), by id. */
export async function readCountryPrices(
  ask: AskAdmin,
  id: string,
  country: string,
): Promise<Map<string, ShownPrice>> {
  const prices = new Map<string, ShownPrice>();
  if (unknownToShopify.has(country)) return prices;
  const page = async (after: string | null) => {
    const variables = { id, country: country.toUpperCase(), first: planPageSizes.variants, after };
    const { data } = await ask<{ product: { variants: Page } | null }>(
      countryPricesQuery,
      variables,
    );
    return data.product?.variants ?? null;
  };
  let current = await page(null);
  while (current) {
    for (const node of current.nodes) prices.set(node.id, node.contextualPricing.price);
    const { hasNextPage, endCursor } = current.pageInfo;
    current = hasNextPage ? await page(endCursor) : null;
  }
  return prices;
}

/** What variants cost in a country, by id; those that are gone are left out. */
export async function readShownPrices(
  ask: AskAdmin,
  ids: readonly string[],
  country: string,
): Promise<Map<string, ShownPrice>> {
  const prices = new Map<string, ShownPrice>();
  if (unknownToShopify.has(country)) return prices;
  for (let start = 0; start < ids.length; start += planPageSizes.variants) {
    const part = ids.slice(start, start + planPageSizes.variants);
    const variables = { ids: part, country: country.toUpperCase() };
    const { data } = await ask<{ nodes: (Priced | Record<string, never> | null)[] }>(
      shownPricesQuery,
      variables,
    );
    for (const node of data.nodes) {
      if (node && "id" in node && node.id) prices.set(node.id, node.contextualPricing.price);
    }
  }
  return prices;
}

/** The price lists that the buyers of a country buy by. Needs the scope `read_markets`. */
export async function readPriceLists(
  ask: AskAdmin,
  country: string,
): Promise<{ id: string; currency: string }[]> {
  if (unknownToShopify.has(country)) return [];
  const variables = { country: country.toUpperCase(), first: mostCatalogs };
  const { data } = await ask<PriceListsData>(priceListsQuery, variables);
  const { nodes } = data.marketsResolvedValues.catalogs;
  return nodes.flatMap(({ priceList }) => priceList ?? []);
}

/** Fixes what variants cost in a price list; `amount` in its currency, as Shopify writes it. */
export async function fixPrices(
  ask: AskAdmin,
  { id, currency }: { id: string; currency: string },
  prices: readonly { variantId: string; amount: string }[],
): Promise<void> {
  const variables = {
    list: id,
    prices: prices.map(({ variantId, amount }) => ({
      variantId,
      price: { amount, currencyCode: currency },
    })),
  };
  const { data } = await ask<{ priceListFixedPricesAdd: { userErrors: UserErrors } }>(
    fixPricesMutation,
    variables,
  );
  refuse(data.priceListFixedPricesAdd.userErrors);
}
