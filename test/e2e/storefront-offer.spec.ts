import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Locator } from "@playwright/test";
import { plan } from "../simulator/storefront/catalog.ts";
import { expect, manners, type Shopper, test } from "./shopper.ts";

const bike = 4101;
const machine = 4201;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

type Shifts = { shifts: unknown[] };

/** Puts variants into the cart, without any plan. */
async function fill(buyer: Shopper, ...variants: readonly (number | [number, number])[]) {
  await buyer.page.goto(`${buyer.storefront.url}/?manner=${buyer.manner}`);
  for (const each of variants) {
    const [id, quantity] = typeof each === "number" ? [each, 1] : each;
    await buyer.page.request.post(`${buyer.storefront.url}/cart/add.js`, {
      data: { id, quantity },
    });
  }
}

/** The part of the extension on the cart page. */
async function onPage(buyer: Shopper, root = ""): Promise<Locator> {
  const { url } = buyer.storefront;
  await buyer.page.goto(`${url}${root}/cart?manner=${buyer.manner}&cart_offer=on`);
  return buyer.page.locator("hakuna-cart[data-place=page]");
}

/** The same in the drawer, which is opened. */
async function inDrawer(buyer: Shopper): Promise<Locator> {
  const { url } = buyer.storefront;
  await buyer.page.goto(`${url}/?manner=${buyer.manner}&drawer_offer=on`);
  await buyer.page.getByRole("link", { name: /^Cart/ }).click();
  return buyer.page.locator("hakuna-cart[data-place=drawer]");
}

const places = [
  ...manners.map((manner) => ({ manner, place: "page", open: onPage })),
  ...manners
    .filter((manner) => manner !== "plain")
    .map((manner) => ({ manner, place: "drawer", open: inDrawer })),
];

for (const { manner, place, open } of places) {
  test(`${manner}, ${place}: an unprotected product gets its plan, as a pair, under its line`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    await fill(buyer, [bike, 2], 4401);
    const part = await open(buyer);
    await expect(part.locator("summary")).toHaveCount(1);
    const offer = part.getByText("Protect City bike Amsel, Blue");
    await expect(part.getByText("from €49.00")).toBeVisible();
    await offer.click();
    await expect(part.getByRole("radio", { name: "No protection" })).toBeChecked();
    const add = part.getByRole("button", { name: "Add protection" });
    await expect(add).toBeDisabled();
    await expect(part.getByRole("link", { name: /Insurance details: Accident/ })).toBeVisible();
    await part.getByRole("radio", { name: /Accident.*€119.00 each, €238.00 in total/ }).check();
    await add.click();
    await expect(buyer.quantityField("Hakuna protection - Accident protection")).toHaveValue("2");
    if (manner !== "plain") {
      await expect(part.getByRole("status")).toHaveText("The protection was added to your cart.");
    }

    const lines = await buyer.lines();
    const [product, protection] = lines.slice(lines.findIndex((line) => line.variant_id === bike));
    const ref = product?.properties._hakuna_ref;
    expect(ref).toMatch(/^[0-9a-f-]{36}$/);
    expect(protection).toMatchObject({
      variant_id: plan.accident,
      quantity: 2,
      properties: {
        _hakuna_ref: ref,
        _hakuna_offer_id: "off-23456",
        _hakuna_plan_id: "pl-23456",
        _hakuna_product: String(bike),
        Protects: "City bike Amsel, Blue",
      },
      parent_relationship: { parent_key: product?.key },
    });
    await expect(part.locator("summary")).toHaveCount(0);
    await expect(part.getByText("Protects: City bike Amsel, Blue")).toBeVisible();
    const details = part.getByRole("link", { name: "Insurance details: Accident protection" });
    await expect(details).toHaveAttribute("href", "https://insurance.example/details/23456");
    // The pair is one to the guard, too.
    await page.goto(`${buyer.storefront.url}/cart?manner=${manner}`);
    await buyer.setQuantity("City bike Amsel - Blue", 3);
    await expect.poll(() => buyer.quantities()).toMatchObject({ [bike]: 3, [plan.accident]: 3 });
  });
}

