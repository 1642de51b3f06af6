import { NoDeprecatedCustomRule, parse, specifiedRules, validate } from "graphql";
import { expect, test } from "vitest";
import { adminSchema } from "#app/shopify/access/admin-schema.fixture.ts";
import { requestedCost } from "#test/simulator/shopify/admin-api/query-cost.ts";
import * as queries from "./refund-queries.ts";

const schema = adminSchema();
const { moneySizes, mostRefunds } = queries;
const sizes: Record<string, Record<string, number>> = {
  orderMoneyQuery: moneySizes,
  orderReturnsQuery: { first: 10 },
  orderSalesQuery: queries.salesSizes,
  refundNotesQuery: { refunds: mostRefunds },
  refundPaymentsQuery: { payments: queries.paymentPages.payments },
  createRefundMutation: { parts: moneySizes.parts },
};

const documents = Object.entries(queries).flatMap(([name, query]) =>
  typeof query === "string" ? [[name, query] as const] : [],
);

test.each(documents)(
  "%s is valid in Shopify's schema, of today, and can be paid",
  (name, query) => {
    const document = parse(query);
    expect(validate(schema, document, [...specifiedRules, NoDeprecatedCustomRule])).toEqual([]);
    const cost = requestedCost(schema, document, sizes[name] ?? {});
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThan(1000);
  },
);
