import { plan } from "../simulator/storefront/catalog.ts";
import { expect, manners, type Shopper, test } from "./shopper.ts";

const bike = 4101;
const bikeTitle = "City bike Amsel - Blue";
const planTitle = "Hakuna protection - Accident protection";
/** What the guard says, wherever it says it. */
const told = (buyer: Shopper) => buyer.page.locator("hakuna-cart-guard");

/** A bike with its plan in the cart, and the cart page open. */
async function cartPage(buyer: Shopper, more = "") {
  await buyer.open();
  await buyer.choose(/Accident/);
  await buyer.guarded(() => buyer.add());
  await buyer.page.goto(`${buyer.storefront.url}/cart?manner=${buyer.manner}${more}`);
  await buyer.quantityField(planTitle).waitFor();
}

for (const manner of manners) {
  test(`${manner}: the buyer is told what the guard changed, in a live region that is heard`, async ({
    shopper,
  }) => {
    const buyer = shopper(manner);
    await buyer.open();
    await buyer.choose(/Accident/);
    await buyer.guarded(() => buyer.add());
    await expect(told(buyer)).toBeEmpty();
    await expect(told(buyer)).toHaveRole("status");
    await buyer.setQuantity(bikeTitle, 3);
    const changed = "Accident protection: the quantity is now 3, to match your products.";
    await expect(told(buyer)).toHaveText(changed);
    await expect(told(buyer)).toBeVisible();
    // Whatever is modal, the region is not outside of it.
    const isHeard = await told(buyer).evaluate((region) => {
      const modal = document.querySelector("dialog:modal");
      return !modal || modal.contains(region);
    });
    expect(isHeard).toBe(true);
  });
}

test("a cart form that was put right on its way to the cart page tells of it there", async ({
  shopper,
}) => {
  const buyer = shopper("plain");
  await cartPage(buyer);
  await buyer.enterQuantity(bikeTitle, 2);
  await expect(told(buyer)).toHaveText(/the quantity is now 2/);
  await buyer.page.reload();
  await expect(told(buyer)).toBeEmpty();
});

test("a plan without its product is told of in the buyer's language", async ({ page, shopper }) => {
  const buyer = shopper("drawer");
  const texts = {
    "": /^Removed from your cart: Warranty extension\. A plan stays/,
    "/de": /^Aus dem Warenkorb genommen: Warranty extension\./,
    "/fr": /^Retiré de votre panier\u00a0: Warranty extension\./,
    "/nl": /^Uit je winkelwagen verwijderd: Warranty extension\./,
  };
  for (const [root, text] of Object.entries(texts)) {
    await page.goto(`${buyer.storefront.url}${root}/products/protection?variant=9001`);
    await page.getByRole("button", { name: "Add to cart" }).click();
    await expect(told(buyer)).toHaveText(text);
    await expect.poll(() => buyer.lines()).toEqual([]);
  }
});

test("a price in brackets, which tells variants apart for the merchant, is not read out", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open("protection", `&variant=${plan.dear}`);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await expect(told(buyer)).toHaveText(/^Removed from your cart: Bike cover\. /);
});

for (const manner of manners) {
  test(`${manner}: the cart page shows what was mended, its total too`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    await cartPage(buyer);
    await buyer.setQuantity(bikeTitle, 3);
    await expect(buyer.quantityField(planTitle)).toHaveValue("3");
    await expect(page.locator("[data-total]")).toHaveText("€3,054.00");
    await expect(page.locator("#cart-icon-bubble")).toHaveText("6");
    await buyer.remove(bikeTitle);
    await expect(page.getByText("Your cart is empty.")).toBeVisible();
    await expect(page.locator("[data-total]")).toHaveCount(0);
  });

  test(`${manner}: what the cart refuses is not taken for done`, async ({ page, shopper }) => {
    const buyer = shopper(manner);
    await cartPage(buyer);
    const refused = page.waitForResponse((response) =>
      /cart\/update\.js|cart-lines-update/.test(response.url()),
    );
    const isRefused = { status: 422, json: { status: 422, message: "No.", description: "No." } };
    await page.route("**/cart/update.js", (route) => route.fulfill(isRefused));
    await page.route("**/api/cart-lines-update", (route) =>
      route.fulfill({ json: { userErrors: [{ code: "INVALID", message: "No." }] } }),
    );
    if (manner === "plain") await buyer.page.evaluate(raise, bike);
    else await buyer.enterQuantity(bikeTitle, 3);
    await refused;
    await expect.poll(() => buyer.quantities()).toEqual({ [bike]: 3, [plan.accident]: 1 });
    await page.unrouteAll({ behavior: "wait" });
    await expect(told(buyer)).toBeEmpty();
    await page.goto(`${buyer.storefront.url}/cart`);
    // The plan covered all units before: it still follows.
    await expect.poll(() => buyer.quantities()).toEqual({ [bike]: 3, [plan.accident]: 3 });
  });
}

