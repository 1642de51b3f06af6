import { productMatcher } from "../shopify/admin-api/catalog-search.ts";
import type { ShopCatalog } from "../shopify/shop-catalog.ts";

/** What Shopify's resource picker offers to choose from, in the shape in which App Bridge gives it. */
export function pickable(catalog: ShopCatalog, type: string, query: string): object[] {
  if (type === "collection") {
    return [...catalog.collections.values()].map(({ id, title }) => ({ id, title }));
  }
  const products = [...catalog.products.values()].filter(productMatcher(query));
  if (type === "product") {
    return products.map(({ id, title, handle, vendor }) => ({ id, title, handle, vendor }));
  }
  return products.flatMap(({ title: productTitle, variants }) =>
    variants.map(({ id, title, price, sku }) => ({
      ...{ id, title, price, sku },
      displayName: `${productTitle} - ${title}`,
    })),
  );
}
