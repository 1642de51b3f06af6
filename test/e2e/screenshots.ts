import { fileURLToPath } from "node:url";
import type { Browser, FrameLocator, Locator, Page } from "@playwright/test";
import type { Storefront } from "#test/simulator/storefront/storefront.ts";
import { openDemoShop } from "../demo/demo-shop.ts";
import { ops } from "../server/ops.ts";
import type { World } from "../world/world.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";
import { openShopData } from "./shop-data.ts";
import { Shopper } from "./shopper.ts";

const folder = new URL("../../docs/images/", import.meta.url);
const sizes = [
  { size: "desktop", width: 1280, height: 860 },
  { size: "phone", width: 390, height: 844 },
];
const shopDomain = "vogelsang.myshopify.com";

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

/** Each place of the extension: product page, quick-add, cart page, drawer. */
async function takeStorefront(browser: Browser, world: World, storefront: Storefront) {
  const { catalog } = world.shopify.shop(shopDomain);
  const variantOf = (handle: string) => Number(catalog.byHandle(handle)?.variants[0]?.id.slice(29));
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
    const add = (handle: string) =>
      page.request.post(`${storefront.url}/cart/add.js`, {
        data: { id: variantOf(handle), quantity: 1 },
      });
    const buyer = new Shopper(page, storefront, "drawer");
    for (const style of ["cards", "list"]) {
      await buyer.open("city-bike", `&style=${style}`);
      await page.getByRole("spinbutton", { name: "Quantity" }).fill(style === "list" ? "3" : "1");
      await buyer.choose(/2 years/);
      if (size === "phone") await center(page.locator("hakuna-protection"));
      await shoot(style);
    }
    await buyer.add();
    await shoot("cart");
    await buyer.setQuantity("City bike Amsel - Blue", 2);
    await page.locator("hakuna-cart-guard:not(:empty)").waitFor();
    await shoot("guard");

    await add("espresso-machine");
    await add("headphones");
    await page.goto(`${storefront.url}/cart?cart_offer=on&drawer_offer=on`);
    const offers = page.locator("hakuna-cart[data-place=page]");
    await offers.getByText("Protect Espresso machine Lena").click();
    await offers.getByRole("radio", { name: /2 years/ }).check();
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
    await dialog.getByRole("radio", { name: /3 years/ }).check();
    if (size === "phone") await center(dialog.locator("hakuna-protection"));
    await shoot("quick-add");
    await context.close();
  }
}

test("every page in its main states, on a desk and on a phone", async ({
  browser,
  page,
  world,
}) => {
  test.setTimeout(600_000);
  const shop = await openShopData(world.databaseUrl, shopDomain);
  const guide = "Set up Hakuna Order Sync";
  await take(page, world, "first-run", "/app", guide);
  const demo = await openDemoShop(world, shopDomain);
  await take(page, world, "rule", "/app", guide, async (app) => {
    await app.getByRole("button", { name: "Let Shopify check carts at checkout" }).click();
    await expect(app.getByRole("button", { name: "Turn off" })).toBeVisible();
    // the step that was open has closed
    await expect(app.getByRole("link", { name: "See orders" })).toBeHidden();
  });
  await demo.tellPast();
  await demo.playHour(0);
  expect((await ops(["reconcile", shopDomain], world.env)).code).toBe(0);
  await shop.set({ guideDismissedAt: new Date() });
  await takeStorefront(browser, world, demo.storefront);
  await demo.storefront.close();
  await take(page, world, "home", "/app", "Latest orders");
  await take(page, world, "home-german", "/app?locale=de", "Neueste Bestellungen");
  await take(page, world, "orders", "/app/orders", `#${demo.life().next - 1}`);
  const id = await shop.firstNeedingAttention();
  await take(page, world, "order", `/app/orders/${id}`, "Products and plans");
  await take(page, world, "plans", "/app/plans", "5 of 5 products.");
  await take(page, world, "analytics", "/app/analytics", "Attach rate");
  await take(page, world, "settings", "/app/settings", "Connection to Hakuna");
  await take(page, world, "help", "/app/help", "How products and plans are paired");
  await shop.set({ connection: "key_refused", connectionReason: "invalid_api_key" });
  await take(page, world, "key-refused", "/app", "Hakuna does not accept the API key");
  await shop.close();
});
