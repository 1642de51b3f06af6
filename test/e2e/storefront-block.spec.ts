import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Locator } from "@playwright/test";
import { plan } from "../simulator/storefront/catalog.ts";
import { expect, manners, test } from "./shopper.ts";

const bike = 4101;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const manner of manners) {
  test(`${manner}: product and plan are added in one request, with one key`, async ({
    shopper,
    storefront,
  }) => {
    const buyer = shopper(manner);
    await buyer.open();
    await expect(buyer.page.getByRole("radio", { name: "No protection" })).toBeChecked();
    await expect(
      buyer.page.getByRole("radio", { name: /plus.*2 years of cover.*€79.00/ }),
    ).toBeVisible();
    await buyer.choose(/^Warranty extension 1 year/);
    await expect(buyer.page.getByText("Buy it now")).toBeHidden();
    await buyer.page.getByRole("spinbutton", { name: "Quantity" }).fill("2");
    await buyer.add();

    const [product, protection] = await buyer.lines();
    const ref = product?.properties._hakuna_ref;
    expect(ref).toMatch(/^[0-9a-f-]{36}$/);
    expect(product).toMatchObject({
      variant_id: bike,
      quantity: 2,
      properties: { _hakuna_ref: ref },
    });
    expect(protection).toMatchObject({
      variant_id: plan.oneYear,
      quantity: 2,
      properties: {
        _hakuna_ref: ref,
        _hakuna_offer_id: "off-12345",
        _hakuna_plan_id: "pl-12345",
        _hakuna_product: String(bike),
      },
      parent_relationship: { parent_key: product?.key },
    });
    const { token } = await (await buyer.page.request.get(`${storefront.url}/cart.js`)).json();
    expect(storefront.changes.filter(({ cart }) => cart === token)).toHaveLength(1);
    await expect(buyer.page.locator("#cart-icon-bubble")).toHaveText("4");
  });

  test(`${manner}: without a plan, and without the script, the theme sells as ever`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    await buyer.open();
    await buyer.add();
    expect(await buyer.lines()).toMatchObject([{ variant_id: bike, properties: {} }]);

    await page.route("**/extension/*.js", (route) => route.abort());
    await buyer.open("espresso-machine");
    await expect(page.getByRole("radio", { includeHidden: true })).toHaveCount(2);
    await expect(page.getByText("No protection")).toBeHidden();
    await buyer.add();
    expect(await buyer.lines()).toMatchObject([{ variant_id: 4201, properties: {} }, {}]);
  });

  test(`${manner}: the plans follow the variant, the choice stays where it can`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper(manner);
    await buyer.open();
    await buyer.choose(/plus/);
    await page.getByRole("combobox", { name: "Color" }).selectOption("Red");
    await expect(page.getByRole("radio")).toHaveCount(2);
    await expect(page.getByRole("radio", { name: /plus/ })).toBeChecked();

    await page.getByRole("combobox", { name: "Color" }).selectOption("Blue");
    await expect(page.getByRole("radio")).toHaveCount(4);
    await buyer.choose(/Accident/);
    await page.getByRole("combobox", { name: "Color" }).selectOption("Red");
    await expect(page.getByRole("radio", { name: "No protection" })).toBeChecked();
    await buyer.choose(/plus/);
    await buyer.add();
    expect(await buyer.quantities()).toEqual({ 4102: 1, [plan.twoYears]: 1 });
  });
}

test("the same product twice with different plans stays two pairs", async ({ shopper }) => {
  const buyer = shopper("standard");
  await buyer.open();
  for (const name of [/^Warranty extension 1 year/, /Accident/]) {
    await buyer.open();
    await buyer.choose(name);
    await buyer.add();
  }
  const lines = await buyer.lines();
  expect(lines.map((line) => line.variant_id)).toEqual([bike, plan.accident, bike, plan.oneYear]);
  const refs = lines.map((line) => line.properties._hakuna_ref);
  expect([refs[0] === refs[1], refs[2] === refs[3], refs[0] === refs[2]]).toEqual([
    true,
    true,
    false,
  ]);
});

