import { type Metafield, type Metafields, ownNamespace } from "../metafields.ts";
import {
  type CatalogCollection,
  type CatalogProduct,
  type CatalogVariant,
  onlineStore,
  type ShopCatalog,
} from "../shop-catalog.ts";
import type { ShopMarkets } from "../shop-markets.ts";
import { metafieldId, optionValueId } from "../shop-translations.ts";
import { type PageArguments, pageOf } from "./connection.ts";

type MetafieldArguments = { namespace: string; key: string };

/** The nodes of a catalog, as the Admin API shows them. */
export class CatalogNodes {
  readonly #catalog: ShopCatalog;
  readonly #markets: ShopMarkets;
  readonly #currency: string;

  constructor(catalog: ShopCatalog, markets: ShopMarkets, currency: string) {
    this.#catalog = catalog;
    this.#markets = markets;
    this.#currency = currency;
  }

  product(product: CatalogProduct): object {
    const { variants, publishedOn } = product;
    const prices = variants.map(({ price }) => Number(price)).sort((a, b) => a - b);
    const money = (amount: number | undefined) => ({
      amount: (amount ?? 0).toFixed(2),
      currencyCode: this.#currency,
    });
    return {
      __typename: "Product",
      id: product.id,
      title: product.title,
      handle: product.handle,
      vendor: product.vendor,
      productType: product.productType,
      status: product.status,
      isGiftCard: product.isGiftCard,
      hasVariantsThatRequiresComponents: variants.some((one) => one.requiresComponents),
      category: null,
      featuredMedia: null,
      hasOnlyDefaultVariant: variants.length === 1 && variants[0]?.title === "Default Title",
      variantsCount: { count: variants.length, precision: "EXACT" },
      priceRangeV2: {
        minVariantPrice: money(prices[0]),
        maxVariantPrice: money(prices.at(-1)),
      },
      contextualPricing: ({ context }: { context: { country?: string } }) => {
        const shown = variants
          .map(({ id, price }) => this.#markets.price(id, price, this.#currency, context.country))
          .sort((a, b) => Number(a.amount) - Number(b.amount));
        return { priceRange: { minVariantPrice: shown[0], maxVariantPrice: shown.at(-1) } };
      },
      variants: (args: PageArguments) =>
        pageOf(
          variants.map((variant) => this.variant(product, variant)),
          args,
        ),
      metafield: (args: MetafieldArguments) => this.#metafield(product, args),
      publishedOnPublication: ({ publicationId }: { publicationId: string }) =>
        publishedOn.has(publicationId),
    };
  }

  variant(product: CatalogProduct, variant: CatalogVariant): object {
    return {
      __typename: "ProductVariant",
      id: variant.id,
      title: variant.title,
      displayName: `${product.title} - ${variant.title}`,
      price: variant.price,
      contextualPricing: ({ context }: { context: { country?: string } }) => ({
        price: this.#markets.price(variant.id, variant.price, this.#currency, context.country),
      }),
      sku: variant.sku,
      taxable: variant.taxable,
      requiresComponents: variant.requiresComponents,
      inventoryPolicy: variant.sellsWithoutStock ? "CONTINUE" : "DENY",
      inventoryItem: {
        id: variant.id.replace("ProductVariant", "InventoryItem"),
        tracked: variant.tracked,
        requiresShipping: variant.requiresShipping,
      },
      selectedOptions: [
        {
          name: product.option,
          value: variant.title,
          optionValue: { id: optionValueId(product, variant.title), name: variant.title },
        },
      ],
      product: () => this.product(product),
      metafield: (args: MetafieldArguments) => this.#metafield(variant, args),
    };
  }

  collection(collection: CatalogCollection): object {
    const products = collection.productIds.flatMap((id) => this.#catalog.products.get(id) ?? []);
    return {
      __typename: "Collection",
      id: collection.id,
      title: collection.title,
      productsCount: { count: products.length, precision: "EXACT" },
      products: (args: PageArguments) =>
        pageOf(
          products.map((product) => this.product(product)),
          args,
        ),
    };
  }

  /** The product, variant or collection of a global id. */
  node(id: string): object | null {
    const product = this.#catalog.products.get(id);
    if (product) return this.product(product);
    const found = this.#catalog.variant(id);
    if (found) return this.variant(found.product, found.variant);
    const collection = this.#catalog.collections.get(id);
    return collection ? this.collection(collection) : null;
  }

  metafield(metafield: Metafield): object {
    const { namespace, key, type, value } = metafield;
    const ids = type.startsWith("list.") ? (JSON.parse(value) as string[]) : [];
    const nodes = ids.flatMap((id) => this.node(id) ?? []);
    return {
      __typename: "Metafield",
      namespace: namespace === "app" ? "app--1" : namespace,
      key,
      type,
      value,
      jsonValue: type.startsWith("list.") ? ids : value,
      references: (args: PageArguments) => pageOf(nodes, args),
    };
  }

  publications(args: PageArguments): object {
    return pageOf(
      [
        publication("gid://shopify/Publication/2", "pos", "Point of Sale"),
        publication(onlineStore, "online_store", "Online Store"),
      ],
      args,
    );
  }

  #metafield(
    { id, metafields }: { id: string; metafields: Metafields },
    { namespace, key }: MetafieldArguments,
  ): object | null {
    const name = `${ownNamespace(namespace)}.${key}`;
    const found = metafields.get(name);
    return found ? { ...this.metafield(found), id: metafieldId(id, name) } : null;
  }
}

function publication(id: string, handle: string, title: string): object {
  return {
    __typename: "Publication",
    id,
    catalog: {
      __typename: "AppCatalog",
      title,
      apps: (args: PageArguments) => pageOf([{ handle, title }], args),
    },
  };
}
