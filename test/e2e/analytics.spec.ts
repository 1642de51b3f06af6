import { readFile } from "node:fs/promises";
import { overflow, violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";
import type { ShopData } from "./shop-data.ts";

async function fill(shop: ShopData): Promise<void> {
  await shop.set({ connection: "connected", timeZone: "UTC", factsReadAt: new Date() });
  const bike = { product: "77", title: "City bike" };
  await shop.addSales(1, {
    ...{ ...bike, orders: 40, protected: 12, units: 40, plans: 12, refunded: 2 },
    ...{ value: 119_880, returned: 19_980 },
  });
  await shop.addSales(8, { ...bike, orders: 10, protected: 3, units: 11, plans: 3, value: 29_970 });
  await shop.addSales(9, { product: "78", title: "Helmet", orders: 5, units: 7 });
  await shop.addSales(40, {
    ...bike,
    orders: 40,
    protected: 10,
    units: 40,
    plans: 10,
    value: 99_900,
  });
}

test("shows what plans earn, beside the period before, and per day, week and month", async ({
  page,
  world,
  shop,
}) => {
  await fill(shop);
  const app = await openApp(page, world, shop.domain, "/app/analytics");
  const figure = (name: string) => app.getByRole("heading", { name, exact: true }).locator("..");
  await expect(figure("Orders").first()).toContainText("55");
  await expect(figure("Orders with a plan")).toContainText("15");
  await expect(figure("Attach rate")).toContainText("27.3%");
  await expect(figure("Attach rate")).toContainText("Period before: 25%");
  await expect(figure("Plans sold")).toContainText("+50%");
  await expect(figure("Plans refunded")).toContainText("2");
  await expect(figure("Net plan value")).toContainText("€1,298.70");
  await expect(app.getByRole("img", { name: "55 orders, 15 of them with a plan" })).toBeVisible();
  await expect(app.getByRole("row", { name: /City bike/ })).toContainText("€1,298.70");
  await expect(app.getByRole("row", { name: /24 months/ })).toContainText("15");
  await expect(app.getByRole("row", { name: /Germany/ })).toContainText("15");
  expect(await violations(page)).toEqual([]);

  await app.getByRole("button", { name: "Show as table" }).first().click();
  await expect(app.getByRole("row", { name: /40.*12.*30%/ })).toBeVisible();

  await app.getByLabel("Period").selectOption("month");
  await expect(figure("Orders with a plan")).toContainText("25");
  await expect(app.getByRole("row", { name: /City bike/ })).toContainText("25");
  await app.getByLabel("Period").selectOption("week");
  await expect(figure("Orders with a plan")).toContainText("25");
  expect(await violations(page)).toEqual([]);
});

test("a product that sells without a plan leads to the plans, found by its name", async ({
  page,
  world,
  shop,
}) => {
  await fill(shop);
  const app = await openApp(page, world, shop.domain, "/app/analytics");
  await expect(app.getByText("36 units without a plan")).toBeVisible();
  await expect(app.getByText("7 units without a plan")).toBeVisible();
  await app.getByRole("link", { name: "Offer plans" }).click();
  await expect(app.getByRole("heading", { level: 1, name: "Plans" })).toBeVisible();
  await expect(app.getByRole("textbox", { name: /search/i })).toHaveValue("Helmet");
});

test("a month's statement is saved as a file", async ({ page, world, shop }) => {
  await fill(shop);
  const plan = {
    ...{ lineId: "2", title: "Plan", productId: "77", productTitle: "City bike" },
    ...{ offerId: "off-1", planId: "pl-1", termMonths: 24, units: 1, refunded: 0 },
    ...{ refundedAt: null, price: 9990, currency: "EUR", value: 9990 },
  };
  const day = new Date().toISOString().slice(0, 10);
  await shop.addOrder({
    ...{ id: "1", name: "#1001", status: "sent", placedAt: new Date(`${day}T00:00:01Z`) },
    sale: { day, currency: "EUR", country: "de", cancelledAt: null, products: [], plans: [plan] },
  });
  const app = await openApp(page, world, shop.domain, "/app/analytics");
  const saved = page.waitForEvent("download");
  await app.getByRole("button", { name: "Save as CSV" }).click();
  const file = await saved;
  expect(file.suggestedFilename()).toBe(`plans-${day.slice(0, 7)}.csv`);
  const text = await readFile(await file.path(), "utf8");
  expect(text).toContain(`"#1001"`);
  expect(text).toContain(`"City bike","77","off-1","pl-1","24","1","99.90"`);
});

test("a new shop is told what will be here", async ({ page, world, shop }) => {
  await shop.set({ connection: "connected" });
  const app = await openApp(page, world, shop.domain, "/app/analytics");
  await expect(app.getByText("No orders yet")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await app.getByRole("link", { name: "Give products their plans" }).click();
  await expect(app.getByRole("heading", { level: 1, name: "Plans" })).toBeVisible();
});

test("bears its own name while it is being read", async ({ page, world, shop }) => {
  await shop.set({ connection: "connected" });
  const app = await openApp(page, world, shop.domain);
  const read = Promise.withResolvers<void>();
  await page.route("**/app/analytics.data*", async (route) => {
    await read.promise;
    await route.continue();
  });
  await page.getByRole("link", { name: "Analytics" }).click();
  await expect(app.getByRole("heading", { level: 1, name: "Analytics" })).toBeVisible();
  read.resolve();
  await expect(app.getByText("No orders yet")).toBeVisible();
});

test("fits a phone, in German too", async ({ page, world, shop }) => {
  await fill(shop);
  const title = "Donaudampfschifffahrtsgesellschaftskapitänsmütze mit Anker";
  await shop.addSales(1, { product: "9", title, plans: 1, value: 1200, protected: 1 });
  await page.setViewportSize({ width: 390, height: 844 });
  const app = await openApp(page, world, shop.domain, "/app/analytics?locale=de");
  await expect(app.getByRole("heading", { name: "Anteil mit Schutzplan" })).toBeVisible();
  expect(await overflow(page)).toEqual([]);
  // a card cuts off what is wider than itself
  const table = app.getByRole("table").filter({ hasText: title });
  const wider = await table.evaluate((it) => it.scrollWidth - (it.parentElement?.clientWidth ?? 0));
  expect(wider).toBeLessThanOrEqual(0);
  expect(await violations(page)).toEqual([]);
});