test("what the cart refuses is said beside the plans, and nothing is in the cart", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open();
  await page.getByRole("combobox", { name: "Color" }).selectOption("Green");
  await buyer.choose(/Accident/);
  await page.getByRole("spinbutton", { name: "Quantity" }).fill("2");
  await page.getByRole("button", { name: "Add to cart" }).click();
  const alert = page.locator("hakuna-protection").getByRole("alert");
  await expect(alert).toHaveText("You can only add 1 City bike Amsel to the cart.");
  expect(await buyer.lines()).toEqual([]);

  await page.route("**/cart/add.js", (route) => route.abort());
  await page.getByRole("button", { name: "Add to cart" }).click();
  await expect(alert).toHaveText("This could not be added to your cart. Please try again.");
  await page.unroute("**/cart/add.js");
  await page.getByRole("spinbutton", { name: "Quantity" }).fill("1");
  await buyer.add();
  await expect(page.locator(".hakuna-protection__error")).toBeEmpty();
  expect(await buyer.quantities()).toEqual({ 4103: 1, [plan.accident]: 1 });
});

test("a bundle takes no nested line: the plan is added beside it, and leaves with it", async ({
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open("camping-set");
  await buyer.choose(/Warranty/);
  await buyer.add();
  const lines = await buyer.lines();
  expect(new Set(lines.map((line) => line.properties._hakuna_ref)).size).toBe(1);
  expect(lines.map((line) => line.parent_relationship)).toEqual([undefined, undefined]);
  await buyer.remove("Camping set Firn");
  await expect(buyer.page.getByText("Your cart is empty.")).toBeVisible();
});

test("whatever else the form holds goes along, in themes that listen to the click alone too", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("plain");
  await buyer.open();
  await page.evaluate(() => {
    const form = document.querySelector("form#product-form");
    form?.insertAdjacentHTML(
      "beforeend",
      `<input name="properties[Engraving]" value="Max"><input name="properties[Logo]" type="file">`,
    );
    const button = form?.querySelector("[name=add]");
    button?.addEventListener("click", (event) => event.preventDefault());
  });
  const file = { name: "logo.png", mimeType: "image/png", buffer: Buffer.from("png") };
  await page.locator("[type=file]").setInputFiles(file);
  await buyer.choose(/Accident/);
  await buyer.add();
  const [product, protection] = await buyer.lines();
  expect(product?.properties).toMatchObject({ Engraving: "Max", Logo: "logo.png" });
  expect(protection?.properties).not.toHaveProperty("Engraving");
});

test("a double click on a slow network adds one pair", async ({ page, shopper }) => {
  const buyer = shopper("plain");
  const answer = await buyer.hold("**/cart/add.js");
  await buyer.open();
  await buyer.choose(/Accident/);
  const button = page.getByRole("button", { name: "Add to cart" });
  await button.dblclick();
  await expect(button).toHaveAttribute("aria-disabled", "true");
  answer();
  await page.getByRole("button", { name: "Check out" }).waitFor();
  expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.accident]: 1 });
});

test("by keyboard alone, and without an offense for axe, in every style and language", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  await buyer.open();
  const tabTo = async (target: Locator) => {
    const isThere = () => target.evaluate((element) => element === document.activeElement);
    for (let tabs = 0; tabs < 20 && !(await isThere()); tabs += 1) await page.keyboard.press("Tab");
    await expect(target).toBeFocused();
  };
  await tabTo(page.getByRole("radio", { name: "No protection" }));
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("radio", { name: /^Warranty extension 1 year/ })).toBeChecked();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: /details: Warranty extension \(/ })).toBeFocused();
  await tabTo(page.getByRole("button", { name: "Add to cart" }));
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Check out" }).waitFor();
  expect(await buyer.quantities()).toEqual({ [bike]: 1, [plan.oneYear]: 1 });

  const findings = async () => {
    await page.evaluate(axe);
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(on: string): Promise<{ violations: { id: string }[] }> };
      };
      return (await axe.run("hakuna-protection")).violations.map(({ id }) => id);
    });
  };
  const words = {
    "": ["Protect your product", "No protection", "1 year of cover", "18 months of cover"],
    "/de": ["Produkt absichern", "Ohne Schutz", "1 Jahr Schutz", "18 Monate Schutz"],
    "/fr": [
      "Protégez votre produit",
      "Sans protection",
      "1 an de protection",
      "18 mois de protection",
    ],
    "/nl": [
      "Bescherm je product",
      "Geen bescherming",
      "1 jaar bescherming",
      "18 maanden bescherming",
    ],
  };
  for (const [root, texts] of Object.entries(words)) {
    const style = root === "/de" ? "cards" : "list";
    await page.goto(`${buyer.storefront.url}${root}/products/city-bike?style=${style}`);
    for (const text of texts)
      await expect(page.getByText(text, { exact: true }).filter({ visible: true })).toBeVisible();
    expect(await findings()).toEqual([]);
  }
  await buyer.open("espresso-machine", "&style=checkbox&heading=Safe%20<b>");
  await expect(page.getByRole("group", { name: "Safe <b>" })).toBeVisible();
  expect(await findings()).toEqual([]);
  await page.getByRole("checkbox", { name: /plus/ }).check();
  await buyer.add();
  expect(await buyer.quantities()).toMatchObject({ 4201: 1, [plan.twoYears]: 1 });

  await buyer.open("bike-lock");
  await expect(page.locator("hakuna-protection")).toHaveCount(0);
});

