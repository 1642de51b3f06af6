import { fileURLToPath } from "node:url";
import type { FrameLocator, Locator, Page } from "@playwright/test";
import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import { startStorefront } from "#test/simulator/storefront/storefront.ts";
import { createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";
import { openShopData, type ShopData } from "./shop-data.ts";
import { Shopper } from "./shopper.ts";

const folder = new URL("../../docs/images/", import.meta.url);
const sizes = [
  { size: "desktop", width: 1280, height: 860 },
  { size: "phone", width: 390, height: 844 },
];
const shopDomain = "pedal-and-plan.myshopify.com";
const day = 86_400_000;

/** A shop after a month: its days, and real orders of the last two days. */
async function liveThroughAMonth(world: World, shop: ShopData): Promise<void> {
  const client = createClient(world);
  const now = Date.now();
  const installedAt = new Date(now - 30 * day);
  await shop.set({ guideDismissedAt: new Date(), installedAt, timeZone: "Europe/Berlin" });
  await client.connect(shopDomain);
  const lives = Array.from({ length: 60 }, (_, seed) =>
    liveOrder(
      { shop: shopDomain, currency: "EUR", bigIds: true },
      seed,
      now - 2 * day + seed * 2_400_000,
    ),
  );
  await client.send(lives.flat(), 8);
  await client.quiet(shop.domain);
  for (let ago = 29; ago > 0; ago -= 1) {
    const sent = 14 + Math.round(9 * Math.sin(ago / 2.2)) + (ago % 7 === 0 ? 12 : 0);
    await client.pool.query(
      `INSERT INTO "ShopDay" ("shop", "day", "sent", "failed", "plans") VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [shopDomain, new Date(now - ago * day), sent, ago % 9 === 0 ? 3 : 0, Math.round(sent / 3)],
    );
  }
  await client.close();
}

async function take(
  page: Page,
  world: World,
  name: string,
  path: string,
  ready: string,
  arrange: (app: FrameLocator) => Promise<void> = async () => {},
) {
  for (const { size, width, height } of sizes) {
    await page.setViewportSize({ width, height });
    const app = await openApp(page, world, shopDomain, path);
    await expect(app.getByText(ready).first()).toBeVisible();
    await arrange(app);
    await page.screenshot({
      path: fileURLToPath(new URL(`${name}-${size}.png`, folder)),
      animations: "disabled",
    });
  }
}

test("each place of the extension: product page, quick-add, cart page, drawer", async ({
  browser,
}) => {
  const storefront = await startStorefront();
  for (const { size, width, height } of sizes) {
    // A visitor of their own: the cart is empty, nobody has said no.
    const context = await browser.newContext({ viewport: { width, height } });
    const page = await context.newPage();
    const shoot = (name: string) =>
      page.screenshot({
        path: fileURLToPath(new URL(`storefront-${name}-${size}.png`, folder)),
        animations: "disabled",
      });
    const center = (element: Locator) =>
      element.evaluate((one) => one.scrollIntoView({ block: "center" }));
    const buyer = new Shopper(page, storefront, "drawer");
    for (const style of ["cards", "list"]) {
      await buyer.open("city-bike", `&style=${style}`);
      await page.getByRole("spinbutton", { name: "Quantity" }).fill(style === "list" ? "3" : "1");
      await buyer.choose(/plus/);
      if (size === "phone") await center(page.locator("hakuna-protection"));
      await shoot(style);
    }
    await buyer.add();
    await shoot("cart");
    await buyer.setQuantity("City bike Amsel - Blue", 2);
    await page.locator("hakuna-cart-guard:not(:empty)").waitFor();
    await shoot("guard");

    await page.request.post(`${storefront.url}/cart/add.js`, { data: { id: 4201, quantity: 1 } });
    await page.request.post(`${storefront.url}/cart/add.js`, { data: { id: 4301, quantity: 1 } });
    await page.goto(`${storefront.url}/cart?cart_offer=on&drawer_offer=on`);
    const offers = page.locator("hakuna-cart[data-place=page]");
    await offers.getByText("Protect Espresso machine Lena").click();
    await offers.getByRole("radio", { name: /plus/ }).check();
    await center(offers);
    await shoot("cart-offer");
    await page.goto(storefront.url);
    await page.getByRole("link", { name: /^Cart/ }).click();
    const inDrawer = page.locator("hakuna-cart[data-place=drawer]");
    await inDrawer.getByText("Protect Espresso machine Lena").click();
    await center(inDrawer);
    await shoot("drawer-offer");

    await page.goto(storefront.url);
    await page.getByRole("button", { name: "Quick add: City bike Amsel" }).click();
    const dialog = page.getByRole("dialog", { name: "Quick add" });
    await dialog.getByRole("radio", { name: /Accident/ }).check();
    if (size === "phone") await center(dialog.locator("hakuna-protection"));
    await shoot("quick-add");
    await context.close();
  }
  await storefront.close();
});

/** A shop with some goods, of which one could get no plans, and one gets them for its sizes. */
async function fetchPlans(page: Page, world: World): Promise<void> {
  const { catalog, scopes } = world.shopify.shop(shopDomain);
  scopes.add("write_products").add("write_publications");
  const titles = ["City bike Amsel", "Espresso machine Lena", "Gift wrapping"];
  catalog.add({ title: "City bike Amsel", variants: [{ price: "899.00" }] });
  catalog.add({
    title: "Espresso machine Lena",
    vendor: "Kaffeehaus",
    variants: [{ price: "549.00" }],
  });
  catalog.add({ title: "Gift wrapping", vendor: "Vogelsang", variants: [{ price: "0.00" }] });
  catalog.add({ title: "Hiking boots Firn", vendor: "Bergzeit", variants: [{ price: "179.50" }] });
  const app = await openApp(page, world, shopDomain, "/app/plans");
  await app.getByRole("button", { name: "Choose products" }).click();
  const picker = page.getByRole("dialog");
  for (const title of titles) await picker.getByLabel(title).check();
  await picker.getByRole("button", { name: "Select" }).click();
  await expect(app.getByText("3 of 3 products.")).toBeVisible();
}

test("every page in its main states, on a desk and on a phone", async ({ page, world }) => {
  test.setTimeout(180_000);
  const shop = await openShopData(world.databaseUrl, shopDomain);
  const guide = "Set up Hakuna Order Sync";
  await take(page, world, "first-run", "/app", guide);
  const { scopes, validations } = world.shopify.shop(shopDomain);
  scopes.add("write_validations");
  validations.add({
    ...{ title: "Hakuna protection plans", enabled: true },
    shopifyFunction: { handle: "cart-rule", appKey: world.apiKey },
  });
  await take(page, world, "rule", "/app", guide, async (app) => {
    await app.getByRole("button", { name: "Let Shopify check carts at checkout" }).click();
    await expect(app.getByRole("button", { name: "Turn off" })).toBeVisible();
    // the step that was open has closed
    await expect(app.getByRole("link", { name: "Enter the API key" })).toBeHidden();
  });
  await liveThroughAMonth(world, shop);
  await take(page, world, "home", "/app", "Latest orders");
  await take(page, world, "home-german", "/app?locale=de", "Neueste Bestellungen");
  await take(page, world, "orders", "/app/orders", "#1059");
  const id = await shop.firstNeedingAttention();
  await take(page, world, "order", `/app/orders/${id}`, "Products and plans");
  await fetchPlans(page, world);
  await take(page, world, "plans", "/app/plans", "3 of 3 products.");
  await take(page, world, "settings", "/app/settings", "Connection to Hakuna");
  await take(page, world, "help", "/app/help", "How products and plans are paired");
  await shop.set({ connection: "key_refused", connectionReason: "invalid_api_key" });
  await take(page, world, "key-refused", "/app", "Hakuna does not accept the API key");
  await shop.close();
});
