import type { Page } from "@playwright/test";
import { hakunaClauseUrl, privacyClause } from "#app/texts/privacy-clause.ts";
import type { World } from "../world/world.ts";
import { violations } from "./accessibility.ts";
import { openApp } from "./admin-browser.ts";
import { expect, test } from "./fixtures.ts";

const simulated = (world: World, domain: string) => world.shopify.shop(domain);
const toast = (page: Page) => page.getByRole("status");

test("the rule at checkout is turned on from the settings, with its access, and off again", async ({
  page,
  world,
  shop,
}) => {
  const { validations, scopes } = simulated(world, shop.domain);
  const app = await openApp(page, world, shop.domain, "/app/settings");
  await expect(app.getByText("Needs access")).toBeVisible();
  expect(scopes.has("write_validations")).toBe(false);
  await app.getByRole("button", { name: "Turn on" }).click();
  await expect(toast(page)).toContainText("The rule at checkout is on");
  await expect(app.getByText("Shopify checks every cart at checkout.")).toBeVisible();
  expect(scopes.has("write_validations")).toBe(true);
  expect(validations.own).toMatchObject([{ enabled: true, blockOnFailure: false }]);

  await page.reload();
  await app.getByRole("button", { name: "Turn off" }).click();
  await expect(toast(page)).toContainText("The rule at checkout is off");
  await expect(app.getByText("Nothing is checked at checkout.")).toBeVisible();
  expect(validations.own).toMatchObject([{ enabled: false }]);
  await expect(app.getByRole("button", { name: "Turn on" })).toBeVisible();
});

test("a merchant who does not grant the access is told, and nothing changes", async ({
  page,
  world,
  shop,
}) => {
  const app = await openApp(page, world, shop.domain, "/app/settings");
  await app.getByText("Needs access").waitFor();
  await app.locator("body").evaluate(() => {
    const { shopify } = window as unknown as { shopify: { scopes: object } };
    Object.assign(shopify.scopes, { request: async () => ({ result: "declined-all" }) });
  });
  await app.getByRole("button", { name: "Turn on" }).click();
  await expect(toast(page)).toContainText("Access was not granted");
  expect(simulated(world, shop.domain).validations.all).toEqual([]);
  await expect(app.getByRole("button", { name: "Turn on" })).toBeEnabled();
});

test("what the merchant changes in Shopify's settings shows when they come back", async ({
  page,
  world,
  shop,
}) => {
  const { validations, scopes } = simulated(world, shop.domain);
  scopes.add("write_validations");
  const app = await openApp(page, world, shop.domain, "/app/settings");
  await app.getByRole("button", { name: "Turn on" }).click();
  await expect(toast(page)).toContainText("The rule at checkout is on");
  for (const one of validations.own) one.enabled = false;
  await app.locator("body").evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await expect(app.getByRole("button", { name: "Turn on" })).toBeVisible();
});

for (const [name, arrange, words] of [
  [
    "25 rules are active",
    (world, domain) => {
      for (let count = 0; count < 25; count += 1) {
        simulated(world, domain).validations.add({
          ...{ title: "Minimum order", enabled: true },
          shopifyFunction: { handle: "minimum-order", appKey: "another-app" },
        });
      }
    },
    "Turn one off in Shopify under Settings, Checkout, Checkout rules",
  ],
  [
    "the shop is not on Plus",
    (world, domain) => {
      simulated(world, domain).validations.isEligible = false;
    },
    "only on the Plus plan",
  ],
] as [string, (world: World, domain: string) => void, string][]) {
  test(`where Shopify refuses, the page says what to do: ${name}`, async ({
    page,
    world,
    shop,
  }) => {
    simulated(world, shop.domain).scopes.add("write_validations");
    arrange(world, shop.domain);
    const app = await openApp(page, world, shop.domain, "/app/settings");
    await app.getByRole("button", { name: "Turn on" }).click();
    await expect(app.getByText(words)).toBeVisible();
    expect(simulated(world, shop.domain).validations.own).toEqual([]);
  });
}