/** A theme's form would be put right on its way; a script's request is not. */
async function raise(variant: number): Promise<void> {
  const cart = await (await fetch("/cart.js")).json();
  const { key: id } = cart.items.find(
    (item: { variant_id: number }) => item.variant_id === variant,
  );
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ id, quantity: 3 });
  await fetch("/cart/change.js", { method: "POST", headers, body });
}

test("a drawer of a theme that goes its own way is not shown empty after an add", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("events");
  await buyer.open();
  await buyer.choose(/Accident/);
  await buyer.add();
  await expect(page.getByText("Your cart is empty.")).toBeHidden();
  await expect(buyer.quantityField(planTitle)).toBeVisible();
  await expect(page.locator("#cart-icon-bubble")).toHaveText("2");
});

test("in the cart a plan's line names what it protects, in the buyer's language", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  const texts = {
    "": "Protects: City bike Amsel, Blue",
    "/de": "Schützt: City bike Amsel, Blue",
    "/fr": "Protège: City bike Amsel, Blue",
    "/nl": "Beschermt: City bike Amsel, Blue",
  };
  for (const [root, text] of Object.entries(texts)) {
    await page.goto(`${buyer.storefront.url}${root}/products/city-bike?manner=drawer`);
    await page.getByRole("radio").nth(1).check();
    await buyer.add();
    await expect(page.getByRole("dialog").getByText(text)).toBeVisible();
  }
  await buyer.open("espresso-machine");
  await buyer.choose(/plus/);
  await buyer.add();
  await expect(page.getByText("Protects: Espresso machine Lena", { exact: true })).toBeVisible();
});

for (const manner of manners) {
  test(`${manner}: a plan leaves the cart when the buyer goes to another country, and it is said`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    await buyer.open("city-bike", "&country=fr");
    await buyer.choose(/Garantie/);
    await buyer.guarded(() => buyer.add());
    await expect(told(buyer)).toBeEmpty();
    // as a theme's choice of countries does: the page comes anew
    await buyer.open("espresso-machine", "&country=de");
    await expect(told(buyer)).toHaveText(
      "Removed from your cart: Garantie française. This plan is not sold in your country.",
    );
    await expect.poll(() => buyer.quantities()).toEqual({ [bike]: 1 });
    await page.reload();
    await expect(told(buyer)).toBeEmpty();
  });
}

test("a plan of another country is told of in the buyer's language", async ({ page, shopper }) => {
  const buyer = shopper("drawer");
  const texts = {
    "/de": /Dieser Schutzplan wird in deinem Land nicht verkauft\.$/,
    "/fr": /n’est pas vendue dans votre pays\.$/,
    "/nl": /wordt in jouw land niet verkocht\.$/,
  };
  for (const [root, text] of Object.entries(texts)) {
    await buyer.open("city-bike", "&country=fr");
    await buyer.choose(/Garantie/);
    await buyer.guarded(() => buyer.add());
    await page.goto(`${buyer.storefront.url}${root}/?country=de`);
    await expect(told(buyer)).toHaveText(text);
  }
});

test("a plan of any country stays where the buyer goes to another", async ({ shopper }) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await buyer.choose(/Accident/);
  await buyer.guarded(() => buyer.add());
  await buyer.open("espresso-machine", "&country=fr");
  await buyer.guarded(async () => {});
  expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.accident]: 1 });
  await expect(told(buyer)).toBeEmpty();
});
