import {
  type GraphQLEnumType,
  NoDeprecatedCustomRule,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import { expect, test } from "vitest";
import { countryCodes } from "#app/order/mapping/countries.ts";
import { adminSchema } from "#app/shopify/access/admin-schema.fixture.ts";
import { requestedCost } from "#test/simulator/shopify/admin-api/query-cost.ts";
import * as bundles from "./bundles.ts";
import * as prices from "./country-prices.ts";
import * as queries from "./plan-queries.ts";
import * as translations from "./plan-translations.ts";
import * as ranges from "./price-ranges.ts";

const schema = adminSchema();
const { planPageSizes: sizes } = queries;
const pages: Record<string, Record<string, number>> = {
  planProductsQuery: { first: sizes.products },
  productQuery: { first: sizes.variants },
  collectionQuery: { first: sizes.collection },
  coverageQuery: { first: sizes.coverage },
  planProductQuery: { first: sizes.variants },
  publicationsQuery: { first: 20 },
  bundlesQuery: { first: sizes.variants },
  countryPricesQuery: { first: sizes.variants },
  planTextIdsQuery: { first: sizes.variants },
  translatablesQuery: { first: sizes.variants },
  priceListsQuery: { first: prices.mostCatalogs },
  setPlanProduct: { first: sizes.variants },
};

const modules = { ...queries, ...prices, ...translations, ...ranges, ...bundles };
const documents = Object.entries(modules).flatMap(([name, query]) =>
  typeof query === "string" ? [[name, query] as const] : [],
);

test.each(documents)(
  "%s is valid in Shopify's schema, of today, and can be paid",
  (name, query) => {
    const document = parse(query);
    expect(validate(schema, document, [...specifiedRules, NoDeprecatedCustomRule])).toEqual([]);
    const cost = requestedCost(schema, document, pages[name] ?? {});
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThan(1000);
  },
);

test("countries that Shopify has no prices for are the ones that its schema does not name", () => {
  const type = schema.getType("CountryCode") as GraphQLEnumType;
  const named = type.getValues().map(({ name }) => name.toLowerCase());
  const unknown = countryCodes.filter((code) => !named.includes(code));
  expect([...prices.unknownToShopify].sort()).toEqual(unknown.sort());
});
