import type { Goods, SoldPlan } from "#test/simulator/shopify/order-life.ts";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import type { NewProduct } from "#test/simulator/shopify/shop-catalog.ts";
import { findVariant, type Product, type Variant } from "#test/simulator/storefront/catalog.ts";
import { shopShelf } from "#test/simulator/storefront/shop-shelf.ts";

/** Where the shop is. */
export const home = "de";

/** Where it sells plans beside that. Dutch buyers are sold goods without plans. */
export const abroad = ["at", "fr"];

const range: NewProduct[] = [
  {
    ...{ title: "City bike Amsel", vendor: "Radwerk", handle: "city-bike", option: "Color" },
    description: "Eight gears, a quiet belt drive and room for the groceries.",
    variants: [
      { title: "Blue", price: "899.00", sku: "RAD-AMS-B" },
      { title: "Red", price: "899.00", sku: "RAD-AMS-R" },
    ],
  },
  {
    ...{ title: "Espresso machine Lena", vendor: "Kaffeehaus", handle: "espresso-machine" },
    description: "Fifteen bar, ready in thirty seconds.",
    variants: [{ price: "549.00", sku: "KAF-LEN" }],
  },
  {
    ...{ title: "Headphones Stille", vendor: "Klangwerk", handle: "headphones" },
    description: "Forty hours of quiet on one charge.",
    variants: [{ price: "249.00", sku: "KLA-STI" }],
  },
  {
    ...{ title: "Hiking boots Firn", vendor: "Bergzeit", handle: "hiking-boots" },
    description: "Resoled for as long as you walk.",
    variants: [{ price: "179.50", sku: "BER-FIR" }],
  },
  {
    ...{ title: "Washing machine Welle 8", vendor: "Hausgut", handle: "washing-machine" },
    description: "Eight kilos, and hardly a sound.",
    variants: [{ price: "649.00", sku: "HAU-W8" }],
  },
  {
    ...{ title: "Bike lock Riegel", vendor: "Radwerk", handle: "bike-lock" },
    description: "Hardened steel; no plan is offered for it.",
    variants: [{ price: "49.00", sku: "RAD-RIE" }],
  },
];

/** No plans are wanted for it: Analytics names it among the products without. */
const plainHandle = "bike-lock";

/**
 * Puts the shop's goods on sale, and opens its markets and their languages.
 *
 * @returns the ids of the products for which plans are to be offered
 */
export function stock({ catalog, markets, translations, facts }: SimulatedShop): string[] {
  facts.name = "Vogelsang";
  translations.locales = [
    { locale: "en", primary: true, published: true },
    { locale: "de", primary: false, published: true },
    { locale: "fr", primary: false, published: true },
  ];
  markets.add(["AT"], {});
  markets.add(["FR"], { percent: 5 });
  const added = range.map((product) => catalog.add(product));
  return added.filter(({ handle }) => handle !== plainHandle).map(({ id }) => id);
}

/** What the shop's storefront offers a customer, with the plans that are sold where they live. */
export function goodsOf(shop: SimulatedShop): (country: string | undefined) => readonly Goods[] {
  const shelf = shopShelf(shop);
  return (given) => {
    const country = given?.toLowerCase() ?? home;
    const products = shelf(country, "en");
    const plansOf = (ids: readonly number[]) =>
      ids.flatMap((id) => {
        const found = findVariant(products, id);
        const isSold = found?.variant.offer?.country === country;
        return found && isSold ? [soldPlan(found.product, found.variant)] : [];
      });
    return products
      .filter(({ vendor }) => vendor !== "hakuna")
      .flatMap((product) =>
        product.variants.map((variant) => ({
          ...soldAs(product, variant),
          vendor: product.vendor,
          plans: plansOf(variant.plans ?? product.plans),
        })),
      );
  };
}

function soldPlan(product: Product, variant: Variant): SoldPlan {
  const { offerId: offer = "", planId: plan = "" } = variant.offer ?? {};
  return { ...soldAs(product, variant), offer, plan };
}

function soldAs(product: Product, variant: Variant) {
  return {
    ...{ title: product.title, sku: variant.sku, price: variant.price },
    ...{ productId: BigInt(product.id), variantId: BigInt(variant.id) },
  };
}