test("three offers at most; protected products, and those without plans, get none", async ({
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await buyer.choose(/Accident/);
  await buyer.guarded(() => buyer.add());
  await fill(buyer, 4102, 4103, machine, 4301, 4401);
  const part = await onPage(buyer);
  await expect(part.locator("summary")).toHaveCount(3);
  await expect(part.getByText("Protect City bike Amsel, Blue")).toHaveCount(0);
  await expect(part.getByText(/Bike lock/)).toHaveCount(0);
  await expect(part.getByRole("radio", { includeHidden: true, checked: true })).toHaveCount(3);
});

for (const reference of ["4101", " 4101 ", "gid://shopify/ProductVariant/4101/?a=b"]) {
  test(`a plan that names its product as “${reference}” protects it`, async ({ shopper }) => {
    const buyer = shopper("drawer");
    await fill(buyer, bike, machine);
    await buyer.page.request.post(`${buyer.storefront.url}/cart/add.js`, {
      data: { id: plan.oneYear, quantity: 1, properties: { _hakuna_product: reference } },
    });
    const part = await onPage(buyer);
    await expect(part.locator("summary")).toHaveCount(1);
    await expect(part.getByText("Protect City bike Amsel, Blue")).toHaveCount(0);
  });
}

test("who says no is not asked again during the visit, and nothing moves", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("standard");
  await fill(buyer, bike);
  await page.addInitScript(() => {
    Object.assign(window, { shifts: [] });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) (window as unknown as Shifts).shifts.push(entry);
    }).observe({ type: "layout-shift", buffered: true });
  });
  const shifts = () => page.evaluate(() => (window as unknown as Shifts).shifts.length);
  let part = await onPage(buyer);
  await part.getByRole("button", { name: "No, thanks" }).waitFor();
  expect(await shifts()).toBe(0);
  await part.getByRole("button", { name: "No, thanks" }).click();
  await expect(part.getByRole("status")).toHaveText("We will not ask again during this visit.");
  await expect(part.locator("summary")).toBeHidden();
  part = await onPage(buyer);
  await expect(part).toBeAttached();
  await expect(part).toBeHidden();
  await page.waitForLoadState("networkidle");
  expect(await shifts()).toBe(0);
  part = await inDrawer(buyer);
  await expect(part).toBeAttached();
  await expect(part).toBeHidden();
  // What the plans protect is still said.
  await buyer.open();
  await buyer.choose(/Accident/);
  await buyer.add();
  part = await onPage(buyer);
  await expect(part.getByText("Protects: City bike Amsel, Blue")).toBeVisible();
  await expect(part.locator("summary")).toBeHidden();

  const fresh = await page.context().newPage();
  await fresh.goto(`${buyer.storefront.url}/cart`);
  await expect(fresh.locator("hakuna-cart[data-place=page] summary")).toBeVisible();
});

test("an answer that was lost on its way is looked for in the cart, and nothing is added twice", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await fill(buyer, bike);
  const part = await onPage(buyer);
  await part.getByText("Protect City bike").click();
  await part.getByRole("radio", { name: /Accident/ }).check();
  await page.route("**/cart/add.js", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await part.getByRole("button", { name: "Add protection" }).click();
  await expect(part.getByRole("status")).toHaveText("The protection was added to your cart.");
  await expect(part.getByRole("alert")).toBeEmpty();
  expect(await buyer.lines()).toHaveLength(2);
  const { token } = await (await page.request.get(`${buyer.storefront.url}/cart.js`)).json();
  const adds = buyer.storefront.changes.filter(
    ({ cart, items }) => cart === token && items.some(({ id }) => id === plan.accident),
  );
  expect(adds).toHaveLength(1);
});

test("where nothing was added, a second try adds it", async ({ page, shopper }) => {
  const buyer = shopper("drawer");
  await fill(buyer, bike);
  const part = await onPage(buyer);
  await part.getByText("Protect City bike").click();
  await part.getByRole("radio", { name: /Accident/ }).check();
  await page.route("**/cart/add.js", (route) => route.abort());
  await part.getByRole("button", { name: "Add protection" }).click();
  await expect(part.getByRole("alert")).toHaveText(/could not be added/);
  await page.unroute("**/cart/add.js");
  await part.getByRole("button", { name: "Add protection" }).click();
  await expect(part.getByRole("status")).toHaveText("The protection was added to your cart.");
  expect(await buyer.lines()).toHaveLength(2);
});

test("what the cart refuses is said there, in its words", async ({ page, shopper }) => {
  const buyer = shopper("drawer");
  await fill(buyer, bike);
  const part = await onPage(buyer);
  await part.getByText("Protect City bike").click();
  await part.getByRole("radio", { name: /Accident/ }).check();
  await page.route("**/cart/add.js", (route) =>
    route.fulfill({ status: 422, json: { description: "Not more than one." } }),
  );
  await part.getByRole("button", { name: "Add protection" }).click();
  await expect(part.getByRole("alert")).toHaveText("Not more than one.");
  await page.unroute("**/cart/add.js");
  await part.getByRole("button", { name: "Add protection" }).click();
  await expect.poll(() => buyer.quantities()).toEqual({ [bike]: 1, [plan.accident]: 1 });
});

test("a bundle's plan is added beside it", async ({ shopper }) => {
  const buyer = shopper("drawer");
  await fill(buyer, 4301);
  const part = await onPage(buyer);
  await part.getByText("Protect Camping set Firn").click();
  await part.getByRole("radio", { name: /Warranty/ }).check();
  await part.getByRole("button", { name: "Add protection" }).click();
  await expect.poll(() => buyer.quantities()).toEqual({ 4301: 1, [plan.oneYear]: 1 });
  const refs = (await buyer.lines()).map((line) => line.properties._hakuna_ref);
  expect(new Set(refs).size).toBe(1);
});

