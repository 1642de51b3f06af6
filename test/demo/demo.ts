// The main job, on any machine: a simulated Shopify with its storefront, a simulated Hakuna, the real
// app between them, and the admin page in a browser. Ctrl-C ends all of it.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { startAdmin } from "#test/simulator/admin/admin.ts";
import type { FeedState } from "#test/simulator/hakuna/contract.ts";
import { startHakuna } from "#test/simulator/hakuna/hakuna.ts";
import { startAppProcess, waitUntilReady } from "#test/world/app-process.ts";
import { openDemoShop } from "./demo-shop.ts";
import { startEmptyPostgres } from "./empty-postgres.ts";

const domain = "vogelsang.myshopify.com";
const apiKey = "hakuna-demo-app";
const apiSecret = randomBytes(16).toString("hex");
const folder = join(process.env.DATA_FOLDER ?? ".data", "demo", "postgres");
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
  // the app itself waits for its build; the database does not
  const built = process.argv.includes("--build") ? build() : Promise.resolve();
  built.catch(() => undefined);
  const postgres = await startEmptyPostgres(folder);
  undo.push(postgres.stop);
  const hakuna = await startHakuna();
  undo.push(hakuna.close);
  hakuna.behave({ requestIds: true, pollsUntilDone: 1 });

  const port = await freePort();
  const proxyPort = await freePort();
  const appUrl = `http://localhost:${port}`;
  const admin = await startAdmin({ port: 0, appUrl, proxyPort, apiKey, apiSecret, shop: domain });
  undo.push(admin.close);
  await built;
  const app = startAppProcess("app/server.ts", {
    PORT: String(port),
    DATA_FOLDER: folder,
    SHOPIFY_API_KEY: apiKey,
    SHOPIFY_API_SECRET: apiSecret,
    SHOPIFY_APP_URL: `http://localhost:${proxyPort}`,
    SCOPES: "read_orders,read_fulfillments,read_customers,read_products",
    ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    HAKUNA_API_URL: hakuna.url,
    SIMULATED_SHOPIFY_URL: admin.url,
    POLL_MIN_MS: "500",
  });
  undo.push(() => app.stop());
  await waitUntilReady(app, `${appUrl}/readyz`);
  const databaseUrl = postgres.url;
  const world = { appUrl, databaseUrl, apiKey, apiSecret, admin, hakuna };
  const shop = await openDemoShop(world, domain);
  const { storefront } = shop;
  undo.push(storefront.close);

  console.log(`\n  The admin page:  ${admin.url}\n  The storefront:  ${storefront.url}`);
  console.log(
    "  Buy something with a plan there, and see the order arrive.\n  Ctrl-C ends the demo.\n",
  );
  const life = shop.life();
  console.log(`${life.past.length} orders of the last weeks arrive.`);
  await shop.tellPast();
  console.log(`An hour of ${domain} in ${seconds} s: ${life.hour.length} webhooks.\n`);
  hakuna.onAccepted(({ order }) => console.log(lineAbout(order)));
  await shop.playHour(seconds);
  const states = hakuna.orderIds().reduce((sum, id) => sum + hakuna.states(id).length, 0);
  console.log(
    `\nThe hour is over: ${life.hour.length} webhooks, ${hakuna.orderIds().length} orders at Hakuna in ${states} states.`,
  );
  if (process.env.DEMO_EXIT) await end(0);
  console.log(`The admin page stays at ${admin.url}, the storefront at ${storefront.url}`);
} catch (error) {
  if (!ending) console.error(error instanceof Error ? error.message : error);
  await end(ending ? 0 : 1);
}

/** Builds the app as `npm run build` does. @throws with what it said */
async function build(): Promise<void> {
  const ended = new AbortController();
  undo.push(async () => ended.abort());
  const remix = fileURLToPath(import.meta.resolve("@remix-run/dev/dist/cli.js"));
  await promisify(execFile)(process.execPath, [remix, "vite:build"], {
    env: { ...process.env, NODE_ENV: "production" },
    signal: ended.signal,
  });
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
