import { NoDeprecatedCustomRule, parse, specifiedRules, validate } from "graphql";
import { expect, test } from "vitest";
import { adminSchema } from "#app/shopify/access/admin-schema.fixture.ts";
import * as subscriptions from "#app/shopify/shop/subscription-queries.ts";
import { requestedCost } from "#test/simulator/shopify/admin-api/query-cost.ts";
import * as queries from "./return-queries.ts";

const schema = adminSchema();
const sizes: Record<string, Record<string, number>> = {
  returnQuery: { lines: queries.returnLines },
  openReturnsQuery: queries.openReturnsSizes,
  subscriptionsQuery: { first: subscriptions.subscriptionPageSize },
};

const documents = Object.entries({ ...queries, ...subscriptions }).flatMap(([name, query]) =>
  typeof query === "string" && name !== "openReturnsSearch" ? [[name, query] as const] : [],
);

test.each(documents)(
  "%s is valid in Shopify's schema, of today, and can be paid",
  (name, query) => {
    const document = parse(query);
    expect(validate(schema, document, [...specifiedRules, NoDeprecatedCustomRule])).toEqual([]);
    expect(requestedCost(schema, document, sizes[name] ?? {})).toBeLessThan(1000);
  },
);
