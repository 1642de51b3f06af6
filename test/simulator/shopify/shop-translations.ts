import { createHash } from "node:crypto";
import type { CatalogProduct, ShopCatalog } from "./shop-catalog.ts";

/** What can be translated: a text of a resource, with Shopify's digest of it. */
export type Translatable = { resourceId: string; key: string; value: string; digest: string };
type Registered = { value: string; digest: string };

/** The languages of a shop, and the translations that were registered. */
export class ShopTranslations {
  locales: { locale: string; primary: boolean; published: boolean }[] = [
    { locale: "de", primary: true, published: true },
  ];
  readonly #registered = new Map<string, Registered>();
  readonly #catalog: ShopCatalog;

  constructor(catalog: ShopCatalog) {
    this.#catalog = catalog;
  }

  /** The texts of a product, of a value of its option, or of a metafield; null: nothing of the kind. */
  contentOf(resourceId: string): Translatable[] | null {
    for (const product of this.#catalog.products.values()) {
      if (product.id === resourceId) return [translatable(resourceId, "title", product.title)];
      for (const { id, title, metafields } of product.variants) {
        if (optionValueId(product, title) === resourceId) {
          return [translatable(resourceId, "name", title)];
        }
        for (const [name, { type, value }] of metafields) {
          if (metafieldId(id, name) !== resourceId) continue;
          const isText = type === "url" || type.endsWith("text_field");
          return isText ? [translatable(resourceId, "value", value)] : [];
        }
      }
    }
    return null;
  }

  register({ resourceId, key, digest }: Translatable, locale: string, value: string): void {
    this.#registered.set(`${resourceId} ${key} ${locale}`, { value, digest });
  }

  /** What buyers read; `outdated`: the text that it is of has changed since. */
  translation({ resourceId, key, digest }: Translatable, locale: string) {
    const found = this.#registered.get(`${resourceId} ${key} ${locale}`);
    return found && { key, locale, value: found.value, outdated: found.digest !== digest };
  }
}

/** A value that is named otherwise is another one. */
export function optionValueId({ id }: CatalogProduct, name: string): string {
  return `gid://shopify/ProductOptionValue/${numberOf(`${id} ${name}`)}`;
}

/** @param name of `Metafields`, with the namespace */
export function metafieldId(ownerId: string, name: string): string {
  return `gid://shopify/Metafield/${numberOf(`${ownerId} ${name}`)}`;
}

function translatable(resourceId: string, key: string, value: string): Translatable {
  return { resourceId, key, value, digest: createHash("sha256").update(value).digest("hex") };
}

function numberOf(text: string): number {
  return createHash("sha256").update(text).digest().readUIntBE(0, 6);
}
