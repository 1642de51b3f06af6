import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { hasBundledPlans, isBundle, readBundles } from "./bundles.ts";
import { idsIn, isProtectionVendor } from "./plan-catalog.ts";
import {
  type CollectionData,
  type CoverageData,
  collectionQuery,
  coverageQuery,
  planPageSizes,
} from "./plan-queries.ts";

/** A product of a list; protection products are left out of those. */
export type ListedProduct = { id: string; title: string; hasPlans: boolean };
export type ListPage = { products: ListedProduct[]; next: string | null };
/** `bundled`: products with plans that are linked to bundles, where they protect nothing. */
export type OnSalePage = ListPage & { bundled: string[] };

/** A page of a collection's products; null where there is no such collection. */
export async function readCollection(
  ask: AskAdmin,
  id: string,
  after: string | null,
): Promise<ListPage | null> {
  const variables = { id, first: planPageSizes.collection, after };
  const { data } = await ask<CollectionData>(collectionQuery, variables);
  return data.collection && pageOf(data.collection.products);
}

/**
 * A page of the products on sale that plans can be offered for: what costs something, and is neither a
 * gift card nor a bundle.
 */
export async function readOnSale(ask: AskAdmin, after: string | null): Promise<OnSalePage> {
  const query = "status:active -vendor:hakuna";
  const variables = { first: planPageSizes.coverage, after, query };
  const { pageInfo, nodes } = (await ask<CoverageData>(coverageQuery, variables)).data.products;
  const able = nodes.filter(
    ({ isGiftCard, priceRangeV2 }) =>
      !isGiftCard && Number(priceRangeV2.maxVariantPrice.amount) > 0,
  );
  const ids = able.flatMap((one) => (one.hasVariantsThatRequiresComponents ? [one.id] : []));
  const read = [...(await readBundles(ask, ids))];
  const whole = new Set(read.flatMap(([id, product]) => (isBundle(product) ? [id] : [])));
  const bundled = read.flatMap(([id, product]) => (hasBundledPlans(product) ? [id] : []));
  return { ...pageOf({ pageInfo, nodes: able.filter(({ id }) => !whole.has(id)) }), bundled };
}

function pageOf({ nodes, pageInfo }: NonNullable<CollectionData["collection"]>["products"]) {
  const products = nodes
    .filter(({ vendor }) => !isProtectionVendor(vendor))
    .map(({ id, title, plans }) => ({ id, title, hasPlans: (idsIn(plans) ?? []).length > 0 }));
  return { products, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}
