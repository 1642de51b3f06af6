import type pg from "pg";
import { minorUnits } from "#app/order/money.ts";
import { type AdminAccess, AdminError, openAdmin } from "#app/shopify/access/admin-api.ts";
import { isProtectionVendor, planOf } from "#app/shopify/plans/plan-catalog.ts";
import {
  type PlanNode,
  type PlanProductsData,
  planPageSizes,
  planProductsQuery,
} from "#app/shopify/plans/plan-queries.ts";

/** A page waits no longer than this for Shopify. */
const timeLimitMs = 5_000;

/** A plan as the page shows it; the price in minor units. */
export type PagePlan = {
  id: string;
  title: string;
  price: number;
  currency: string;
  termMonths: number | null;
  /**
   * what it lacks: without its ids Hakuna could not tell which plan was sold, and without the link to
   * the insurance details it may not be sold. The storefront offers it in neither case
   */
  lacks: "ids" | "link" | null;
};

/** A product that plans may be offered for; prices in minor units. */
export type PageProduct = {
  id: string;
  title: string;
  vendor: string;
  from: number;
  to: number;
  currency: string;
  plans: PagePlan[];
};

export type ProductsPage = {
  products: PageProduct[];
  /** cursors of the neighboring pages */
  previous: string | null;
  next: string | null;
  /** the access scopes that the app has */
  scopes: string[];
};

/** What part of the shop's products is shown: a search, and a place in the list. */
export type ProductsAsked = { search: string; after: string | null; before: string | null };

/**
 * Reads a page of the shop's products with their plans from Shopify, where the links are kept.
 * Protection products are left out.
 *
 * @returns null where Shopify did not answer in time, or has no session for the app
 */
export async function readProductsPage(
  admin: AdminAccess,
  shop: string,
  { search, after, before }: ProductsAsked,
): Promise<ProductsPage | null> {
  const size =
    before === null ? { first: planPageSizes.products } : { last: planPageSizes.products };
  const variables = {
    ...size,
    after,
    before,
    query: searchQuery(search),
    plans: planPageSizes.plans,
  };
  try {
    const ask = await openAdmin(admin, shop, AbortSignal.timeout(timeLimitMs));
    const { data } = await ask<PlanProductsData>(planProductsQuery, variables);
    const { nodes, pageInfo } = data.products;
    return {
      products: nodes.filter(({ vendor }) => !isProtectionVendor(vendor)).map(productOf),
      previous: pageInfo.hasPreviousPage ? pageInfo.startCursor : null,
      next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
      scopes: data.currentAppInstallation.accessScopes.map(({ handle }) => handle),
    };
  } catch (error) {
    if (error instanceof AdminError) return null;
    throw error;
  }
}

/** Words of the title; what Shopify's search would take for its own signs is taken out. */
function searchQuery(search: string): string {
  const words = search.replaceAll(/[^\p{L}\p{N}\s.-]/gu, " ").split(/\s+/);
  const terms = words.filter((word) => /[\p{L}\p{N}]/u.test(word)).map((word) => `'${word}'`);
  return ["-vendor:hakuna", ...terms].join(" ");
}

function productOf(node: PlanProductsData["products"]["nodes"][number]): PageProduct {
  const { minVariantPrice: from, maxVariantPrice: to } = node.priceRangeV2;
  const currency = from.currencyCode;
  const plans = (node.plans?.references?.nodes ?? []).filter((plan) => plan !== null);
  return {
    id: node.id,
    title: node.title,
    vendor: node.vendor,
    from: minorUnits(from.amount, currency).amount,
    to: minorUnits(to.amount, currency).amount,
    currency,
    plans: plans.map((plan) => pagePlan(plan, currency)),
  };
}

function pagePlan(node: PlanNode, currency: string): PagePlan {
  const { id, title, price, termMonths, offerId, planId, insuranceUrl } = planOf(node);
  const hasIds = offerId !== null && planId !== null;
  return {
    ...{ id, title, termMonths, currency },
    price: minorUnits(price, currency).amount,
    lacks: hasIds ? (insuranceUrl === null ? "link" : null) : "ids",
  };
}

/** Notes the scopes that Shopify says the app has: its webhook about them may still be under way. */
export async function noteScopes(pool: pg.Pool, shop: string, scopes: string[]): Promise<void> {
  const known = [...scopes].sort().join(",");
  await pool.query(
    `UPDATE "Shop" SET "scopes" = $2 WHERE "domain" = $1 AND "scopes" IS DISTINCT FROM $2
        AND "uninstalledAt" IS NULL`,
    [shop, known],
  );
}
