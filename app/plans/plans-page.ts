import pMap from "p-map";
import type pg from "pg";
import { minorUnits } from "#app/order/money.ts";
import {
  type AdminAccess,
  AdminError,
  type AskAdmin,
  openAdmin,
} from "#app/shopify/access/admin-api.ts";
import { readShownPrices, type ShownPrice } from "#app/shopify/plans/country-prices.ts";
import {
  type CatalogPlan,
  idsIn,
  isProtectionVendor,
  type PlanPrice,
  readPlans,
} from "#app/shopify/plans/plan-catalog.ts";
import {
  type PlanProductsData,
  planPageSizes,
  planProductsQuery,
} from "#app/shopify/plans/plan-queries.ts";
import { planHandlePrefix } from "./country-plans.ts";

/** A page waits no longer than this for Shopify. */
const timeLimitMs = 8_000;

/** A plan as the page shows it; the price in minor units. */
export type PagePlan = {
  id: string;
  title: string;
  price: number;
  currency: string;
  termMonths: number | null;
  /** where alone it is sold, ISO 3166-1 alpha-2, lower case; null: everywhere */
  country: string | null;
  /**
   * what keeps it from being offered: without its ids Hakuna could not tell which plan was sold,
   * without the link to the insurance details it may not be sold, nor at another price than Hakuna's
   */
  lacks: "ids" | "link" | "price" | null;
  /** with `price`: what its country's buyers would be shown */
  shown: PlanPrice | null;
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

/** Requests to Shopify at a time: with sixteen countries a page makes more than twenty. */
const atOnce = { concurrency: 6 };

/**
 * Reads a page of the shop's products with their plans from Shopify, where the links are kept.
 * Protection products are left out.
 *
 * @param own the shop's country, of which the app's own plans are that name none
 * @returns null where Shopify did not answer in time, or has no session for the app
 */
export async function readProductsPage(
  admin: AdminAccess,
  shop: string,
  { search, after, before }: ProductsAsked,
  own: string | null,
): Promise<ProductsPage | null> {
  const size =
    before === null ? { first: planPageSizes.products } : { last: planPageSizes.products };
  const variables = {
    ...size,
    after,
    before,
    query: searchQuery(search),
  };
  try {
    const ask = await openAdmin(admin, shop, AbortSignal.timeout(timeLimitMs));
    const { data } = await ask<PlanProductsData>(planProductsQuery, variables);
    const { nodes, pageInfo } = data.products;
    const products = nodes.filter(({ vendor }) => !isProtectionVendor(vendor));
    const plans = await readPagePlans(ask, products, own);
    return {
      products: products.map((product) => productOf(product, plans)),
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

/** The plans that are linked to the products, by id. */
async function readPagePlans(
  ask: AskAdmin,
  products: readonly ProductNode[],
  own: string | null,
): Promise<Map<string, PagePlan>> {
  const ids = [...new Set(products.flatMap(({ plans }) => idsIn(plans) ?? []))];
  const plans = await pMap(parts(ids), (part) => readPlans(ask, part), atOnce);
  const placed = plans.flat().map((plan) => ({
    ...plan,
    country: plan.country ?? (plan.productHandle.startsWith(planHandlePrefix) ? own : null),
  }));
  const priced = placed.filter(({ offerPrice }) => offerPrice !== null);
  const byCountry = Map.groupBy(priced, ({ country }) => country);
  const asked = [...byCountry].flatMap(([country, those]) =>
    country === null ? [] : parts(those.map(({ id }) => id)).map((part) => ({ country, part })),
  );
  const prices = await pMap(
    asked,
    ({ country, part }) => readShownPrices(ask, part, country),
    atOnce,
  );
  const shown = new Map<string, ShownPrice>(prices.flatMap((some) => [...some]));
  const currency = products[0]?.priceRangeV2.minVariantPrice.currencyCode ?? "";
  return new Map(
    placed.map((plan) => [plan.id, pagePlan(plan, currency, shown.get(plan.id) ?? null)]),
  );
}

/** As many as one request may ask for. */
function parts(ids: readonly string[]): string[][] {
  const size = planPageSizes.variants;
  const starts = Array.from({ length: Math.ceil(ids.length / size) }, (_, index) => index * size);
  return starts.map((start) => ids.slice(start, start + size));
}

type ProductNode = PlanProductsData["products"]["nodes"][number];

function productOf(node: ProductNode, plans: ReadonlyMap<string, PagePlan>): PageProduct {
  const { minVariantPrice: from, maxVariantPrice: to } = node.priceRangeV2;
  const currency = from.currencyCode;
  return {
    id: node.id,
    title: node.title,
    vendor: node.vendor,
    from: minorUnits(from.amount, currency).amount,
    to: minorUnits(to.amount, currency).amount,
    currency,
    plans: (idsIn(node.plans) ?? []).flatMap((id) => plans.get(id) ?? []),
  };
}

/** @param currency the shop's, of plans whose offer's price nobody wrote down */
function pagePlan(plan: CatalogPlan, currency: string, shown: ShownPrice | null): PagePlan {
  const { id, title, termMonths, country, offerId, planId, insuranceUrl, offerPrice } = plan;
  const there = shown && {
    amount: minorUnits(shown.amount, shown.currencyCode).amount,
    currency: shown.currencyCode,
  };
  const isOther =
    offerPrice !== null &&
    there !== null &&
    (there.amount !== offerPrice.amount || there.currency !== offerPrice.currency);
  const hasIds = offerId !== null && planId !== null;
  const lacks = hasIds ? (insuranceUrl === null ? "link" : isOther ? "price" : null) : "ids";
  return {
    ...{ id, title, termMonths, country, lacks },
    price: offerPrice?.amount ?? minorUnits(plan.price, currency).amount,
    currency: offerPrice?.currency ?? currency,
    shown: lacks === "price" ? there : null,
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