test("where there is no rule, or no answer, the page says so", async ({ page, world, shop }) => {
  const { validations, scopes, faults } = simulated(world, shop.domain);
  scopes.add("write_validations");
  validations.deployed.clear();
  const app = await openApp(page, world, shop.domain, "/app/settings");
  await expect(app.getByText("This version of the app comes without the rule.")).toBeVisible();
  await expect(app.getByRole("button", { name: "Turn on" })).toHaveCount(0);

  validations.deployed.add("cart-rule");
  faults.plan({ kind: "dropped" }, { of: "GrantedScopes", times: 100 });
  await page.reload();
  await expect(app.getByText("Shopify did not say whether the rule is on.")).toBeVisible();
  faults.clear();
  await app.getByRole("button", { name: "Ask again" }).click();
  await expect(app.getByRole("button", { name: "Turn on" })).toBeVisible();
});

test("the setup guide turns it on too, and needs it for nothing", async ({ page, world, shop }) => {
  const { validations, asked } = simulated(world, shop.domain);
  await shop.set({
    ...{ connection: "connected", testedAt: new Date(), blockSeenAt: new Date() },
    lastAcceptedAt: new Date(),
  });
  const app = await openApp(page, world, shop.domain);
  await expect(app.getByText("4 of 5 steps done")).toBeVisible();
  await expect(app.getByRole("button", { name: "Hide the setup guide" })).toBeVisible();
  await app.getByRole("button", { name: "Let Shopify check carts at checkout" }).click();
  await app.getByRole("button", { name: "Turn on" }).click();
  await expect(toast(page)).toContainText("The rule at checkout is on");
  expect(validations.own).toMatchObject([{ enabled: true }]);
  expect(await violations(page)).toEqual([]);

  // the page refreshes itself; Shopify is not asked with it
  const looks = () => asked.filter(({ query }) => query.includes("CheckoutRules")).length;
  const before = looks();
  const refreshed = page.waitForResponse((answer) => answer.url().includes("/app.data"));
  await app.locator("body").evaluate(() => {
    // as useRefresh does when its time has come
    const { __remixRouter: router } = window as unknown as {
      __remixRouter: { revalidate(): void };
    };
    router.revalidate();
  });
  await refreshed;
  expect(looks()).toBe(before);

  await app.getByRole("button", { name: "Turn off" }).click();
  await expect(toast(page)).toContainText("The rule at checkout is off");
});

test("the guide gives a clause for the privacy policy, in English and German", async ({
  page,
  world,
  shop,
}) => {
  const app = await openApp(page, world, shop.domain);
  await app.getByRole("button", { name: "Tell buyers in your privacy policy" }).click();
  await expect(app.getByText("Have a lawyer review it before you publish it.")).toBeVisible();
  await expect(app.getByRole("link", { name: "Hakuna's clause" })).toHaveAttribute(
    "href",
    hakunaClauseUrl,
  );
  // the browser of the tests lets no frame write to its clipboard
  await app.getByRole("button", { name: "Copy text" }).click();
  await expect(toast(page)).toContainText("Select it and copy it by hand");
  const body = app.locator("body");
  await body.evaluate(() => {
    navigator.clipboard.writeText = async (text) => {
      document.body.dataset.copied = text;
    };
  });
  await app.getByRole("button", { name: "Copy text" }).click();
  await expect(toast(page)).toContainText("Copied");
  await expect(body).toHaveAttribute("data-copied", privacyClause.en);
  await app.getByRole("button", { name: "Deutsch" }).click();
  await expect(app.getByText("Produktschutz von Hakuna")).toBeVisible();
  await app.getByRole("button", { name: "Copy text" }).click();
  await expect(body).toHaveAttribute("data-copied", privacyClause.de);
});

test("in German", async ({ page, world, shop }) => {
  const app = await openApp(page, world, shop.domain, "/app/settings?locale=de");
  await expect(app.getByText("Zugriff nötig")).toBeVisible();
  await app.getByRole("button", { name: "Einschalten" }).click();
  await expect(app.getByText("Shopify prüft jeden Warenkorb im Checkout.")).toBeVisible();
  await page.getByRole("link", { name: "Übersicht" }).click();
  await app.getByRole("button", { name: "Hinweis für die Datenschutzerklärung" }).click();
  await expect(app.getByText("Lass ihn anwaltlich prüfen")).toBeVisible();
  await expect(app.getByText("Produktschutz von Hakuna")).toBeVisible();
});
