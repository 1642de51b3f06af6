import { execute, parse, validate } from "graphql";
import { describe, expect, it } from "vitest";
import type { AdminAccess } from "#app/shopify/access/admin-api.ts";
import { adminSchema } from "#app/shopify/access/admin-schema.fixture.ts";
import { requestedCost } from "#test/simulator/shopify/admin-api/query-cost.ts";
import { listArguments, listSizes, orderListQuery } from "./order-list-query.ts";
import { createOrderPages } from "./order-pages.ts";
import { createOrderReader } from "./order-reader.ts";

const schema = adminSchema();
const shop = "stadtrad.myshopify.com";
const day = Date.parse("2026-11-20T00:00:00Z");
const changes = { by: "updated_at", from: day } as const;

/** Shopify's schema over `root`, the way the library answers; keeps what it was asked. */
function shopify(root: object, refusal?: (data: unknown) => unknown) {
  const asked: Record<string, unknown>[] = [];
  const access: AdminAccess = {
    unauthenticated: {
      admin: async () => ({
        admin: {
          async graphql(query, { variables }) {
            asked.push(variables);
            const document = parse(query);
            expect(validate(schema, document)).toEqual([]);
            const args = { schema, document, rootValue: root, variableValues: variables };
            const { data, errors } = await execute(args);
            expect(errors).toBeUndefined();
            const headers = { date: "Mon, 23 Nov 2026 10:00:00 GMT" };
            if (refusal) throw refusal(data);
            return { json: async () => ({ data, headers }) };
          },
        },
      }),
    },
  };
  return { asked, pages: createOrderPages(access), read: createOrderReader(access) };
}

const connection =
  (all: object[]) =>
  ({ first }: { first: number }) => {
    const hasNextPage = all.length > first;
    return { nodes: all.slice(0, first), pageInfo: { hasNextPage, endCursor: "end" } };
  };
const list =
  (all: object[]) =>
  ({ first }: { first: number }) =>
    all.slice(0, first);
const money = { amount: "19.90", currencyCode: "EUR" };
const line = (id: number) => ({
  id: `gid://shopify/LineItem/${id}`,
  ...{ quantity: 2, currentQuantity: 2, title: `Bike ${id}`, sku: `S-${id}`, vendor: "Stadtrad" },
  ...{ isGiftCard: false, requiresShipping: true, discountAllocations: [], customAttributes: [] },
  variant: { id: `gid://shopify/ProductVariant/${id + 100}` },
  product: { id: `gid://shopify/Product/${id + 200}` },
  originalUnitPriceSet: { shopMoney: money, presentmentMoney: money },
});
const units = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ quantity: 1, lineItem: { id: line(id + 1).id } }));
const part = (kind: string, id: number, count = 1) => ({
  ...{ id: `gid://shopify/${kind}/${id}`, status: "SUCCESS" },
  ...{ createdAt: "2026-11-21T08:00:00Z", updatedAt: "2026-11-21T09:00:00Z" },
  processedAt: "2026-11-21T08:00:00Z",
  [kind === "Refund" ? "refundLineItems" : "fulfillmentLineItems"]: connection(units(count)),
});

/** An order with so many lines, fulfillments, refunds, and units in each of these. */
function order(id: number, { lines = 2, fulfilled = 1, refunded = 0, unitsEach = 1 } = {}) {
  const fulfillments = Array.from({ length: fulfilled }, (_, n) =>
    part("Fulfillment", n + 500, unitsEach),
  );
  const refunds = Array.from({ length: refunded }, (_, n) => part("Refund", n + 600, unitsEach));
  return {
    ...{ id: `gid://shopify/Order/${id}`, name: `#${id}`, test: false },
    ...{ createdAt: "2026-11-20T08:00:00Z", updatedAt: "2026-11-22T09:00:00Z" },
    ...{ processedAt: "2026-11-20T08:00:00Z", cancelledAt: null, displayFinancialStatus: "PAID" },
    ...{ email: "ada@example.com", phone: null, customer: null },
    ...{ billingAddress: null, shippingAddress: null },
    lineItems: connection(Array.from({ length: lines }, (_, n) => line(n + 1))),
    fulfillmentsCount: { count: fulfilled },
    fulfillments: list(fulfillments),
    refunds: list(refunds),
    parts: [...fulfillments, ...refunds],
  };
}

