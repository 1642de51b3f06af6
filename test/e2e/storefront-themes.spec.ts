import { plan } from "../simulator/storefront/catalog.ts";
import { expect, type Shopper, test } from "./shopper.ts";

const bike = 4101;
const blue = "City bike Amsel";
const failed = "This could not be added to your cart. Please try again.";

/** What the block says. */
const news = (buyer: Shopper) => buyer.page.locator(".hakuna-protection__news");
const error = (buyer: Shopper) => buyer.page.locator(".hakuna-protection__error");
const color = (buyer: Shopper) => buyer.page.getByRole("combobox", { name: "Color" });

/** Opens the quick-add of a product on the home page. */
async function quickAdd(buyer: Shopper, product = blue) {
  await buyer.page.goto(`${buyer.storefront.url}/?manner=${buyer.manner}`);
  await buyer.page.getByRole("button", { name: `Quick add: ${product}` }).click();
  const dialog = buyer.page.getByRole("dialog", { name: "Quick add" });
  await dialog.getByRole("radio", { name: /Accident/ }).waitFor();
  return dialog;
}

test("a click on empty space inside the form buys nothing", async ({ page, shopper }) => {
  const buyer = shopper("drawer");
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") asked.push(request.url());
  });
  await buyer.open();
  await buyer.choose(/Accident/);
  await page
    .locator("form#product-form")
    .evaluate((form) => form.setAttribute("style", "padding:40px"));
  await page.locator("form#product-form").click({ position: { x: 10, y: 10 } });
  await page.getByText("Quantity", { exact: true }).first().click();
  await page.getByRole("spinbutton", { name: "Quantity" }).click();
  await page.waitForLoadState("networkidle");
  expect(asked).toEqual([]);
  await buyer.add();
  expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.accident]: 1 });
});

for (const manner of ["standard", "events"] as const) {
  test(`${manner}: an add while a variant is loading buys and insures that variant`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    await buyer.open();
    await buyer.choose(/plus/);
    const answer = await buyer.hold("**/products/city-bike?variant=4102*");
    await color(buyer).selectOption("Red");
    await page.getByRole("button", { name: "Add to cart" }).click();
    await page.getByRole("button", { name: "Add to cart" }).click({ force: true });
    answer();
    await page.getByRole("button", { name: "Check out" }).waitFor();
    expect(await buyer.quantities()).toEqual({ 4102: 1, [plan.twoYears]: 1 });
    const [, protection] = await buyer.lines();
    expect(protection?.properties).toMatchObject({
      _hakuna_product: "4102",
      Protects: "City bike Amsel, Red",
    });
  });

  test(`${manner}: a plan that the loading variant does not have is not bought, nor is the product`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    await buyer.open();
    await buyer.choose(/Accident/);
    const answer = await buyer.hold("**/products/city-bike?variant=4102*");
    await color(buyer).selectOption("Red");
    await page.getByRole("button", { name: "Add to cart" }).click();
    answer();
    await expect(news(buyer)).toHaveText(/is not offered for this variant/);
    await expect(page.getByRole("radio", { name: "No protection" })).toBeChecked();
    expect(await buyer.lines()).toEqual([]);
  });

  test(`${manner}: in a quick-add of parsed HTML the block is alive and styled, and sells`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    const dialog = await quickAdd(buyer);
    const option = dialog.locator(".hakuna-protection__option").first();
    await expect(option).toHaveCSS("border-top-style", "solid");
    await dialog.getByRole("radio", { name: /Accident/ }).check();
    await expect(dialog.getByText("Buy it now")).toBeHidden();
    await dialog.getByRole("button", { name: "Add to cart" }).click();
    await page.getByRole("button", { name: "Check out" }).waitFor();
    await expect(dialog).toBeHidden();
    await expect(page.getByText("Your cart is empty.")).toBeHidden();
    expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.accident]: 1 });
  });

  test(`${manner}: a block that cannot come alive is not shown, and the theme sells as ever`, async ({
    page,
    shopper,
  }) => {
    await page.route("**/extension/*.js", (route) => route.abort());
    const buyer = shopper(manner);
    await page.goto(`${buyer.storefront.url}/?manner=${manner}`);
    await page.getByRole("button", { name: `Quick add: ${blue}` }).click();
    const dialog = page.getByRole("dialog", { name: "Quick add" });
    await dialog.getByRole("button", { name: "Add to cart" }).waitFor();
    await expect(dialog.locator("hakuna-protection")).toBeAttached();
    await expect(dialog.getByText("No protection").first()).toBeHidden();
    expect(await dialog.locator("hakuna-protection").boundingBox()).toBeNull();
    await dialog.getByRole("button", { name: "Add to cart" }).click();
    await page.getByRole("button", { name: "Check out" }).waitFor();
    expect(await buyer.quantities()).toEqual({ [bike]: 1 });
  });

  test(`${manner}: nothing is chosen when a quick-add opens again, for another product or the same`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    const dialog = await quickAdd(buyer);
    const none = dialog.getByRole("radio", { name: "No protection" });
    for (const product of ["Espresso machine Lena", blue, blue]) {
      await dialog.getByRole("radio", { name: /plus/ }).check();
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
      await page.getByRole("button", { name: `Quick add: ${product}` }).click();
      await expect(dialog.getByRole("heading", { name: product })).toBeVisible();
      await expect(none).toBeChecked();
    }
    await dialog.getByRole("radio", { name: /plus/ }).check();
    await dialog.getByRole("button", { name: "Add to cart" }).click();
    await page.getByRole("button", { name: "Check out" }).waitFor();
    expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.twoYears]: 1 });
  });

  test(`${manner}: the block of a closed quick-add leaves the page's own alone`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    await buyer.open();
    await page.evaluate(() => {
      const button = document.createElement("button");
      Object.assign(button, { textContent: "Again" }).dataset.quickAdd = "/products/city-bike";
      document.querySelector("header")?.append(button);
    });
    const own = page.getByRole("main");
    await own.getByRole("radio", { name: /plus/ }).check();
    await page.getByRole("button", { name: "Again" }).click();
    const dialog = page.getByRole("dialog", { name: "Quick add" });
    await expect(dialog.getByRole("radio", { name: "No protection" })).toBeChecked();
    await dialog.getByRole("radio", { name: /Accident/ }).check();
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(own.getByRole("radio", { name: /plus/ })).toBeChecked();
    await own.getByRole("radio", { name: "No protection" }).check();
    await buyer.add();
    expect(await buyer.quantities()).toEqual({ [bike]: 1 });
  });
}

