import type { Metafields } from "../shopify/metafields.ts";
import type { SimulatedShop } from "../shopify/shop.ts";
import { type CatalogProduct, type CatalogVariant, onlineStore } from "../shopify/shop-catalog.ts";
import { metafieldId, optionValueId } from "../shopify/shop-translations.ts";
import type { Offer, Product, Shelf, Variant } from "./catalog.ts";

/**
 * What a simulated shop has on sale: its own products with what the app has written onto them, as a
 * buyer's theme is given them. The shop's markets pay in its own currency.
 */
export function shopShelf({ catalog, markets, translations, facts }: SimulatedShop): Shelf {
  return (country, locale) => {
    /** A text as buyers read it, by the resource that it is translated as. */
    const read = (resourceId: string, key: string, value: string) =>
      translations.translation({ resourceId, key, value, digest: "" }, locale)?.value ?? value;

    function productOf(product: CatalogProduct): Product {
      const { handle, vendor, description } = product;
      const isBundle = product.variants.every((one) => one.requiresComponents);
      return {
        ...{ id: numberOf(product.id), handle, vendor, description, isBundle },
        title: read(product.id, "title", product.title),
        plans: planIds(product.metafields) ?? [],
        variants: product.variants.map((variant) => variantOf(product, variant)),
      };
    }

    function variantOf(
      product: CatalogProduct,
      { id, title, sku, ...own }: CatalogVariant,
    ): Variant {
      const { amount } = markets.price(id, own.price, facts.currency, country.toUpperCase());
      return {
        ...{ id: numberOf(id), title: read(optionValueId(product, title), "name", title) },
        ...{ sku: sku ?? "", price: Math.round(Number(amount) * 100) },
        ...{ inventory: null, increment: 1, plans: planIds(own.metafields) },
        offer: offerOf(id, own.metafields),
      };
    }

    function offerOf(variantId: string, metafields: Metafields): Offer | null {
      const value = (key: string) => metafields.get(`app.${key}`)?.value ?? null;
      const offerId = value("offer_id");
      const planId = value("plan_id");
      if (offerId === null || planId === null) return null;
      const url = value("insurance_url");
      return {
        ...{ offerId, planId, termMonths: Number(value("term_months")) },
        insuranceUrl: url && read(metafieldId(variantId, "app.insurance_url"), "value", url),
        ...{ country: value("country"), price: value("offer_price") },
      };
    }

    return [...catalog.products.values()]
      .filter(({ status }) => status === "ACTIVE" || status === "UNLISTED")
      .filter(({ publishedOn }) => publishedOn.has(onlineStore))
      .map(productOf);
  };
}

function planIds(metafields: Metafields): number[] | null {
  const list = metafields.get("app.plans");
  return list ? (JSON.parse(list.value) as string[]).map(numberOf) : null;
}

/** The simulated shop's ids of products are below 2^53. */
function numberOf(gid: string): number {
  return Number(gid.slice(gid.lastIndexOf("/") + 1));
}
