import "@shopify/shopify-app-remix/adapters/node";
import { ApiVersion, LogSeverity, Session } from "@shopify/shopify-api";
import { shopifyApp } from "@shopify/shopify-app-remix/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAdminAccess } from "#app/shopify/access/admin-access.ts";
import { createOrderReader, type OrderReader } from "#app/shopify/orders/order-reader.ts";
import { readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { type Admin, startAdmin } from "../../admin/admin.ts";
import { mintSessionToken } from "../../admin/session-token.ts";
import { orderMoments } from "../order-life.ts";
import { orderPayload } from "../order-payloads.ts";
import { payloadText } from "../payload.ts";
import type { SimulatedShop } from "../shop.ts";
import type { SimulatedOrder } from "../simulated-order.ts";
import { throttles } from "./throttle.ts";

const domain = "test-shop.myshopify.com";
const app = { apiKey: "key", apiSecret: "secret" };
const now = Date.now();

let admin: Admin;
let shop: SimulatedShop;
let readOrder: OrderReader;
let token: string;

beforeAll(async () => {
  admin = await startAdmin({ port: 0, appUrl: "http://localhost", ...app, shop: domain });
  shop = admin.shopify.shop(domain);
  process.env.SIMULATED_SHOPIFY_URL = admin.url;
  await import("../../redirect.ts");
  const { body } = await post("/admin/oauth/access_token", {
    client_id: app.apiKey,
    client_secret: app.apiSecret,
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: mintSessionToken({ ...app, shop: domain }, now),
  });
  token = String(body.access_token);
  const session = new Session({
    id: `offline_${domain}`,
    shop: domain,
    state: "",
    isOnline: false,
    accessToken: token,
  });
  const shopify = shopifyApp({
    apiKey: app.apiKey,
    apiSecretKey: app.apiSecret,
    appUrl: "https://app.example",
    apiVersion: ApiVersion.October26,
    sessionStorage: {
      loadSession: async () => session,
      storeSession: async () => true,
      deleteSession: async () => true,
      deleteSessions: async () => true,
      findSessionsByShop: async () => [session],
    },
    logger: { level: LogSeverity.Error, log: async () => {} },
  });
  readOrder = createOrderReader(createAdminAccess(shopify, { keep: async () => {} }));
}, 60_000);

afterAll(() => admin.close());

type Body = Record<string, unknown> & { data?: Record<string, never>; errors?: unknown };

async function post(path: string, content: object): Promise<{ status: number; body: Body }> {
  const answer = await fetch(`https://${domain}${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Shopify-Access-Token": token },
    body: JSON.stringify(content),
  });
  return { status: answer.status, body: (await answer.json()) as Body };
}

async function ask(query: string, variables: object = {}): Promise<Body> {
  return (await post("/admin/api/2026-10/graphql.json", { query, variables })).body;
}

/** The order read from the Admin API must be what its webhook says. */
async function expectSame(order: SimulatedOrder): Promise<void> {
  const answer = await readOrder(domain, String(order.id));
  if (answer.kind !== "order") throw new Error(JSON.stringify(answer));
  const observedAt = answer.state.head?.rank.observedAt ?? 0;
  const body = payloadText(orderPayload(order));
  expect(answer.state).toEqual(readWebhook("orders/updated", body, observedAt).state);
}

describe("an order is the same by the Admin API and by webhook", () => {
  it("through generated lives", async () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const manner = { shop: domain, currency: "EUR", bigIds: seed % 2 === 0 };
      const moments = orderMoments(manner, seed, now - 3_600_000 * 48);
      for (const { order, webhook } of moments) shop.orders.put(order, webhook.triggeredAt);
      const last = moments.at(-1);
      if (last) await expectSame(last.order);
    }
  });

  it("with 300 line items and 60 fulfillments, paid from a small bucket without a refusal", async () => {
    const order = largeOrder();
    shop.orders.put(order);
    // its first query alone costs 600 points: the bucket has to fill again and again
    shop.throttle = { maximumAvailable: 1000, restoreRate: 10_000 };
    shop.bucket.refused = 0;
    await expectSame(order);
    expect(shop.bucket.refused).toBe(0);
    shop.throttle = throttles.plus;
  });
});

function largeOrder(): SimulatedOrder {
  const manner = { shop: domain, currency: "EUR", bigIds: true };
  const [bought] = orderMoments(manner, 5000, now - 3_600_000);
  if (!bought) throw new Error("no order");
  const { order } = bought;
  const [sample] = order.lines;
  if (!sample) throw new Error("no line");
  order.lines = Array.from({ length: 300 }, (_, index) => ({
    ...sample,
    id: order.id + BigInt(index + 1),
    variantId: order.id + BigInt(index + 1000),
    title: `Part ${index}`,
  }));
  order.fulfillments = Array.from({ length: 60 }, (_, index) => ({
    id: order.id + BigInt(index + 2000),
    status: "success",
    createdAt: now,
    updatedAt: now,
    units: order.lines.slice(index * 5, index * 5 + 5).map((line) => ({ line, quantity: 1 })),
  }));
  order.refunds = [
    {
      id: order.id + 3000n,
      createdAt: now,
      units: order.lines.slice(0, 250).map((line) => ({ line, quantity: 1 })),
    },
  ];
  order.updatedAt = now;
  return order;
}

describe("the list of orders", () => {
  const list = `query ($after: String, $query: String, $first: Int!) {
    orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
      nodes { id updatedAt }
      pageInfo { hasNextPage endCursor }
    }
    ordersCount(query: $query) { count precision }
  }`;
  type Listed = {
    orders: {
      nodes: { id: string; updatedAt: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    ordersCount: { count: number };
  };
  const page = async (variables: object) => (await ask(list, variables)).data as unknown as Listed;

  it("is paged by a place between values, in the order asked for", async () => {
    const since = new Date(now - 3_600_000 * 47).toISOString();
    const query = `updated_at:>='${since}'`;
    const seen: { id: string; updatedAt: string }[] = [];
    let after: string | null = null;
    let count = 0;
    do {
      const { orders, ordersCount }: Listed = await page({ first: 7, after, query });
      seen.push(...orders.nodes);
      after = orders.pageInfo.hasNextPage ? orders.pageInfo.endCursor : null;
      count = ordersCount.count;
    } while (after);
    expect(seen.length).toBe(count);
    expect(new Set(seen.map(({ id }) => id)).size).toBe(count);
    expect(seen.map((one) => one.updatedAt)).toEqual(seen.map((one) => one.updatedAt).sort());
    expect(seen.every(({ updatedAt }) => updatedAt >= `${since.slice(0, 19)}Z`)).toBe(true);
  });

  it("does not know a change while its index lags", async () => {
    const found = async () => (await page({ first: 1, query: "name:#7001" })).ordersCount.count;
    const [bought] = orderMoments({ shop: domain, currency: "EUR", bigIds: true }, 6001, now);
    if (!bought) throw new Error("no order");
    shop.orders.indexLagMs = Number.POSITIVE_INFINITY;
    shop.orders.put(bought.order);
    expect(await found()).toBe(0);
    expect(await readOrder(domain, String(bought.order.id))).toMatchObject({ kind: "order" });
    shop.orders.index.catchUp();
    shop.orders.indexLagMs = 0;
    expect(await found()).toBe(1);
  });

  it("hides what is older than 60 days from an app without read_all_orders", async () => {
    const old = now - 61 * 24 * 3_600_000;
    const [bought] = orderMoments({ shop: domain, currency: "EUR", bigIds: true }, 6002, old);
    if (!bought) throw new Error("no order");
    shop.orders.put(bought.order);
    const id = String(bought.order.id);
    expect(await readOrder(domain, id)).toEqual({ kind: "not_found" });
    shop.scopes.add("read_all_orders");
    expect(await readOrder(domain, id)).toMatchObject({ kind: "order" });
    shop.scopes.delete("read_all_orders");
  });

  it("refuses what the app was not granted, and answers the rest", async () => {
    const id = `gid://shopify/Order/${orderMoments({ shop: domain, currency: "EUR", bigIds: true }, 0, now)[0]?.order.id}`;
    shop.scopes.delete("read_customers");
    const { data, errors } = await ask(
      "query ($id: ID!) { order(id: $id) { name customer { id } } }",
      { id },
    );
    shop.scopes.add("read_customers");
    expect(data).toEqual({ order: { name: "#1000", customer: null } });
    expect(errors).toMatchObject([
      { path: ["order", "customer"], extensions: { code: "ACCESS_DENIED" } },
    ]);
  });

  it("counts its points, refuses dear queries and empties its bucket", async () => {
    const cheap = await ask("{ shop { name } }");
    expect(cheap.extensions).toMatchObject({
      cost: { requestedQueryCost: 1, actualQueryCost: 1 },
    });
    const dear = await ask(
      "{ orders(first: 250) { nodes { lineItems(first: 10) { nodes { id } } } } }",
    );
    expect(dear.errors).toMatchObject([{ extensions: { code: "MAX_COST_EXCEEDED" } }]);
    shop.bucket.throttle = { maximumAvailable: 100, restoreRate: 0.001 };
    shop.bucket.drain(Date.now());
    const throttled = await ask("{ shop { name } }");
    expect(throttled.errors).toMatchObject([{ extensions: { code: "THROTTLED" } }]);
    shop.throttle = throttles.plus;
    expect((await ask("{ shop { name } }")).data).toEqual({ shop: { name: "Test shop" } });
  });

  it("makes no guess at what it does not know", async () => {
    expect((await ask("{ shop { billingAddress { city } } }")).errors).toMatchObject([
      { message: "The simulated Shopify does not know Shop.billingAddress." },
    ]);
    expect((await ask("{ shop { nothing } }")).errors).toBeDefined();
  });
});
