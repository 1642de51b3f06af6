import type { Metafields } from "./metafields.ts";
import { emptyMetafields } from "./metafields.ts";

/** A variant of the simulated shop's catalog; `price` as Shopify writes it. */
export type CatalogVariant = {
  id: string;
  /** the value of the product's one option */
  title: string;
  price: string;
  sku: string | null;
  taxable: boolean;
  tracked: boolean;
  requiresShipping: boolean;
  sellsWithoutStock: boolean;
  /** a bundle: bought, it becomes its components */
  requiresComponents: boolean;
  metafields: Metafields;
};

export type CatalogProduct = {
  id: string;
  title: string;
  handle: string;
  vendor: string;
  productType: string;
  description: string;
  status: "ACTIVE" | "ARCHIVED" | "DRAFT" | "UNLISTED";
  isGiftCard: boolean;
  option: string;
  variants: CatalogVariant[];
  metafields: Metafields;
  /** ids of the publications that it is in */
  publishedOn: Set<string>;
};

export type CatalogCollection = { id: string; title: string; productIds: string[] };

/** A product to be put on sale; what is left out is as a merchant's usual goods are. */
export type NewProduct = {
  title: string;
  vendor?: string;
  productType?: string;
  description?: string;
  handle?: string;
  option?: string;
  variants?: ({ price: string } & Partial<Omit<CatalogVariant, "id" | "metafields">>)[];
};

export const onlineStore = "gid://shopify/Publication/1";

/** The products and collections of a simulated shop. */
export class ShopCatalog {
  readonly products = new Map<string, CatalogProduct>();
  readonly collections = new Map<string, CatalogCollection>();
  /** variants that apps may still make today; Shopify limits them in shops that have 50,000 */
  newVariantsLeft = Number.POSITIVE_INFINITY;
  #lastId = 7_000_000_000_000;

  nextId(type: string): string {
    this.#lastId += 1;
    return `gid://shopify/${type}/${this.#lastId}`;
  }

  add(given: NewProduct) {
    const { title, vendor = "Radwerk", productType = "", description = "" } = given;
    const { handle, option, variants } = given;
    const id = this.nextId("Product");
    const product: CatalogProduct = {
      id,
      title,
      handle: handle ?? `${title.toLowerCase().replaceAll(/\W+/g, "-")}-${id.slice(-4)}`,
      vendor,
      productType,
      description,
      status: "ACTIVE",
      isGiftCard: false,
      option: option ?? "Title",
      variants: (variants ?? [{ price: "100.00" }]).map((variant) => ({
        ...newVariant(this.nextId("ProductVariant")),
        ...variant,
      })),
      metafields: emptyMetafields(),
      publishedOn: new Set([onlineStore]),
    };
    this.products.set(id, product);
    return product;
  }

  addCollection(title: string, productIds: string[]): CatalogCollection {
    const collection = { id: this.nextId("Collection"), title, productIds };
    this.collections.set(collection.id, collection);
    return collection;
  }

  byHandle(handle: string): CatalogProduct | undefined {
    return [...this.products.values()].find((product) => product.handle === handle);
  }

  variant(id: string): { product: CatalogProduct; variant: CatalogVariant } | undefined {
    for (const product of this.products.values()) {
      const variant = product.variants.find((one) => one.id === id);
      if (variant) return { product, variant };
    }
    return undefined;
  }
}

export function newVariant(id: string): CatalogVariant {
  return {
    id,
    title: "Default Title",
    price: "0.00",
    sku: null,
    taxable: true,
    tracked: false,
    requiresShipping: true,
    sellsWithoutStock: false,
    requiresComponents: false,
    metafields: emptyMetafields(),
  };
}
