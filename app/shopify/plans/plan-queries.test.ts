import { NoDeprecatedCustomRule, parse, specifiedRules, validate } from "graphql";
import { expect, test } from "vitest";
import { adminSchema } from "#app/shopify/access/admin-schema.fixture.ts";
import { requestedCost } from "#test/simulator/shopify/admin-api/query-cost.ts";
import * as queries from "./plan-queries.ts";

const schema = adminSchema();
const { planPageSizes: sizes } = queries;
const pages: Record<string, Record<string, number>> = {
  planProductsQuery: { first: sizes.products, plans: sizes.plans },
  productQuery: { first: sizes.variants },
  collectionQuery: { first: sizes.collection },
  planProductQuery: { first: sizes.variants },
  publicationsQuery: { first: 20 },
  setPlanProduct: { first: sizes.variants },
};

const documents = Object.entries(queries).flatMap(([name, query]) =>
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
