import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { idsIn, type Protectable, readProtectable } from "./plan-catalog.ts";
import { planPageSizes } from "./plan-queries.ts";

/** Which variants of products are bundles: bought, such a one becomes its components. */
export const bundlesQuery = `#graphql
  query Bundles($ids: [ID!]!, $first: Int!) {
    nodes(ids: $ids) {
      ... on Product {
        id
        plans: metafield(namespace: "$app", key: "plans") { value }
        variants(first: $first) {
          pageInfo { hasNextPage }
          nodes {
            requiresComponents
            plans: metafield(namespace: "$app", key: "plans") { value }
          }
        }
      }
    }
  }
`;

/** Products that one request asks for: each has a page of variants, and a query may cost 1000. */
const atOnce = 4;

type Value = { value: string } | null;
type BundlesData = {
  nodes: (
    | {
        id: string;
        plans: Value;
        variants: {
          pageInfo: { hasNextPage: boolean };
          nodes: { requiresComponents: boolean; plans: Value }[];
        };
      }
    | Record<string, never>
    | null
  )[];
};

/** Of a product, as much as tells which of its variants are bundles, and which have plans. */
type Bundled = {
  plans: Protectable["plans"];
  variants: readonly Pick<Protectable["variants"][number], "requiresComponents" | "plans">[];
};

/** Reads products some of whose variants are bundles; those that are gone are left out. */
export async function readBundles(
  ask: AskAdmin,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Bundled>> {
  const products = new Map<string, Bundled>();
  for (let start = 0; start < ids.length; start += atOnce) {
    const variables = { ids: ids.slice(start, start + atOnce), first: planPageSizes.variants };
    const { data } = await ask<BundlesData>(bundlesQuery, variables);
    for (const node of data.nodes) {
      if (!node?.variants) continue;
      const { pageInfo, nodes } = node.variants;
      const variants = nodes.map((one) => ({ ...one, plans: idsIn(one.plans) }));
      const product = pageInfo.hasNextPage
        ? await readProtectable(ask, node.id)
        : { plans: idsIn(node.plans) ?? [], variants };
      if (product) products.set(node.id, product);
    }
  }
  return products;
}

/** Whether all variants are bundles: no order would hold the product itself. */
export function isBundle({ variants }: Bundled): boolean {
  return variants.length > 0 && variants.every(({ requiresComponents }) => requiresComponents);
}

/** Whether plans are linked to what is a bundle, where they would protect nothing. */
export function hasBundledPlans(product: Bundled): boolean {
  const { variants, plans: main } = product;
  if (isBundle(product) && main.length > 0) return true;
  return variants.some((one) => one.requiresComponents && (one.plans ?? main).length > 0);
}