test("the drawer's offer follows the cart, and is read where it is not in the way", async ({
  page,
  shopper,
}) => {
  for (const manner of ["drawer", "standard", "events"] as const) {
    const buyer = shopper(manner);
    await buyer.open("city-bike", "&drawer_offer=on");
    await buyer.add();
    const part = page.locator("hakuna-cart[data-place=drawer]");
    await expect(part.getByText("Protect City bike Amsel, Blue")).toBeVisible();
    // A choice there is no change of a quantity to the theme.
    const before = buyer.storefront.changes.length;
    await part.getByText("Protect City bike Amsel, Blue").click();
    await part.getByRole("radio", { name: /Accident/ }).check();
    await page.waitForLoadState("networkidle");
    expect(buyer.storefront.changes.length).toBe(before);
    await buyer.remove("City bike Amsel - Blue");
    await expect(page.getByText("Your cart is empty.")).toBeVisible();
    await expect(part.getByText(/Protect City bike/)).toHaveCount(0);
  }
});

for (const manner of ["drawer", "standard", "events"] as const) {
  test(`${manner}: in an open drawer it comes below the lines, and moves neither them nor the checkout`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    const answer = await buyer.hold(`${buyer.storefront.url}/cart`);
    await buyer.open("city-bike", "&drawer_offer=on");
    await buyer.add();
    const line = page.getByRole("link", { name: /^City bike Amsel/ }).last();
    const checkOut = page.getByRole("button", { name: "Check out" });
    const where = async () => [await line.boundingBox(), await checkOut.boundingBox()];
    let before = await where();
    // The theme may still be rendering its lines.
    await expect
      .poll(async () => {
        const last = before;
        before = await where();
        return !before.includes(null) && JSON.stringify(before) === JSON.stringify(last);
      })
      .toBe(true);
    const part = page.locator("hakuna-cart[data-place=drawer]");
    await expect(part.getByText(/Protect City bike/)).toHaveCount(0);
    answer();
    await expect(part.getByText("Protect City bike Amsel, Blue")).toBeVisible();
    await expect.poll(where).toEqual(before);
  });
}

test("without its scripts it is not there, and where it is off nothing of it is loaded", async ({
  browser,
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await buyer.open();
  await page.goto(`${buyer.storefront.url}/cart`);
  expect(loaded.filter((url) => /cart-offer|theme-cart|sale\.js/.test(url))).toEqual([]);

  await fill(buyer, bike);
  await page.route("**/extension/*.js", (route) => route.abort());
  const part = await onPage(buyer);
  await expect(part).toBeAttached();
  expect(await part.boundingBox()).toBeNull();

  const context = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await page.context().storageState(),
  });
  const plain = await context.newPage();
  await plain.goto(`${buyer.storefront.url}/cart`);
  await expect(plain.getByText("City bike Amsel - Blue")).toBeVisible();
  await expect(plain.locator("hakuna-cart")).toBeHidden();
  await context.close();
});

test("by keyboard alone, and without an offense for axe, in every language", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  const findings = async (part: Locator) => {
    await expect(part.locator("summary").first()).toBeVisible();
    await part.locator("summary").first().click();
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(on: string): Promise<{ violations: { id: string }[] }> };
      };
      return (await axe.run("hakuna-cart")).violations.map(({ id }) => id);
    });
  };
  await fill(buyer, bike, machine);
  const texts = {
    "": ["Protect your purchase", "No, thanks", "within 14 days"],
    "/de": ["Einkauf absichern", "Nein, danke", "innerhalb von 14 Tagen"],
    "/fr": ["Protégez votre achat", "Non, merci", "14 jours pour renoncer"],
    "/nl": ["Bescherm je aankoop", "Nee, bedankt", "14 dagen bedenktijd"],
  };
  for (const [root, words] of Object.entries(texts)) {
    const part = await onPage(buyer, root);
    for (const word of words) await expect(part).toContainText(word);
    expect(await findings(part)).toEqual([]);
  }
  expect(await findings(await inDrawer(buyer))).toEqual([]);

  const part = await onPage(buyer);
  await part.locator("summary").first().focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  const add = part.getByRole("button", { name: "Add protection" }).first();
  await expect(add).toBeEnabled();
  for (let tabs = 0; tabs < 8; tabs += 1) {
    await page.keyboard.press("Tab");
    if (await add.evaluate((button) => button === document.activeElement)) break;
  }
  await page.keyboard.press("Enter");
  await expect(part).toBeFocused();
  await expect(part.getByRole("status")).toHaveText("The protection was added to your cart.");
});
