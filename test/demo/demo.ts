// The main job, on any machine: a simulated Shopify with its storefront, a simulated Hakuna, the real
// app between them, and the admin page in a browser. Ctrl-C ends all of it.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { canonicalJson } from "#app/order/canonical.ts";
import { eventually } from "#test/server/client.ts";
import { expectedOrders, statesOf } from "#test/server/expected-orders.ts";
import { startAdmin } from "#test/simulator/admin/admin.ts";
import type { FeedState } from "#test/simulator/hakuna/contract.ts";
import { type Hakuna, startHakuna } from "#test/simulator/hakuna/hakuna.ts";
import { priceText, products } from "#test/simulator/shopify/catalog.ts";
import { deliverWebhook, type Webhook } from "#test/simulator/shopify/webhook.ts";
import { orderFrom } from "#test/simulator/storefront/checkout.ts";
import { startStorefront } from "#test/simulator/storefront/storefront.ts";
import { startAppProcess, waitUntilReady } from "#test/world/app-process.ts";
import { demoSecrets } from "./secrets.ts";
import { numbersFrom, shopHour } from "./shop-hour.ts";

const shop = "hakuna-demo.myshopify.com";
const apiKey = "hakuna-demo-app";
const hakunaKey = "sk_test_demo";
const folder = process.env.DATA_FOLDER ?? ".data/demo";
const seconds = Number(process.env.DEMO_SECONDS ?? 60);

const undo: (() => Promise<unknown>)[] = [];
let ending: Promise<never> | null = null;
function end(code: number): Promise<never> {
  ending ??= (async () => {
    for (const step of undo.reverse()) await step().catch(() => undefined);
    process.exit(code);
  })();
  return ending;
}
process.on("SIGINT", () => void end(0));
process.on("SIGTERM", () => void end(0));

try {
  const { apiSecret, encryptionKey, starts } = await demoSecrets(folder);
  const hakuna = await startHakuna();
  undo.push(hakuna.close);
  hakuna.behave({ requestIds: true, pollsUntilDone: 1 });
  hakuna.onAccepted(({ order }) => console.log(lineAbout(order)));

  const port = await freePort();
  const proxyPort = await freePort();
  const appUrl = `http://localhost:${port}`;
  const admin = await startAdmin({ port: 0, appUrl, proxyPort, apiKey, apiSecret, shop });
  undo.push(admin.close);
  const env = {
    PORT: String(port),
    DATA_FOLDER: join(folder, "postgres"),
    SHOPIFY_API_KEY: apiKey,
    SHOPIFY_API_SECRET: apiSecret,
    SHOPIFY_APP_URL: `http://localhost:${proxyPort}`,
    SCOPES: "read_orders,read_fulfillments,read_customers,read_products",
    ENCRYPTION_KEY: encryptionKey,
    HAKUNA_API_URL: hakuna.url,
    SIMULATED_SHOPIFY_URL: admin.url,
    POLL_MIN_MS: "500",
  };
  const app = startAppProcess("app/server.ts", env);
  undo.push(() => app.stop());
  await waitUntilReady(app, `${appUrl}/readyz`);
  await connect(env);

  let number = numbersFrom(starts).bought;
  const storefront = await startStorefront({
    async onOrder(cart) {
      const now = Date.now();
      await deliverWebhook(appUrl, orderFrom(cart, shop, BigInt(now), now, number++), apiSecret);
    },
  });
  undo.push(storefront.close);

  console.log(`\n  The admin page:  ${admin.url}\n  The storefront:  ${storefront.url}`);
  console.log(
    "  Buy something with a plan there, and see the order arrive.\n  Ctrl-C ends the demo.\n",
  );
  const webhooks = shopHour(shop, starts, Date.now());
  console.log(`An hour of ${shop} in ${seconds} s: ${webhooks.length} webhooks.\n`);
  const { orders, catalog } = admin.shopify.shop(shop);
  for (const { title, vendor, price, sku } of products) {
    catalog.add({ title, vendor, variants: [{ price: priceText(price, "EUR"), sku }] });
  }
  for (const webhook of webhooks) {
    orders.put(webhook.order, webhook.triggeredAt);
    await deliverWebhook(appUrl, webhook, apiSecret);
    await sleep((seconds * 1000) / webhooks.length);
  }
  await allArrived(hakuna, webhooks);
  const states = hakuna.orderIds().reduce((sum, id) => sum + hakuna.states(id).length, 0);
  console.log(
    `\nThe hour is over: ${webhooks.length} webhooks, ${hakuna.orderIds().length} orders at Hakuna in ${states} states.`,
  );
  if (process.env.DEMO_EXIT) await end(0);
  console.log(`The admin page stays at ${admin.url}, the storefront at ${storefront.url}`);
} catch (error) {
  if (!ending) console.error(error instanceof Error ? error.message : error);
  await end(ending ? 0 : 1);
}

/** Waits until the feed holds the newest state of every order, for as long as states arrive. */
async function allArrived(hakuna: Hakuna, webhooks: readonly Webhook[]): Promise<void> {
  const expected = [...expectedOrders(statesOf(webhooks))];
  await eventually("every order is at Hakuna", () => {
    const isThere = expected.every(
      ([id, order]) => canonicalJson(hakuna.last(id)) === canonicalJson(order),
    );
    return isThere || hakuna.requests.length;
  });
}

/** Connects the demo shop as an operator does. */
async function connect(env: Record<string, string>): Promise<void> {
  const args = ["connect", shop, "--environment", "sandbox", "--api-key", hakunaKey];
  await promisify(execFile)(
    process.execPath,
    [fileURLToPath(new URL("../../app/ops.ts", import.meta.url)), ...args, "--country", "de"],
    { env: { ...process.env, ...env } },
  );
}

/** A line for what the feed took in: status, and each product with its plan. */
function lineAbout({ id, status, line_items: lines }: FeedState): string {
  const units = (dated: { quantity: number }[]) =>
    dated.reduce((sum, { quantity }) => sum + quantity, 0);
  const goods = lines.filter((line) => line.product_data.brand !== "hakuna");
  const parts = goods.map((line) => {
    const plan = line.custom_properties.protection_line_item_id ? " + plan" : "";
    const shipped = units(line.fulfillments) ? `, ${units(line.fulfillments)} shipped` : "";
    const returned = units(line.refunds) ? `, ${units(line.refunds)} refunded` : "";
    return `${line.quantity} × ${line.product_data.title}${plan}${shipped}${returned}`;
  });
  return `${new Date().toISOString().slice(11, 19)}  ${id}  ${status.padEnd(9)}  ${parts.join(" · ")}`;
}