test("a card of the same product elsewhere, and its button that opens something, are let be", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await page.evaluate(() => {
    document.querySelector("main")?.insertAdjacentHTML(
      "beforeend",
      `<div class="shopify-section"><form class="card-form" action="/cart/add" method="post">
        <input type="hidden" name="id" value="4102"><input type="hidden" name="product-id" value="41">
        <button type="button" name="add">Choose</button>
        <button type="submit">Add the red one</button>
      </form></div>`,
    );
    const choose = document.querySelector(".card-form [name=add]");
    choose?.addEventListener("click", () => choose.setAttribute("data-is-chosen", ""));
  });
  await buyer.choose(/Accident/);
  await page.getByRole("button", { name: "Choose" }).click();
  await expect(page.getByRole("button", { name: "Choose" })).toHaveAttribute("data-is-chosen");
  expect(await buyer.lines()).toEqual([]);
  // It sells another variant than the one whose plans are shown.
  await page.getByRole("button", { name: "Add the red one" }).click();
  await page.waitForURL("**/cart");
  expect(await buyer.quantities()).toEqual({ 4102: 1 });
});

test("a bar that sticks to the window sells the plan chosen on the page", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await page.evaluate(() => {
    document.body.insertAdjacentHTML(
      "beforeend",
      `<form action="/cart/add" method="post"><input type="hidden" name="id" value="4101">
        <button style="position: fixed; bottom: 0">Add from the bar</button></form>`,
    );
  });
  await buyer.choose(/Accident/);
  await page.getByRole("button", { name: "Add from the bar" }).click();
  await page.getByRole("button", { name: "Check out" }).waitFor();
  expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.accident]: 1 });
});

