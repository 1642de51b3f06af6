import type { Locator } from "@playwright/test";
import { expect, type Shopper, test } from "./shopper.ts";

const bike = 4101;

/** What the law wants said, by the root of each language. */
const languages = {
  "": [
    "Prices include insurance tax; no VAT is added.",
    "You can withdraw from a plan within 14 days.",
    "Hakuna’s privacy information",
    "Insurance details",
  ],
  "/de": [
    "Preise inklusive Versicherungsteuer; Umsatzsteuer fällt nicht an.",
    "Du kannst einen Schutzplan innerhalb von 14 Tagen widerrufen.",
    "Datenschutzhinweise von Hakuna",
    "Versicherungsdetails",
  ],
  "/fr": [
    "Prix incluant la taxe d’assurance ; aucune TVA ne s’y ajoute.",
    "Vous disposez de 14 jours pour renoncer à une protection.",
    "Informations de Hakuna sur la protection des données",
    "Détails de l’assurance",
  ],
  "/nl": [
    "Prijzen inclusief assurantiebelasting; er komt geen btw bij.",
    "Je hebt 14 dagen bedenktijd om een bescherming te herroepen.",
    "Privacyinformatie van Hakuna",
    "Verzekeringsdetails",
  ],
} as const;

type Place = (buyer: Shopper, root: string, more: string) => Promise<Locator>;

const withBike = async ({ page, storefront }: Shopper) => {
  await page.request.post(`${storefront.url}/cart/clear.js`);
  await page.request.post(`${storefront.url}/cart/add.js`, { data: { id: bike, quantity: 1 } });
};

/** Everywhere that a plan is offered. */
const places: Record<string, Place> = {
  "the block on a product page": async ({ page, storefront, manner }, root, more) => {
    await page.goto(`${storefront.url}${root}/products/city-bike?manner=${manner}${more}`);
    return page.locator("hakuna-protection");
  },
  "the block in a quick-add": async ({ page, storefront, manner }, root, more) => {
    await page.goto(`${storefront.url}${root}/?manner=${manner}${more}`);
    await page.getByRole("button", { name: "Quick add: City bike Amsel" }).click();
    return page.getByRole("dialog").locator("hakuna-protection");
  },
  "the offer on the cart page": async (buyer, root, more) => {
    const { page, storefront, manner } = buyer;
    await withBike(buyer);
    await page.goto(`${storefront.url}${root}/cart?manner=${manner}&cart_offer=on${more}`);
    const part = page.locator("hakuna-cart[data-place=page]");
    await part.locator("summary").click();
    return part;
  },
  "the offer in the drawer": async (buyer, root, more) => {
    const { page, storefront, manner } = buyer;
    await withBike(buyer);
    await page.goto(`${storefront.url}${root}/?manner=${manner}&drawer_offer=on${more}`);
    await page.getByRole("link", { name: /^Cart/ }).click();
    const part = page.locator("hakuna-cart[data-place=drawer]");
    await part.locator("summary").click();
    return part;
  },
};

for (const [place, open] of Object.entries(places)) {
  test(`${place} says what the law wants, in four languages, and selects nothing`, async ({
    shopper,
  }) => {
    const buyer = shopper("drawer");
    for (const [root, [tax, withdrawal, privacy, details]] of Object.entries(languages)) {
      const part = await open(buyer, root, "&privacy_url=default");
      await expect(part.getByText(tax)).toBeVisible();
      await expect(part.getByText(withdrawal)).toBeVisible();
      const link = part.getByRole("link", { name: privacy });
      await expect(link).toHaveAttribute("href", "https://www.hellohakuna.com");
      const plans = part.getByRole("radio").filter({ visible: true });
      // the first of them is none
      await expect(plans.first()).toBeChecked();
      await expect(plans.first()).toHaveValue("");
      const links = part.getByRole("link", { name: details });
      expect(await plans.count()).toBeGreaterThan(1);
      await expect(links).toHaveCount((await plans.count()) - 1);
      await expect(links.first()).toHaveAttribute("href", /^https:\/\/insurance\.example/);
    }
  });

  test(`${place} links to the address that the merchant entered, and never to none`, async ({
    shopper,
  }) => {
    const buyer = shopper("drawer");
    const [, , privacy] = languages[""];
    for (const [entered, expected] of [
      ["https://hakuna.example/privacy", "https://hakuna.example/privacy"],
      ["", "https://www.hellohakuna.com"],
      [" ", "https://www.hellohakuna.com"],
    ] as const) {
      const part = await open(buyer, "", `&privacy_url=${encodeURIComponent(entered)}`);
      const link = part.getByRole("link", { name: privacy });
      await expect(link).toHaveAttribute("href", expected);
    }
  });
}
