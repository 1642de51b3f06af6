import { createClient } from "../server/client.ts";
import type { World } from "../world/world.ts";
import { overflow, violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

async function connected(world: World, domain: string) {
  const client = createClient(world);
  await client.connect(domain);
  await client.close();
  const simulated = world.shopify.shop(domain);
  simulated.scopes.add("write_products").add("write_publications");
  return simulated;
}

test("plans of further countries: settings, what each product has and lacks, access to markets", async ({
  page,
  world,
  shop,
}) => {
  const { catalog, markets, scopes } = await connected(world, shop.domain);
  world.hakuna.offers.behavior = { countries: ["de", "fr"] };
  markets.add(["FR"], { percent: 10 });
  catalog.add({ title: "City bike", variants: [{ price: "899.00" }] });

  let app = await openApp(page, world, shop.domain, "/app/settings");
  await expect(app.getByText("always offered in the country of your shop: Germany")).toBeVisible();
  const add = app.getByLabel("Also offer plans in another country");
  await add.selectOption("France");
  await add.selectOption("United States");
  await expect(add.getByRole("option", { name: "France" })).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Settings saved")).toBeVisible();
  expect(await overflow(page)).toEqual([]);

  app = await openApp(page, world, shop.domain, "/app/plans");
  await expect(app.getByText("Germany, France, United States", { exact: true })).toBeVisible();
  await app.getByRole("button", { name: "Choose products" }).click();
  await page.getByRole("dialog").getByLabel("City bike").check();
  await page.getByRole("dialog").getByRole("button", { name: "Select" }).click();
  await expect(app.getByText("1 of 1 product.")).toBeVisible();
  // what is amiss is said in a line
  await expect(app.getByText("3 plans from €35.96 · Germany", { exact: true })).toBeVisible();
  await expect(app.getByText("Not offered in France, United States")).toBeVisible();
  await app.getByRole("button", { name: "Details", exact: true }).click();
  const result = app.getByRole("listitem").filter({ hasText: "City bike" });
  await expect(result).toContainText(/Germany\s*1 Jahr Garantieverlängerung: €35.96/);
  await expect(result).toContainText(/France\s*1 an d’extension de garantie: €39.56/);
  await expect(result).toContainText("United States: Hakuna sells no plans in this country.");
  await expect(app.getByText("country_unsupported")).toHaveCount(0);
  await expect(app.getByRole("heading", { name: "France" })).toBeVisible();
  await expect(app.getByText("Displayed price differs: not offered")).toHaveCount(3);
  await expect(
    app.getByText("Hakuna's offer is €39.56, but buyers there would see €43.52."),
  ).toBeVisible();
  await expect(
    app.getByText("No plans: Hakuna sells no plans in this country.").first(),
  ).toBeVisible();
  expect(await violations(page)).toEqual([]);
  expect(await overflow(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await overflow(page)).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 900 });

  await app.getByRole("button", { name: "Countries and languages" }).click();
  // where plans are offered is said once, with the way to change it
  await expect(app.getByText("Germany, France, United States")).toHaveCount(1);
  await expect(app.getByRole("link", { name: "Change selling countries" })).toBeVisible();
  await app.getByRole("button", { name: "Grant access to markets" }).click();
  await expect(app.getByText("the plans' prices in it are set")).toBeVisible();
  expect([...scopes]).toContain("read_markets");
  await app.getByRole("button", { name: "Choose products" }).click();
  await page.getByRole("dialog").getByLabel("City bike").check();
  await page.getByRole("dialog").getByRole("button", { name: "Select" }).click();
  await expect(app.getByText("Displayed price differs: not offered")).toHaveCount(0);
  await expect(app.getByText("1 an d’extension de garantie · €39.56")).toBeVisible();
  await expect(app.getByText("3 plans from €35.96 · Germany, France")).toBeVisible();
  await expect(app.getByText("Not offered in United States")).toBeVisible();

  app = await openApp(page, world, shop.domain, "/app/settings?locale=de");
  await expect(
    app.getByText("Dort verkauft Hakuna keine Schutzpläne: Vereinigte Staaten."),
  ).toBeVisible();
  await app.getByRole("button", { name: "Vereinigte Staaten" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(app.getByText("Dort verkauft Hakuna keine Schutzpläne")).toBeHidden();
  world.hakuna.offers.behavior = {};
});

test("without an API key the page promises no renewal, and plans of a country that is left go", async ({
  page,
  world,
  shop,
}) => {
  const { catalog } = await connected(world, shop.domain);
  world.hakuna.offers.behavior = {};
  catalog.add({ title: "City bike", variants: [{ price: "899.00" }] });
  let app = await openApp(page, world, shop.domain, "/app/settings");
  await app.getByLabel("Also offer plans in another country").selectOption("France");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Settings saved")).toBeVisible();
  app = await openApp(page, world, shop.domain, "/app/plans");
  await app.getByRole("button", { name: "Choose products" }).click();
  await page.getByRole("dialog").getByLabel("City bike").check();
  await page.getByRole("dialog").getByRole("button", { name: "Select" }).click();
  await expect(app.getByText("the app renews it before then")).toHaveCount(2);

  const client = createClient(world);
  await client.pool.query(
    `UPDATE "Shop" SET "apiKeySealed" = NULL, "apiKeyLastFour" = NULL WHERE "domain" = $1`,
    [shop.domain],
  );
  await client.close();
  app = await openApp(page, world, shop.domain, "/app/settings");
  await app.getByRole("button", { name: "France" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Settings saved")).toBeVisible();
  app = await openApp(page, world, shop.domain, "/app/plans");
  await app.getByRole("button", { name: "Details", exact: true }).click();
  const job = app.getByRole("listitem").filter({ hasText: "City bike" });
  await expect(job).toContainText("Removed: France");
  await expect(app.getByText("Without an API key it is not renewed")).toHaveCount(1);
  await expect(app.getByText("the app renews it before then")).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await overflow(page)).toEqual([]);
});

test("plans linked by hand without a country are noted, and can be given one", async ({
  page,
  world,
  shop,
}) => {
  const { catalog } = await connected(world, shop.domain);
  catalog.add({ title: "City bike" });
  const own = catalog.add({
    title: "Our cover",
    vendor: "hakuna",
    variants: [{ title: "2 years", price: "21.00" }],
  });
  const link = async (country: string) => {
    const app = await openApp(page, world, shop.domain, "/app/plans");
    await app.getByRole("button", { name: "Link plans by hand" }).click();
    await app.getByRole("button", { name: "Choose plans" }).click();
    await page.getByRole("dialog").getByLabel("Our cover - 2 years").check();
    await page.getByRole("dialog").getByRole("button", { name: "Select" }).click();
    const dialog = app.getByRole("dialog");
    await dialog.getByLabel("Offer ID").fill("off-1");
    await dialog.getByLabel("Plan ID").fill("pl-1");
    await dialog.getByLabel("Link to the insurance details").fill("https://hakuna.example/i");
    await dialog.getByLabel("Country").selectOption(country);
    await dialog.getByRole("button", { name: "Choose products" }).click();
    await page.getByRole("dialog").getByLabel("City bike").check();
    await page.getByRole("dialog").getByRole("button", { name: "Select" }).click();
    await expect(app.getByText("1 of 1 product.")).toBeVisible();
    return app;
  };
  let app = await link("All countries");
  await expect(app.getByText("These plans name no country")).toBeVisible();
  expect(own.variants[0]?.metafields.has("app.country")).toBe(false);
  app = await link("Germany");
  await expect(app.getByText("These plans name no country")).toBeHidden();
  await expect(app.getByText("2 years · €21.00")).toBeVisible();
  expect(own.variants[0]?.metafields.get("app.country")?.value).toBe("de");
});