test("two products on one page: each keeps its own choice", async ({ page, shopper }) => {
  const buyer = shopper("drawer");
  await buyer.open("espresso-machine");
  await page.evaluate(() => {
    const button = document.createElement("button");
    Object.assign(button, { textContent: "Other" }).dataset.quickAdd = "/products/city-bike";
    document.querySelector("main")?.append(button);
  });
  const own = page.getByRole("main");
  await own.getByRole("radio", { name: /plus/ }).check();
  await page.getByRole("button", { name: "Other" }).click();
  const dialog = page.getByRole("dialog", { name: "Quick add" });
  await dialog.getByRole("radio", { name: /Accident/ }).check();
  await expect(own.getByRole("radio", { name: /plus/ })).toBeChecked();
  await dialog.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("button", { name: "Check out" }).waitFor();
  await own.getByRole("radio", { name: "No protection" }).check();
  await own.getByRole("radio", { name: /plus/ }).check();
  expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.accident]: 1 });
  await expect(own.getByRole("radio", { name: /plus/ })).toBeChecked();
});

test("a quick-add that runs scripts: styled, no express checkout beside a plan, closed behind the cart", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  const dialog = await quickAdd(buyer);
  const option = dialog.locator(".hakuna-protection__option").first();
  await expect(option).toHaveCSS("border-top-style", "solid");
  await dialog.getByRole("radio", { name: /Accident/ }).check();
  await expect(dialog.getByText("Buy it now")).toBeHidden();
  await dialog.getByRole("button", { name: "Add to cart" }).click();
  await page.getByRole("button", { name: "Check out" }).waitFor();
  await expect(dialog).toBeHidden();
  expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.accident]: 1 });
});

test("what was added is never said to have failed: where it cannot be shown, the cart page opens", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await page.evaluate(() => {
    Object.assign(document.querySelector("cart-drawer") ?? {}, {
      renderContents() {
        throw new Error("This theme has no such section.");
      },
    });
  });
  await buyer.choose(/Accident/);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.waitForURL("**/cart");
  expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.accident]: 1 });
});

test("an answer that was lost on its way is looked for in the cart", async ({ page, shopper }) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await page.route("**/cart/add.js", async (route) => {
    await route.fetch();
    await route.abort();
  });
  await buyer.choose(/Accident/);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await page.waitForURL("**/cart");
  expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.accident]: 1 });

  await page.unroute("**/cart/add.js");
  await page.route("**/cart/add.js", (route) => route.fulfill({ status: 503, body: "busy" }));
  await buyer.open("espresso-machine");
  await buyer.choose(/plus/);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await expect(error(buyer)).toHaveText(failed);
});

test("a variant beyond the 250 that Liquid lists gets its own plans, not the product's", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open("cargo-bike");
  await buyer.choose(/€249.00/);
  await color(buyer).selectOption("Frame 253");
  await expect(page.getByRole("radio", { name: /€399.00/ })).toBeVisible();
  await expect(page.getByRole("radio", { name: /€249.00/ })).toHaveCount(0);
  await expect(news(buyer)).toHaveText(/is not offered for this variant/);
  await buyer.choose(/€399.00/);
  await buyer.add();
  expect(await buyer.quantities()).toEqual({ 4753: 1, [plan.dear]: 1 });
  expect((await buyer.lines())[1]?.properties).toMatchObject({
    Protects: "Cargo bike Storch, Frame 253",
  });

  // One beyond the list that has none of its own, and one that the page begins with.
  await buyer.open("cargo-bike");
  await color(buyer).selectOption("Frame 251");
  await expect(page.getByRole("radio", { name: /€249.00/ })).toBeVisible();
  // Its own list is empty: it has none, though others of its price have.
  await color(buyer).selectOption("Frame 254");
  await expect(news(buyer)).toHaveText("");
  await expect(page.getByRole("radio")).toHaveCount(0);
  await buyer.open("cargo-bike", "&variant=4754");
  await expect(page.getByRole("radio")).toHaveCount(0);
  await buyer.open("cargo-bike", "&variant=4755");
  await expect(page.getByRole("radio", { name: /€399.00/ })).toBeVisible();
  await expect(page.getByRole("radio", { name: /€249.00/ })).toHaveCount(0);
});

