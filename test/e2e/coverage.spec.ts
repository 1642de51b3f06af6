import type { Page } from "@playwright/test";
import { createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { overflow, violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

/** A connected shop whose plans the app may write. */
async function connected(world: World, domain: string) {
  const client = createClient(world);
  await client.connect(domain);
  await client.close();
  const shop = world.shopify.shop(domain);
  shop.scopes.add("write_products").add("write_publications");
  return shop;
}

/** The page is usable by everybody, on a desk and on a phone. */
async function isUsable(page: Page): Promise<void> {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    expect(await overflow(page)).toEqual([]);
  }
  expect(await violations(page)).toEqual([]);
}

test("products without plans are counted, listed page by page, and given plans with one click", async ({
  page,
  world,
  shop,
}) => {
  const { catalog } = await connected(world, shop.domain);
  for (let index = 1; index <= 12; index += 1) {
    catalog.add({ title: `Bike ${String(index).padStart(2, "0")}` });
  }
  catalog.add({ title: "Sticker", variants: [{ price: "0.00" }] });
  const app = await openApp(page, world, shop.domain, "/app/plans");
  await expect(app.getByText("12 of 12 products on sale have no plans.")).toBeVisible();
  await app.getByRole("button", { name: "Without plans (12)" }).click();
  const coverage = app.getByRole("list").filter({ hasText: "Bike 01" });
  await expect(coverage.getByRole("listitem")).toHaveCount(10);
  await expect(app.getByText("1 of 2")).toBeVisible();
  await isUsable(page);
  await app.getByRole("button", { name: "Next" }).first().click();
  await expect(app.getByText("2 of 2")).toBeVisible();
  const rest = app.getByRole("list").filter({ hasText: "Bike 12" });
  await rest.getByRole("button", { name: "Give plans: Bike 12" }).click();
  await expect(app.getByText("11 of 12 products on sale have no plans.")).toBeVisible();
  await app.getByRole("button", { name: "Give plans to all 11" }).click();
  await expect(app.getByText("All products on sale have plans.")).toBeVisible();
  await expect(app.getByText("11 of 11 products.")).toBeVisible();
});

test("while products are counted, nothing is said of a former count of none", async ({
  page,
  world,
  shop,
}) => {
  const { catalog } = await connected(world, shop.domain);
  const app = await openApp(page, world, shop.domain, "/app/plans");
  const none = app.getByText("No product that plans can be offered for is on sale.");
  await expect(none).toBeVisible();
  catalog.add({ title: "City bike" });
  const client = createClient(world);
  await client.pool.query(
    `UPDATE "PlanCoverage" SET "finishedAt" = "finishedAt" - interval '1 hour' WHERE "shop" = $1`,
    [shop.domain],
  );
  await client.close();
  const held = Promise.withResolvers<void>();
  world.shopify
    .shop(shop.domain)
    .faults.plan({ kind: "held", until: held.promise }, { of: "PlanCoverage", times: 1 });
  await openApp(page, world, shop.domain, "/app/plans");
  await expect(app.getByText("Looking through your products")).toBeVisible();
  await expect(none).toHaveCount(0);
  held.resolve();
  await expect(app.getByText("1 of 1 products on sale has no plans.")).toBeVisible();
});

test("what keeps products from getting plans is said beside the buttons", async ({
  page,
  world,
  shop,
}) => {
  world.shopify.shop(shop.domain).catalog.add({ title: "City bike" });
  const app = await openApp(page, world, shop.domain, "/app/plans");
  await expect(app.getByText("1 of 1 products on sale has no plans.")).toBeVisible();
  await expect(app.getByRole("button", { name: "Give plans to this product" })).toBeDisabled();
  await expect(app.getByText("This needs your Hakuna API key.")).toHaveCount(1);
  await app.getByRole("button", { name: "Plans for new products" }).click();
  await expect(app.getByRole("button", { name: "Choose a collection" })).toBeDisabled();
  await expect(app.getByText("This needs your Hakuna API key.")).toHaveCount(2);
  await isUsable(page);
});

test("new products of a chosen collection get plans, what came of it is said, and it is turned off", async ({
  page,
  world,
  shop,
}) => {
  const { catalog } = await connected(world, shop.domain);
  const old = catalog.add({ title: "Old bike" });
  const bikes = catalog.addCollection("Bikes", [old.id]);
  const app = await openApp(page, world, shop.domain, "/app/plans");
  await app.getByRole("button", { name: "Plans for new products" }).click();
  await app.getByRole("button", { name: "Choose a collection" }).click();
  const picker = page.getByRole("dialog");
  await picker.getByLabel("Bikes").check();
  await picker.getByRole("button", { name: "Select" }).click();
  await expect(page.getByRole("status")).toContainText("New products get plans automatically");
  await expect(app.getByText(/products that are added to “Bikes” get plans/)).toBeVisible();
  await expect(app.getByText("0 products have got plans this way so far.")).toBeVisible();
  await isUsable(page);

  bikes.productIds.push(catalog.add({ title: "New bike" }).id);
  await app.getByRole("button", { name: "Check now" }).click();
  await expect(app.getByText("1 product has got plans this way so far.")).toBeVisible();
  await expect(app.getByRole("heading", { name: "Plans given to new products" })).toBeVisible();
  await app.getByRole("button", { name: "Details", exact: true }).click();
  await expect(app.getByRole("listitem").filter({ hasText: "New bike" })).toContainText("Done");
  await expect(app.getByText("1 of 1 products on sale has no plans.")).toBeVisible();

  catalog.collections.delete(bikes.id);
  await app.getByRole("button", { name: "Check now" }).click();
  await expect(app.getByText("“Bikes” is no longer in your shop.")).toBeVisible();
  await app.getByRole("button", { name: "Turn off" }).click();
  await expect(app.getByRole("button", { name: "Choose a collection" })).toBeVisible();
});

test("prices that a renewal changed are told, with what that means for orders", async ({
  page,
  world,
  shop,
}) => {
  const { catalog } = await connected(world, shop.domain);
  await shop.addPlanJob([
    {
      kind: "offered",
      notes: [],
      plans: [
        { country: "de", title: "1 year", price: 3800, before: 3596, currency: "EUR" },
        { country: "de", title: "2 years", price: 7192, before: 7192, currency: "EUR" },
        { country: "at", title: "1 year", price: 3700, before: 3596, currency: "EUR" },
      ],
    },
  ]);
  catalog.add({ title: "City bike" });
  const app = await openApp(page, world, shop.domain, "/app/plans");
  await expect(app.getByRole("heading", { name: "Changed prices" })).toBeVisible();
  await expect(app.getByText(/^Latest on /)).toBeVisible();
  await app.getByRole("button", { name: "Changed prices" }).click();
  await expect(app.getByText("Germany: 1 year: €35.96 → €38.00")).toBeVisible();
  await expect(app.getByText("Austria: 1 year: €35.96 → €37.00")).toBeVisible();
  await expect(app.getByText(/placed before keep the plan and the price/)).toBeVisible();
  await expect(app.getByText("2 years: ").filter({ hasText: "→" })).toHaveCount(0);
  await isUsable(page);
});
