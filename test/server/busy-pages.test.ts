import pg from "pg";
import { beforeAll, expect, it } from "vitest";
import { ask, sessionToken } from "./admin-client.ts";
import { openWorld } from "./open-world.ts";
import { ordersAlike } from "./vogelsang.ts";

const shop = "busy-pages.myshopify.com";
const { world, client } = await openWorld({ DATABASE_LOCK_MS: "300" });
const { id, webhook } = ordersAlike(shop, 990_000)();
const put = { action: "put_away", key: "x" };

beforeAll(async () => {
  await client.connect(shop);
  await client.send([webhook]);
  await client.quiet();
});

/** Holds a lock of these tables until `work` is done. */
async function whileLocked<T>(tables: readonly string[], work: () => Promise<T>): Promise<T> {
  const holder = new pg.Client({ connectionString: world.databaseUrl });
  await holder.connect();
  try {
    await holder.query(`BEGIN; LOCK TABLE ${tables.map((name) => `"${name}"`).join(", ")}`);
    return await work();
  } finally {
    await holder.end();
  }
}

it.each([
  ["the home page", "/app.data?_routes=routes%2Fapp._index", ["Order", "OrderCount", "ShopDay"]],
  ["the list", "/app/orders.data", ["Order"]],
  ["an order", `/app/orders/${id}.data`, ["Order"]],
  ["an order's document", `/app/orders/${id}.data`, ["OrderDocument"]],
  ["the CSV file", "/app/orders.csv", ["Order"]],
  ["the analytics", "/app/analytics.data", ["SaleCount"]],
  ["the statement", "/app/statement.csv?month=2026-11", ["Order"]],
  ["the settings", "/app/settings.data", ["Shop"]],
  ["the plans", "/app/plans.data", ["Shop"]],
  ["Shopify's own order page", `/api/orders/${id}`, ["Order"]],
])(
  "%s says 503 while the database hangs, and comes when it is asked again",
  async (_what, path, tables) => {
    const get = async () => (await ask(world, path, { token: sessionToken(world, shop) })).status;
    expect(await whileLocked(tables, get)).toBe(503);
    expect(await get()).toBe(200);
  },
);

it.each([
  ["resending", `/app/orders/${id}.data`, { action: "resend" }],
  ["putting a finding away", `/app/orders/${id}.data`, put],
  ["resending several", "/app/orders.data", { action: "resend", ids: [id] }],
])("%s says 503 while the database hangs: nobody takes it for done", async (_what, path, body) => {
  const post = async () =>
    (await ask(world, path, { token: sessionToken(world, shop), body })).status;
  expect(await whileLocked(["Order"], post)).toBe(503);
});