test("an app that writes into the form as it is read is not made to do so by looking", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await page.evaluate(() => {
    Object.assign(window, { written: 0 });
    document.querySelector("form#product-form")?.addEventListener("formdata", ({ target }) => {
      (window as unknown as { written: number }).written += 1;
      const note = document.createElement("input");
      Object.assign(note, { type: "hidden", name: "properties[Gift]", value: "yes" });
      (target as HTMLFormElement).append(note);
    });
  });
  await color(buyer).selectOption("Green");
  await buyer.choose(/Accident/);
  await page.evaluate(() => document.body.append("x"));
  const written = () => page.evaluate(() => (window as unknown as { written: number }).written);
  await page.waitForLoadState("networkidle");
  expect(await written()).toBe(0);
  await buyer.add();
  expect(await written()).toBe(1);
});

test("at quantity three the price is each, with the total; a plan goes by its name and term", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open("cargo-bike");
  await expect(page.getByText("(3,999.00)")).toHaveCount(0);
  const option = page.getByRole("radio", { name: /^Bike cover 2 years of cover €249.00/ });
  await expect(option).toBeVisible();
  await page.getByRole("spinbutton", { name: "Quantity" }).fill("5");
  const price = page.locator(".hakuna-protection__price").filter({ visible: true });
  await expect(price).toHaveText(/€249.00\s*each, €1,245.00 in total/);
  await page.goto(`${buyer.storefront.url}/de/products/cargo-bike`);
  await page.getByRole("spinbutton", { name: "Quantity" }).fill("5");
  await expect(price).toHaveText(/249,00\s€\s*je Stück, zusammen 1\.245,00\s€/);
  await page.getByRole("spinbutton", { name: "Quantity" }).fill("1");
  await expect(price).toHaveText(/^\s*249,00\s€\s*$/);
});

test("on a narrow phone a total pushes nothing out of the page, in any language", async ({
  page,
  shopper,
}) => {
  const { storefront } = shopper("drawer");
  await page.setViewportSize({ width: 320, height: 900 });
  for (const style of ["cards", "list"]) {
    for (const root of ["", "/de", "/fr", "/nl"]) {
      await page.goto(`${storefront.url}${root}/products/city-bike?manner=drawer&style=${style}`);
      const width = async () => {
        const block = page.locator("hakuna-protection");
        const own = await block.evaluate(({ clientWidth, scrollWidth }) => [
          clientWidth,
          scrollWidth,
        ]);
        return { root, style, own };
      };
      const before = await width();
      await page.getByRole("spinbutton", { name: "Quantity" }).fill("50");
      const total = page.locator(".hakuna-protection__total").filter({ visible: true });
      await expect(total.first()).toBeVisible();
      expect(await width()).toEqual(before);
    }
  }
});

test("a variant that drops the chosen plan says so, once", async ({ page, shopper }) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await buyer.choose(/Accident/);
  await expect(news(buyer)).toBeEmpty();
  await color(buyer).selectOption("Red");
  await expect(page.getByRole("status").filter({ hasText: "choose again" })).toBeVisible();
  await color(buyer).selectOption("Blue");
  await expect(page.getByRole("radio", { name: "No protection" })).toBeChecked();
  await buyer.choose(/Accident/);
  await expect(news(buyer)).toBeEmpty();
});

test("without scripts the block takes no place", async ({ browser, storefront }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const height = async (extension: string) => {
    await page.goto(`${storefront.url}/products/city-bike?manner=plain&extension=${extension}`);
    return (await page.locator(".product").boundingBox())?.height;
  };
  const without = await height("off");
  expect(await height("on")).toBe(without);
  await context.close();
});

test("a script that cannot be loaded leaves no hole", async ({ page, shopper }) => {
  await page.route("**/extension/*.js", (route) => route.abort());
  await shopper("plain").open();
  await expect(page.locator("hakuna-protection")).toBeAttached();
  expect(await page.locator("hakuna-protection").boundingBox()).toBeNull();
});

test("a plan is shown in its country alone", async ({ page, shopper }) => {
  const buyer = shopper("drawer");
  await buyer.open();
  const french = page.getByRole("radio", { name: /Garantie/ });
  await expect(page.getByRole("radio", { name: /Accident/ })).toBeVisible();
  await expect(french).toHaveCount(0);
  await buyer.open("city-bike", "&country=fr");
  await expect(french).toBeVisible();
  await expect(page.getByRole("radio", { name: /Accident/ })).toBeVisible();
  await expect(page.getByRole("radio", { name: "No protection" })).toBeChecked();
});
