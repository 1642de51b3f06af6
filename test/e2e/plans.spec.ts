import type { Page } from "@playwright/test";
import { createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { overflow, violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

/** Chooses in Shopify's picker, which lies outside of the app's frame. */
async function pick(page: Page, ...names: string[]): Promise<void> {
  const picker = page.getByRole("dialog");
  for (const name of names) await picker.getByLabel(name).check();
  await picker.getByRole("button", { name: "Select" }).click();
}

async function connected(world: World, domain: string) {
  const client = createClient(world);
  await client.connect(domain);
  await client.close();
  return world.shopify.shop(domain);
}

test("offers are fetched for chosen products: access, progress, an error, the plans", async ({
  page,
  world,
  shop,
}) => {
  const { catalog, faults } = await connected(world, shop.domain);
  catalog.add({ title: "City bike", variants: [{ price: "899.00" }] });
  catalog.add({ title: "Free sticker", variants: [{ price: "0.00" }] });
  catalog.add({ title: "Our plans", vendor: "hakuna" });

  const app = await openApp(page, world, shop.domain, "/app/plans");
  await expect(app.getByText("This page needs more access")).toBeVisible();
  await expect(app.getByRole("button", { name: "Choose products" })).toBeDisabled();
  await app.getByRole("button", { name: "Grant access" }).click();
  await expect(app.getByText("This page needs more access")).toBeHidden();
  expect(await violations(page)).toEqual([]);

  await app.getByRole("button", { name: "Choose products" }).click();
  await expect(page.getByRole("dialog").getByLabel("Our plans")).toHaveCount(0);
  const begun = Promise.withResolvers<void>();
  faults.plan({ kind: "held", until: begun.promise }, { of: "ProductForPlans" });
  await pick(page, "City bike", "Free sticker");
  await expect(app.getByRole("progressbar", { name: "Progress" })).toBeVisible();
  await expect(app.getByText("0 of 2 products.")).toBeVisible();
  begun.resolve();
  await expect(app.getByText("2 of 2 products. 1 product couldn't be processed.")).toBeVisible();
  const results = app.getByRole("listitem");
  await expect(results.filter({ hasText: "The product costs nothing" })).toContainText(
    "Not processed",
  );
  await expect(results.filter({ hasText: "€35.96" })).toContainText("Done");
  // a product's plans are a line, until more is wanted
  await expect(app.getByText("3 plans from €35.96")).toBeVisible();
  const details = app.getByRole("button", { name: "Details: City bike" });
  await expect(app.getByText("3 Jahre Garantieverlängerung · €107.88")).toBeHidden();
  await details.click();
  await expect(details).toHaveAttribute("aria-expanded", "true");
  await expect(app.getByText("3 Jahre Garantieverlängerung · €107.88")).toBeVisible();
  await expect(app.getByText(/^Hakuna's offer is valid until .*; the app renews it/)).toHaveCount(
    1,
  );
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toEqual([]);

  await page.setViewportSize({ width: 390, height: 844 });
  expect(await overflow(page)).toEqual([]);
  const remove = app.getByRole("button", { name: "Remove plans: City bike" });
  await remove.click();
  const dialog = app.getByRole("dialog");
  await expect(dialog.getByText("Plans that were sold stay as they are")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  // nothing happens without an answer, and the focus comes back
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(remove).toBeFocused();
  await remove.click();
  await dialog.getByRole("button", { name: "Remove plans" }).click();
  await expect(app.getByRole("heading", { name: "Plans removed" })).toBeVisible();
  await app.getByRole("button", { name: "Details", exact: true }).click();
  await expect(app.getByText("No plans anymore")).toBeVisible();
  await expect(app.getByText("3 Jahre Garantieverlängerung · €107.88")).toBeHidden();
});

test("plans are linked by hand, for a collection, once what Hakuna calls them is known", async ({
  page,
  world,
  shop,
}) => {
  const simulated = await connected(world, shop.domain);
  simulated.scopes.add("write_products").add("write_publications");
  const { catalog } = simulated;
  const bikes = ["Red bike", "Blue bike"].map((title) => catalog.add({ title }).id);
  catalog.addCollection("Bikes", bikes);
  catalog.add({
    title: "Protection",
    vendor: "hakuna",
    variants: [{ title: "2 years", price: "21.00" }],
  });

  const app = await openApp(page, world, shop.domain, "/app/plans");
  await app.getByRole("button", { name: "Link plans by hand" }).click();
  await app.getByRole("button", { name: "Choose plans" }).click();
  await pick(page, "Protection - 2 years");
  const dialog = app.getByRole("dialog");
  await dialog.getByLabel("Offer ID").fill("off-12345");
  await dialog.getByLabel("Term in months").fill("two");
  await dialog.getByRole("button", { name: "Choose collections" }).click();
  await expect(dialog.getByText("Enter the ID as Hakuna gave it to you.")).toBeVisible();
  await expect(dialog.getByText("Enter a number of months, such as 24.")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await dialog.getByLabel("Plan ID").fill("pl-54132");
  await dialog.getByLabel("Term in months").fill("24");
  await dialog.getByRole("button", { name: "Choose collections" }).click();
  await pick(page, "Bikes");
  await expect(app.getByText("2 of 2 products.")).toBeVisible();
  await expect(app.getByText("Not offered", { exact: true })).toHaveCount(2);
  for (const title of ["Red bike", "Blue bike"]) {
    await app.getByRole("button", { name: `Details: ${title}` }).click();
  }
  await expect(app.getByText("2 years · €21.00")).toHaveCount(2);
  await expect(app.getByText("24 months")).toHaveCount(2);
  await expect(app.getByText("Insurance link missing: not offered")).toHaveCount(2);
  await expect(app.getByText(/offer is valid until/)).toHaveCount(0);
  await app.getByRole("button", { name: "Discounts and tax" }).click();
  const discounted = app.getByRole("link", { name: "Orders with a discounted plan" });
  await expect(discounted).toHaveAttribute("href", "/app/orders?finding=discounted_plan");

  await app.getByLabel("Search products").fill("red");
  await expect(app.getByRole("heading", { name: "Blue bike" })).toBeHidden();
  await expect(app.getByRole("heading", { name: "Red bike" })).toBeVisible();
  await app.getByLabel("Search products").fill("zebra");
  await expect(app.getByText("No product has this title.")).toBeVisible();
});

test("a bundle gets no plans, and whoever asks for some is told why", async ({
  page,
  world,
  shop,
}) => {
  const { catalog, scopes } = await connected(world, shop.domain);
  scopes.add("write_products").add("write_publications");
  catalog.add({
    title: "Camping set",
    variants: [{ price: "300.00", requiresComponents: true }],
  });
  const app = await openApp(page, world, shop.domain, "/app/plans");
  await app.getByRole("button", { name: "Choose products" }).click();
  await pick(page, "Camping set");
  await expect(app.getByText("1 of 1 product. 1 product couldn't be processed.")).toBeVisible();
  const why = "This is a bundle: in orders, its components take its place";
  await expect(app.getByRole("listitem").filter({ hasText: why })).toContainText("Not processed");
  await expect(app.getByText(`No plans: ${why}`)).toBeVisible();

  // plans that were there before
  await shop.addPlanJob([
    { kind: "withdrawn", countries: ["de"], bundles: "all" },
    { kind: "withdrawn", countries: [], bundles: "some" },
  ]);
  await page.reload();
  await app.getByRole("button", { name: "Details", exact: true }).click();
  const results = app.getByRole("listitem");
  await expect(results.filter({ hasText: "Removed: Germany" })).toContainText(why);
  await expect(results.filter({ hasText: "Variants that are bundles" })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toEqual([]);
});

test("in German, and while Shopify does not answer", async ({ page, world, shop }) => {
  const { faults } = world.shopify.shop(shop.domain);
  faults.plan({ kind: "status", status: 503 }, { of: "PlanProducts", times: 20 });
  const app = await openApp(page, world, shop.domain, "/app/plans?locale=de");
  await expect(
    app.getByText("Deine Produkte konnten nicht aus Shopify gelesen werden."),
  ).toBeVisible();
  const lacks = app.getByText("Dafür wird dein API-Schlüssel von Hakuna gebraucht.");
  await expect(lacks.first()).toBeVisible();
  expect(await violations(page)).toEqual([]);
  faults.clear();
  // the page may look again by itself before the button is pressed
  const none = app.getByText("Dein Shop hat noch keine Produkte.");
  await app.getByRole("button", { name: "Erneut versuchen" }).or(none).first().click();
  await expect(none).toBeVisible();
});