describe("a page of orders", () => {
  it("says the same of an order as reading it by itself", async () => {
    const { lines, units } = listSizes;
    const whole = order(7, { lines, fulfilled: 2, refunded: 1, unitsEach: units });
    const { pages, read } = shopify({
      orders: () => ({ nodes: [whole], pageInfo: { hasNextPage: false, endCursor: "a" } }),
      order: whole,
      node: ({ id }: { id: string }) => ({
        ...whole.parts.find((found) => found.id === id),
        __typename: id.includes("Refund") ? "Refund" : "Fulfillment",
      }),
    });
    const page = await pages.page(shop, changes, null);
    const alone = await read(shop, "7");
    if (page.kind !== "page" || alone.kind !== "order") throw new Error("refused");
    expect(page).toMatchObject({
      next: null,
      orders: [{ id: "7", at: Date.parse("2026-11-22T09:00:00Z") }],
    });
    expect(page.orders[0]?.state).toEqual(alone.state);
    expect(alone.state.head?.lineItems).toHaveLength(lines);
    expect(alone.state.refunds["600"]?.units).toHaveLength(units);
  });

  it.each([
    ["line items", { lines: listSizes.lines + 1 }],
    ["fulfillments", { fulfilled: listSizes.parts + 1 }],
    ["refunds", { refunded: listSizes.parts }],
    ["units in a fulfillment", { unitsEach: listSizes.units + 1 }],
    ["units in a refund", { fulfilled: 0, refunded: 1, unitsEach: listSizes.units + 1 }],
  ])("does not take an order for whole that has more %s", async (_name, sizes) => {
    const nodes = [order(1), order(2, sizes)];
    const { pages } = shopify({
      orders: () => ({ nodes, pageInfo: { hasNextPage: true, endCursor: "b" } }),
    });
    const page = await pages.page(shop, changes, "a");
    if (page.kind !== "page") throw new Error("refused");
    expect(page.next).toBe("b");
    expect(page.orders.map(({ id, state }) => [id, state === null])).toEqual([
      ["1", false],
      ["2", true],
    ]);
  });

  it("may cost less than the 1000 points that Shopify takes", () => {
    const cost = requestedCost(schema, parse(orderListQuery), listSizes);
    expect(cost).toBeGreaterThan(900);
    expect(cost).toBeLessThan(1000);
  });

  it("asks for the list in the order in which it is read, behind the cursor", async () => {
    const { pages, asked } = shopify({
      orders: () => ({ nodes: [order(1)], pageInfo: { hasNextPage: false, endCursor: null } }),
    });
    await pages.page(shop, changes, "a");
    expect(asked[0]).toMatchObject({
      ...{ search: "updated_at:>='2026-11-20T00:00:00Z'", sortKey: "UPDATED_AT", reverse: false },
      ...{ after: "a", ...listSizes },
    });
    const past = { by: "created_at", until: day + 999, since: day - 1 } as const;
    expect(await pages.page(shop, past, null)).toMatchObject({
      orders: [{ at: Date.parse("2026-11-20T08:00:00Z") }],
    });
    expect(asked[1]).toMatchObject({
      search: "created_at:<='2026-11-20T00:00:00Z' created_at:>='2026-11-19T23:59:59Z'",
      ...{ sortKey: "CREATED_AT", reverse: true, after: null },
    });
    expect(listArguments({ ...past, since: null }).search).toBe(
      "created_at:<='2026-11-20T00:00:00Z'",
    );
  });

  it("is good where Shopify denies single fields, and none where it denies the orders", async () => {
    const nodes = [order(1), order(2)];
    const root = { orders: () => ({ nodes, pageInfo: { hasNextPage: false, endCursor: null } }) };
    const path = ["orders", "nodes", 1, "email"];
    const extensions = { code: "ACCESS_DENIED" };
    const denied = (data: unknown) => ({
      body: {
        data,
        errors: { graphQLErrors: [{ message: "no email", path, extensions }] },
      },
      headers: { date: ["Mon, 23 Nov 2026 10:00:00 GMT"] },
    });
    const partly = await shopify(root, denied).pages.page(shop, changes, null);
    expect(partly).toMatchObject({ kind: "page", missingAccess: ["protected:email"] });
    const heads = partly.kind === "page" ? partly.orders.map(({ state }) => state?.head) : [];
    expect(heads.map((head) => head?.denied)).toEqual([undefined, { email: null }]);
    const wholly = shopify(root, () => denied({ orders: null }));
    expect(await wholly.pages.page(shop, changes, null)).toMatchObject({ kind: "unavailable" });
  });
});

describe("the count of orders", () => {
  const count = async (ordersCount: object, nodes: object[]) =>
    await shopify({ ordersCount, orders: { nodes } }).pages.count(shop, changes);

  it("tells how many there are and when the oldest was created", async () => {
    expect(await count({ count: 812, precision: "EXACT" }, [order(1)])).toEqual({
      ...{ kind: "count", total: 812, oldest: Date.parse("2026-11-20T08:00:00Z") },
    });
    expect(await count({ count: 0, precision: "EXACT" }, [])).toEqual({
      ...{ kind: "count", total: 0, oldest: null },
    });
  });

  it("does not take Shopify's limit for the number", async () => {
    const [exact, atLeast] = await Promise.all([
      count({ count: 25_001, precision: "EXACT" }, [order(1)]),
      count({ count: 10_000, precision: "AT_LEAST" }, [order(1)]),
    ]);
    expect([exact, atLeast]).toMatchObject([{ total: null }, { total: null }]);
  });
});
