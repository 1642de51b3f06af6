import type { Page } from "@playwright/test";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { refundableOrder } from "#test/simulator/shopify/refundable-order.ts";
import { sendWebhook, webhookOf } from "#test/simulator/shopify/webhook.ts";
import { sessionToken } from "../server/admin-client.ts";
import { createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { overflow, violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { openExtension } from "./extension-host.ts";
import { expect, test } from "./fixtures.ts";

const scopes = ["read_orders", "read_fulfillments", "read_customers", "read_products"];
let nextId = 5_710_000_000n;

/** A paid order with a product and its plan. */
async function bought(world: World, domain: string, { isGone = false, units = 1 } = {}) {
  world.shopify.shop(domain).scopes = new Set([...scopes, "write_orders"]);
  const client = createClient(world);
  await client.connect(domain);
  nextId += 1n;
  const order = refundableOrder(nextId, { units });
  const [product] = order.lines;
  if (!product) throw new Error("no product");
  if (isGone) {
    order.updatedAt += 60_000;
    order.refunds.push({
      ...{ id: order.id + 900n, createdAt: order.updatedAt },
      units: [{ line: product, quantity: 1, restockType: "RETURN" }],
    });
  }
  world.shopify.shop(domain).orders.put(order, order.updatedAt);
  const text = payloadText(orderPayload(order));
  await client.send([webhookOf(domain, "orders/create", text, order.updatedAt)]);
  await client.quiet(domain);
  await client.close();
  return order;
}

type Bought = Awaited<ReturnType<typeof bought>>;
type Language = "en.default" | "de" | "fr" | "nl";

async function openAccount(
  page: Page,
  world: World,
  domain: string,
  order: Bought,
  language: Language = "en.default",
) {
  const sub = `gid://shopify/Customer/${order.customer?.id}`;
  await openExtension(page, {
    ...{ extension: "plan-return", module: "src/action.tsx", language, appUrl: world.appUrl },
    token: sessionToken(world, domain, { claims: { dest: domain, sub } }),
    gives: `{ orderId: "gid://shopify/Order/${order.id}" }`,
  });
}

async function openOrderPage(
  page: Page,
  world: World,
  domain: string,
  order: Bought,
  language: Language = "en.default",
) {
  await openExtension(page, {
    ...{ extension: "plan-refund", module: "src/action.tsx", language, appUrl: world.appUrl },
    token: sessionToken(world, domain),
    gives: `{ data: { selected: [{ id: "gid://shopify/Order/${order.id}" }] } }`,
  });
}

async function look(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES)
    await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
}

test("a merchant refunds what a buyer gives back, and the buyer sees it", async ({
  page,
  world,
  shop,
}) => {
  const order = await bought(world, shop.domain);
  await openAccount(page, world, shop.domain, order);
  await expect(page.getByText("Your product is not shipped yet")).toBeVisible();
  await look(page, "buyer-choose");
  await page.getByText("Give back", { exact: true }).click();
  await expect(page.getByText("The protection ends when")).toBeVisible();
  await look(page, "buyer-confirm");
  await page.getByText("Confirm now").click();
  await expect(page.getByText("The shop has your request")).toBeVisible();
  await look(page, "buyer-asked");
  const app = await openApp(page, world, shop.domain, "/app/orders?view=refund");
  await expect(app.getByRole("row").locator("a[data-primary-link]")).toHaveText([
    `#${order.number}`,
  ]);
  await expect(app.getByText("The customer wants to give back a plan.")).toBeVisible();
  await look(page, "request-tab");
  await app.getByRole("row").locator("a[data-primary-link]").click();
  await expect(app.getByText("Waits for your answer")).toBeVisible();
  await expect(app.getByText("The customer wants to give back 1 unit")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toEqual([]);
  await look(page, "request");
  await app.getByRole("button", { name: "Refund the plan" }).click();
  await app.getByRole("button", { name: "Pay back €12.00" }).click();
  await expect(page.getByRole("status")).toContainText("The plan is refunded");
  await expect(app.getByText("Waits for your answer")).toHaveCount(0);
  await look(page, "request-answered");
  expect(world.shopify.shop(shop.domain).orders.get(String(order.id))?.refunds).toMatchObject([
    { units: [{ quantity: 1 }], payments: [{ amount: 1200 }] },
  ]);
  await openAccount(page, world, shop.domain, order);
  await expect(page.getByText("It was paid back.")).toBeVisible();
  await expect(page.getByText("Give back", { exact: true })).toHaveCount(0);
});

test("a merchant says no to a buyer, on the phone, in German, and the buyer reads it in French", async ({
  page,
  world,
  shop,
}) => {
  const order = await bought(world, shop.domain);
  await page.setViewportSize({ width: 390, height: 844 });
  await openAccount(page, world, shop.domain, order, "fr");
  await page.getByText("Y renoncer", { exact: true }).click();
  await look(page, "buyer-confirm-fr-phone");
  await page.getByText("Confirmer maintenant").click();
  await expect(page.getByText("La boutique a bien reçu votre demande")).toBeVisible();
  await look(page, "buyer-asked-fr-phone");
  const app = await openApp(page, world, shop.domain, `/app/orders/${order.id}?locale=de`);
  await expect(app.getByText("Wartet auf deine Antwort")).toBeVisible();
  expect(await overflow(page)).toEqual([]);
  await look(page, "request-de-phone");
  await app.getByRole("button", { name: "Ablehnen" }).click();
  await expect(app.getByText("Abgelehnt", { exact: true })).toBeVisible();
  await openAccount(page, world, shop.domain, order, "fr");
  await expect(page.getByText("La boutique a refusé.")).toBeVisible();
  await look(page, "buyer-declined-fr-phone");
});

test("a plan is refunded from Shopify's own order page, after what is paid back was shown", async ({
  page,
  world,
  shop,
}) => {
  const order = await bought(world, shop.domain, { isGone: true });
  await openOrderPage(page, world, shop.domain, order);
  await expect(page.getByText("1 unit is to be refunded")).toBeVisible();
  await expect(page.getByText("€100.00 of €112.00 paid")).toBeVisible();
  await look(page, "shopify-action");
  await page.locator("s-button[variant=primary]").click();
  await expect(page.getByText("The plan is refunded")).toBeVisible();
  await look(page, "shopify-action-done");
  await openOrderPage(page, world, shop.domain, order, "de");
  await expect(page.locator("s-button[variant=primary][disabled]")).toBeVisible();
  await look(page, "shopify-action-none-de");
});

test("an open return is shown with its plan, and a cancelled order with the plan's part", async ({
  page,
  world,
  shop,
}) => {
  const simulated = world.shopify.shop(shop.domain);
  const order = await bought(world, shop.domain, { units: 2 });
  const [product] = order.lines;
  if (!product) throw new Error("no product");
  const app = await openApp(page, world, shop.domain, `/app/orders/${order.id}`);
  simulated.scopes.add("read_returns");
  await shop.set({ scopes: [...simulated.scopes].join(",") });
  await expect.poll(() => simulated.subscriptions.all.length).toBe(8);
  const one = simulated.returns.request(order, [{ line: product, quantity: 2 }]);
  const deliver = () =>
    simulated.subscriptions.deliver(async (webhook, path) => {
      return sendWebhook(world.appUrl, webhook, world.apiSecret, path);
    });
  await deliver();
  await expect(async () => {
    await page.reload();
    await expect(app.getByText("The customer has asked to return 2 units")).toBeVisible({
      timeout: 5_000,
    });
  }).toPass();
  await expect(app.getByText("Return asked for")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await look(page, "return");
  simulated.returns.close(order, one);
  await deliver();
  await expect(async () => {
    await page.reload();
    await expect(app.getByText("Return over")).toBeVisible({ timeout: 5_000 });
  }).toPass();
  await expect(app.getByText("The customer has asked to return")).toHaveCount(0);

  order.updatedAt += 60_000;
  order.cancelledAt = order.updatedAt;
  order.refunds.push({
    ...{ id: order.id + 901n, createdAt: order.updatedAt, payments: [] },
    units: order.lines.map((line) => ({ line, quantity: 2, restockType: "CANCEL" as const })),
  });
  simulated.orders.put(order, order.updatedAt);
  const client = createClient(world);
  const text = payloadText(orderPayload(order));
  await client.send([webhookOf(shop.domain, "orders/cancelled", text, order.updatedAt)]);
  await client.quiet(shop.domain);
  await client.close();
  await page.reload();
  await expect(app.getByText("€24.00 for the plan belong to the customer")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await look(page, "cancelled");
  await page.setViewportSize({ width: 390, height: 844 });
  await openApp(page, world, shop.domain, `/app/orders/${order.id}?locale=de`);
  await expect(app.getByText(/24,00.*stehen dem Kunden zu/)).toBeVisible();
  expect(await overflow(page)).toEqual([]);
  await look(page, "cancelled-de-phone");
});
