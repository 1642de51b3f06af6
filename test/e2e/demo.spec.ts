import { test as base, expect } from "@playwright/test";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { openDemoShop } from "../demo/demo-shop.ts";
import { ops } from "../server/ops.ts";
import { startAdmin } from "../simulator/admin/admin.ts";
import { startWorld } from "../world/world.ts";
import { violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { test } from "./fixtures.ts";
import { Shopper } from "./shopper.ts";

base("an ordinary browser opens the app through the stand-in's proxy", async ({ page }) => {
  const proxyPort = await freePort();
  const world = await startWorld({ env: { SHOPIFY_APP_URL: `http://localhost:${proxyPort}` } });
  const admin = await startAdmin({ ...world, port: 0, proxyPort, shop: world.shopDomain });
  try {
    const outside: string[] = [];
    page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol !== "data:" && hostname !== "localhost") outside.push(request.url());
    });
    const errors: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });

    await page.goto(admin.url);

    const app = page.frameLocator("iframe[name=app-iframe]");
    await expect(app.getByText("Set up Hakuna Order Sync")).toBeVisible();
    await page.getByRole("link", { name: "Overview" }).click();
    await expect(app.getByRole("heading", { name: "Overview" })).toBeVisible();
    expect(outside).toEqual([]);
    expect(errors).toEqual([]);
  } finally {
    await admin.close();
    await world.stop();
  }
});

test("storefront and admin are one shop, whose guide is done and whose orders tell a story", async ({
  page,
  world,
  shop,
}) => {
  test.setTimeout(600_000);
  const { domain } = shop;
  const demo = await openDemoShop(world, domain, { days: 40, daily: [1, 1], hourly: 16 });
  const { storefront } = demo;
  try {
    await demo.tellPast();
    await demo.playHour(0);

    let app = await openApp(page, world, domain);
    await expect(app.getByText("5 of 5 steps done")).toBeVisible();
    await expect(app.getByText("3 orders need your attention").first()).toBeVisible();
    await openApp(page, world, domain, "/app/orders?view=attention");
    await expect(app.getByRole("row")).toHaveCount(4);
    await openApp(page, world, domain, "/app/orders?view=refund");
    await expect(app.getByRole("row")).toHaveCount(2);
    await expect(app.getByText(/^until /)).toBeVisible();
    await openApp(page, world, domain, "/app/analytics");
    await expect(app.getByRole("row", { name: /City bike Amsel/ }).first()).toBeVisible();
    await expect(app.getByRole("row", { name: /Austria/ })).toBeVisible();
    await expect(app.getByRole("link", { name: "Offer plans" })).toBeVisible();

    // the plans of the admin's page are those that the storefront sells
    await openApp(page, world, domain, "/app/plans?search=Espresso");
    const plans = ["1 year", "2 years", "3 years"].map((term) => `${term} of warranty extension`);
    const prices = ["€21.96", "€43.92", "€65.88"];
    for (const [index, plan] of plans.entries()) {
      await expect(app.getByText(`${plan} · ${prices[index]}`).first()).toBeVisible();
    }
    expect(await violations(page)).toEqual([]);
    const buyer = new Shopper(page, storefront, "drawer");
    await page.goto(storefront.url);
    await expect(page.getByRole("listitem")).toHaveCount(6);
    await buyer.open("espresso-machine");
    for (const [index, plan] of plans.entries()) {
      await expect(page.getByRole("radio", { name: new RegExp(plan) })).toBeVisible();
      await expect(page.getByText(`${prices[index]}`).first()).toBeVisible();
    }

    // what is bought there is the admin's next order, and stands in the shop's order book
    await buyer.choose(/2 years/);
    await buyer.add();
    await page.getByRole("button", { name: "Check out" }).click();
    await page.getByRole("button", { name: "Pay now" }).click();
    await expect(page.getByRole("heading", { name: "Thank you" })).toBeVisible();
    app = await openApp(page, world, domain, "/app/orders");
    const name = `#${demo.life().next}`;
    await app.getByRole("link", { name }).click();
    await expect(app.getByRole("heading", { level: 1 })).toContainText(name);
    await expect(app.getByText(/^(Synced|Confirmed)$/).first()).toBeVisible();
    await expect(app.getByText("Needs attention")).toHaveCount(0);
    const compared = await ops(["reconcile", domain, "--since", "2h"], world.env);
    expect(compared.stdout).toMatch(/[1-9]\d* orders read, 0 recovered/);
    expect(world.hakuna.violations).toEqual([]);
  } finally {
    await storefront.close();
  }
});