test("a plan is offered at its offer's price alone, and in the country that it is of", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("drawer");
  const offered = () => page.locator("hakuna-protection").getByRole("radio").allTextContents();
  await buyer.open("helmet");
  await expect(page.getByRole("radio", { name: /^Priced cover/ })).toBeVisible();
  // the app made it before it wrote countries down: it is of the shop's own
  await expect(page.getByRole("radio", { name: /^Silent cover/ })).toBeVisible();
  await expect(page.getByRole("radio", { name: /^Mispriced cover/ })).toHaveCount(0);
  expect(await offered()).toHaveLength(3);
  await buyer.open("helmet", "&country=at");
  await expect(page.locator("hakuna-protection")).toHaveCount(0);
});

for (const [title, id] of [
  ["Carbon", 4902],
  ["Titanium", 4903],
  ["Gold", 4904],
] as const) {
  test(`a variant whose own plans are not offered gets none of its product's: ${title}`, async ({
    page,
    shopper,
  }) => {
    const buyer = shopper("drawer");
    const cover = page.getByRole("radio", { name: /^Warranty extension/ });
    await buyer.open("tandem");
    await buyer.choose(/^Warranty extension/);
    await page.getByRole("combobox", { name: "Color" }).selectOption(title);
    await expect(page.getByText(/is not offered for this variant/)).toBeVisible();
    await expect(page.getByRole("radio")).toHaveCount(0);
    await buyer.add();
    expect(await buyer.quantities()).toEqual({ [id]: 1 });

    await page.getByRole("combobox", { name: "Color" }).selectOption("Steel");
    await expect(cover).toBeVisible();
    await buyer.open("tandem", `&variant=${id}`);
    await page.getByRole("combobox", { name: "Color" }).selectOption("Steel");
    await expect(cover).toBeVisible();
    await page.getByRole("combobox", { name: "Color" }).selectOption(title);
    await expect(cover).toBeHidden();

    await page.goto(`${buyer.storefront.url}/cart?cart_offer=on`);
    await expect(page.getByRole("link", { name: "Tandem Duo" }).first()).toBeVisible();
    await expect(page.getByText("Protect Tandem Duo")).toHaveCount(0);
  });
}

test("the cart offers no plan of another country, nor at another price", async ({
  page,
  shopper,
}) => {
  const buyer = shopper("plain");
  await buyer.open("helmet");
  await buyer.add();
  await page.goto(`${buyer.storefront.url}/cart?cart_offer=on`);
  await page.getByText("Protect Helmet Kuppel").click();
  const part = page.locator("hakuna-cart");
  await expect(part.getByRole("radio", { name: /^Priced cover/ })).toBeVisible();
  await expect(part.getByRole("radio", { name: /^Mispriced cover/ })).toHaveCount(0);
  await page.goto(`${buyer.storefront.url}/cart?cart_offer=on&country=fr`);
  await expect(page.getByText("Protect Helmet Kuppel")).toHaveCount(0);
});
