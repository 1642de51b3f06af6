import type { Page } from "@playwright/test";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { type Refundable, refundableOrder } from "#test/simulator/shopify/refundable-order.ts";
import { webhookOf } from "#test/simulator/shopify/webhook.ts";
import { createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { overflow, violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

const scopes = ["read_orders", "read_fulfillments", "read_customers", "read_products"];
const hour = 3_600_000;
const day = 24 * hour;
let nextId = 5_700_000_000n;

/** A shop with an order whose product was refunded; its plan was not. */
async function productGone(world: World, domain: string, given: Refundable = {}): Promise<string> {
  const client = createClient(world);
  await client.connect(domain);
  nextId += 1n;
  const order = refundableOrder(nextId, given);
  const [product] = order.lines;
  if (!product) throw new Error("no product");
  order.updatedAt += 60_000;
  order.refunds.push({
    ...{ id: order.id + 900n, createdAt: order.updatedAt },
    units: [{ line: product, quantity: 1, restockType: "RETURN" }],
  });
  world.shopify.shop(domain).orders.put(order, order.updatedAt);
  const text = payloadText(orderPayload(order));
  await client.send([webhookOf(domain, "orders/create", text, order.updatedAt)]);
  await client.quiet(domain);
  await client.close();
  return String(order.id);
}

function shippedAgo(days: number): (id: bigint) => Refundable {
  const at = Date.now() - days * day;
  return (id) => {
    const { lines } = refundableOrder(id);
    return {
      createdAt: at - day,
      lines,
      fulfillments: [
        {
          ...{ id: id * 100n, status: "success", createdAt: at, updatedAt: at },
          units: lines.slice(0, 1).map((line) => ({ line, quantity: 1 })),
        },
      ],
    };
  };
}

async function look(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES)
    await page.screenshot({ path: `${process.env.PICTURES}/${name}.png`, fullPage: true });
}

test("a plan is refunded from the order's page, after what is paid back was shown", async ({
  page,
  world,
  shop,
}) => {
  world.shopify.shop(shop.domain).scopes = new Set([...scopes, "write_orders"]);
  const id = await productGone(world, shop.domain, { units: 2 });
  const app = await openApp(page, world, shop.domain, `/app/orders/${id}`);
  await expect(app.getByRole("heading", { name: "Refunding plans" })).toBeVisible();
  await expect(app.getByText("1 unit is to be refunded")).toBeVisible();
  await expect(app.getByText("Not shipped yet")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await look(page, "order");
  await app.getByRole("button", { name: "Refund the plan" }).click();
  await expect(app.getByText("€100.00 of €224.00 paid")).toBeVisible();
  await expect(app.getByText("By Bogus Gateway")).toBeVisible();
  await expect(app.getByText("€100.00 for 1 unit: paid")).toBeVisible();
  await app.getByLabel("Units").selectOption("2");
  await expect(app.getByRole("button", { name: "Pay back €24.00" })).toBeEnabled();
  await app.getByLabel("Units").selectOption("1");
  await expect(app.getByRole("button", { name: "Pay back €12.00" })).toBeEnabled();
  expect(await violations(page)).toEqual([]);
  await look(page, "dialog");
  await app.getByRole("button", { name: "Pay back €12.00" }).click();
  await expect(page.getByRole("status")).toContainText("The plan is refunded");
  await expect(app.getByText("Refunded", { exact: true }).first()).toBeVisible();
  await expect(app.getByText("Plan refunded and paid")).toBeVisible();
  expect(world.shopify.shop(shop.domain).orders.get(id)?.refunds.at(-1)).toMatchObject({
    notified: true,
    units: [{ quantity: 1 }],
    payments: [{ amount: 1200 }],
  });
  await look(page, "refunded");
});

test("without permission the page asks for it and shows all the same", async ({
  page,
  world,
  shop,
}) => {
  const id = await productGone(world, shop.domain);
  const app = await openApp(page, world, shop.domain, `/app/orders/${id}`);
  await expect(app.getByText("Refunding needs your permission")).toBeVisible();
  await expect(app.getByRole("button", { name: "Refund the plan" })).toBeDisabled();
  await look(page, "permission");
});

test("past its window a plan is Hakuna's support's, on the phone too", async ({
  page,
  world,
  shop,
}) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const id = await productGone(world, shop.domain, shippedAgo(100)(nextId + 1n));
  const app = await openApp(page, world, shop.domain, `/app/orders/${id}`);
  await expect(app.getByText("Hakuna's support decides")).toBeVisible();
  await expect(app.getByRole("button", { name: "Copy data for support" })).toBeVisible();
  await expect(app.getByRole("button", { name: "Refund the plan" })).toHaveCount(0);
  expect(await overflow(page)).toEqual([]);
  await look(page, "past-phone");
});

test("what a person has to decide is asked for, in German", async ({ page, world, shop }) => {
  const simulated = world.shopify.shop(shop.domain);
  simulated.scopes = new Set([...scopes, "write_orders"]);
  await page.setViewportSize({ width: 390, height: 844 });
  const id = await productGone(world, shop.domain);
  simulated.refunds.fates.push("FAILURE");
  const path = `/app/orders/${id}?locale=de`;
  const app = await openApp(page, world, shop.domain, path);
  await app.getByRole("button", { name: /Schutzplan erstatten|Refund the plan/ }).click();
  await look(page, "dialog-phone");
  await app.getByRole("button", { name: /12,00.*zurückzahlen|Pay back/ }).click();
  await expect(
    app.getByText(/Zahlung fehlgeschlagen: entscheide|Payment failed: decide/),
  ).toBeVisible();
  expect(await overflow(page)).toEqual([]);
  await look(page, "unpaid-phone");
  await app
    .getByRole("button", { name: /Der Kunde hat sein Geld|The customer has their money/ })
    .click();
  await expect(app.getByText(/^(Erstattet|Refunded)$/).first()).toBeVisible();
});

test("what is to be refunded has a tab, the nearest deadline first", async ({
  page,
  world,
  shop,
}) => {
  await shop.set({ connection: "connected", timeZone: "Europe/Berlin", factsReadAt: new Date() });
  const finding = {
    code: "product_gone_plan_not",
    severity: "warning",
    lineItemIds: ["1", "2"],
    titles: ["Bike", "Plan"],
  };
  const add = (id: string, untilMs: number | null) =>
    shop.addOrder({
      ...{ id, name: `#${id}`, status: "sent", needsAttention: true, findingSeverity: "warning" },
      ...{ refundUnits: 1, findings: [finding] },
      refundUntil: untilMs === null ? null : new Date(Date.now() + untilMs),
      placedAt: new Date(Date.UTC(2026, 10, Number(id) % 28, 12)),
    });
  await add("1001", 9 * day);
  await add("1002", null);
  await add("1003", -2 * day);
  await add("1004", 2 * day);
  await add("1005", -9 * day);
  await add("1006", null);
  await shop.addOrder({ id: "1007", name: "#1007", status: "blocked" });
  const app = await openApp(page, world, shop.domain, "/app/orders?view=refund");
  const names = app.getByRole("row").locator("a[data-primary-link]");
  const nearest = ["#1004", "#1001", "#1006", "#1002", "#1003", "#1005"];
  await expect(names).toHaveText(nearest);
  await expect(app.getByRole("tab", { name: /To refund/ })).toContainText("6");
  await expect(app.getByText(/^until /).first()).toBeVisible();
  await look(page, "tab");
  await app.getByRole("tab", { name: /Needs attention/ }).click();
  await expect(names).toHaveCount(7);
  await expect(names.first()).toHaveText("#1004");
  await expect(names.nth(1)).toHaveText("#1001");
});

test("the list leads to the dialog at once, and back to its place", async ({
  page,
  world,
  shop,
}) => {
  world.shopify.shop(shop.domain).scopes = new Set([...scopes, "write_orders"]);
  await productGone(world, shop.domain);
  const app = await openApp(page, world, shop.domain, "/app/orders?view=attention");
  expect(await violations(page)).toEqual([]);
  await look(page, "attention");
  await app.getByRole("link", { name: "Refund the plan" }).click();
  await app.getByRole("button", { name: "Pay back €12.00" }).click();
  await expect(page.getByRole("status")).toContainText("The plan is refunded");
  await expect(app.getByText("Plan refunded and paid")).toBeVisible();
  await app.getByRole("link", { name: "Orders" }).click();
  await expect(app.getByRole("tab", { name: /Needs attention/ })).toHaveAttribute(
    "aria-selected",
    "true",
  );
});

test("the setting is off, and says what it does", async ({ page, world, shop }) => {
  await shop.set({ connection: "connected", timeZone: "Europe/Berlin", factsReadAt: new Date() });
  const app = await openApp(page, world, shop.domain, "/app/settings");
  const box = app.getByLabel("Refund plans when their product is refunded or removed");
  await expect(box).not.toBeChecked();
  await box.check();
  await app.getByLabel("Hours to wait").fill("48");
  await look(page, "settings");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("saved");
  await page.reload();
  await expect(box).toBeChecked();
  await expect(app.getByLabel("Hours to wait")).toHaveValue("48");
});
