import { randomUUID } from "node:crypto";
import type pg from "pg";
import { inTransaction } from "#app/database/transaction.ts";
import { minorUnits } from "#app/order/money.ts";
import { priceGroups, priceKey, refusedFor } from "#app/plans/offer-prices.ts";
import {
  addProducts,
  insertPlanJob,
  insertWithdrawal,
  type PlanJob,
} from "#app/plans/plan-job-store.ts";
import { isRefused } from "#app/plans/product-offers.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { numericId } from "#app/shopify/global-id.ts";
import { hasBundledPlans, isBundle } from "#app/shopify/plans/bundles.ts";
import { readCountryPrices, type ShownPrice } from "#app/shopify/plans/country-prices.ts";
import { type Protectable, readProtectable } from "#app/shopify/plans/plan-catalog.ts";
import { type PriceRange, readPriceRanges } from "#app/shopify/plans/price-ranges.ts";

type Client = Pick<pg.PoolClient, "query">;

/**
 * A product in a country where it has plans, or had some. `refused`: for what there was no offer, as
 * `refusedFor` writes it down; `lacks`: why the last try gave none.
 */
type Offered = { productId: string; country: string; refused: string | null; lacks: string | null };

/** Products and countries that one step looks at. */
const pageSize = 50;
/** Products of several prices that one step reads with all their variants. */
const mostRead = 5;

/**
 * Writes a look at prices down for each shop that has plans of offers, unless it has one already.
 * Answers the shops; they are to be woken.
 */
export async function startPriceLooks(pool: pg.Pool, now: number): Promise<string[]> {
  const { rows } = await pool.query<{ shop: string }>(
    `SELECT s."domain" AS "shop" FROM "Shop" s
      WHERE s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL AND s."apiKeySealed" IS NOT NULL
        AND EXISTS (SELECT 1 FROM "CountryOffer" o
                     WHERE o."shop" = s."domain" AND (o."prices" > 0 OR o."refusedFor" IS NOT NULL))
        AND NOT EXISTS (
              SELECT 1 FROM "PlanJob" j WHERE j."shop" = s."domain"
                 AND j."kind" = 'reprice' AND j."state" = 'running')`,
  );
  for (const { shop } of rows) {
    await insertPlanJob(pool, shop, {
      ...{ id: randomUUID(), kind: "reprice" as const, planIds: [], now },
      collections: [{ id: "", after: null }],
    });
  }
  return rows.map(({ shop }) => shop);
}

/**
 * Looks at the next products with plans of offers; those that cost something else now than what
 * their offers were made for become the job's. Where an offer was refused it is the price of the
 * refusal that counts: it is tried once. What is a bundle by now, as a whole or in some of its variants,
 * has its plans taken off by a job of its own, which does not wait for Hakuna.
 */
export async function lookAtPrices(
  pool: pg.Pool,
  job: PlanJob,
  ask: AskAdmin,
  now: number,
): Promise<void> {
  const { shop } = job;
  const after = job.collections[0]?.after ?? null;
  const page = await offered(pool, shop, { after, of: null }, now);
  const made = await madeFor(pool, shop, page);
  const ranges = new Map<string, Awaited<ReturnType<typeof readPriceRanges>>>();
  for (const [country, those] of Map.groupBy(page, (one) => one.country)) {
    const ids = those.map(({ productId }) => productId);
    ranges.set(country, await readPriceRanges(ask, ids, country));
  }
  const changed = new Set<string>();
  const bundles = new Set<string>();
  let read = 0;
  let last: Offered | null = null;
  for (const one of page) {
    const range = ranges.get(one.country)?.get(one.productId);
    const wanted = made.get(keyOf(one));
    const isKnown = wanted !== undefined || one.refused !== null;
    const isFound = changed.has(one.productId) || bundles.has(one.productId);
    if (range && (isKnown || range.hasBundles) && !isFound) {
      const other = isOtherRange(range, one, wanted);
      if (other) changed.add(one.productId);
      else if (other === null) {
        if (read === mostRead) break;
        read += 1;
        const product = await readProtectable(ask, one.productId);
        if (product && isWronglyBundled(product, one)) bundles.add(one.productId);
        const isAble = product !== null && isKnown && !isBundle(product);
        if (isAble && (await isOther(ask, product, one, wanted))) changed.add(one.productId);
      }
    }
    last = one;
  }
  const isEnd = page.length < pageSize && last === (page.at(-1) ?? null);
  const next = isEnd || last === null ? [] : [{ id: "", after: keyOf(last) }];
  await inTransaction(pool, async (client, at) => {
    const { rowCount } = await client.query(
      `UPDATE "PlanJob" SET "collections" = $4, "failures" = 0, "reason" = NULL, "reasonWords" = NULL
        WHERE "shop" = $1 AND "id" = $2 AND "leaseToken" = $3 AND "state" = 'running'`,
      [shop, job.id, job.token, JSON.stringify(next)],
    );
    if (!rowCount) return;
    const found = [...changed].map((id) => ({ id, title: null }));
    await addProducts(client, shop, job.id, found);
    await insertWithdrawal(client, shop, [...bundles], at);
  });
}

/** Whether plans are to be taken off: they are linked to what is a bundle, or wanted for one. */
function isWronglyBundled(product: Protectable, { lacks }: Offered): boolean {
  return hasBundledPlans(product) || (isBundle(product) && lacks !== "is_bundle");
}

/**
 * The countries in which a product costs something else now than what its offers were made for, or
 * refused for.
 */
export async function repricedCountries(
  pool: pg.Pool,
  shop: string,
  ask: AskAdmin,
  product: Protectable,
  now: number,
): Promise<string[]> {
  const rows = await offered(pool, shop, { after: null, of: product.id }, now);
  const made = await madeFor(pool, shop, rows);
  const countries: string[] = [];
  for (const one of rows) {
    const wanted = made.get(keyOf(one));
    if ((wanted || one.refused) && (await isOther(ask, product, one, wanted))) {
      countries.push(one.country);
    }
  }
  return countries;
}

/**
 * Where products have plans of offers, or lost them to a refusal. What Shopify refused is forgotten
 * after a while: its limits of a day are over then.
 *
 * @param which `after`: a key of what was looked at last; `of`: one product's alone
 */
async function offered(
  client: Client,
  shop: string,
  { after, of }: { after: string | null; of: string | null },
  now: number,
): Promise<Offered[]> {
  const { rows } = await client.query<Offered>(
    `SELECT "productId", "country", "refused", "lacks" FROM (
       SELECT o."productId", o."country", o."prices", o."lacks",
              CASE WHEN ${isRefused("$6")} THEN split_part(o."refusedFor", ' ', 2) END AS "refused"
         FROM "CountryOffer" o JOIN "Shop" s ON s."domain" = o."shop"
        WHERE o."shop" = $1 AND (o."productId", o."country") > ($2, $3)
          AND ($4::text IS NULL OR o."productId" = $4)) p
      WHERE "prices" > 0 OR "refused" IS NOT NULL
      ORDER BY "productId", "country" LIMIT $5`,
    [shop, ...(after ?? " ").split(" "), of, pageSize, new Date(now)],
  );
  return rows;
}

/**
 * The prices that the offers of these products were made for, by product and country: those that
 * were written last, together. What is not known is left out.
 */
async function madeFor(
  client: Client,
  shop: string,
  offered: readonly Offered[],
): Promise<Map<string, Set<string>>> {
  const ids = new Map(offered.map(({ productId }) => [numericId(productId), productId]));
  const { rows } = await client.query<
    Pick<Offered, "productId" | "country"> & { price: string; currency: string }
  >(
    `SELECT "productId", "country", "productPrice"::text AS "price", upper("currency") AS "currency"
       FROM (SELECT *, rank() OVER (PARTITION BY "productId", "country"
                     ORDER BY "currentFrom" DESC) AS "age"
               FROM "PlanOffer"
              WHERE "shop" = $1 AND "productId" = ANY($2) AND "currentFrom" IS NOT NULL) o
      WHERE "age" = 1 AND "productPrice" IS NOT NULL`,
    [shop, [...ids.keys()]],
  );
  const prices = new Map<string, Set<string>>();
  for (const { productId, country, price, currency } of rows) {
    const key = keyOf({ productId: ids.get(productId) ?? "", country });
    prices.set(key, (prices.get(key) ?? new Set()).add(`${price} ${currency}`));
  }
  return prices;
}

/** Whether a product surely costs something else; null: its variants between the ends are to be read. */
function isOtherRange(
  range: PriceRange,
  { refused }: Offered,
  wanted: ReadonlySet<string> | undefined,
): boolean | null {
  if (range.hasBundles) return null;
  const ends = [...new Set([range.from, range.to].map(shownKey))];
  if (refused !== null) return ends.length > 1 ? null : refusedFor(range, ends) !== refused;
  const isOne = ends.length === 1 && wanted?.size === 1;
  if (ends.some((price) => !wanted?.has(price) && (isOne || !isFree(price)))) return true;
  return isOne ? false : null;
}

async function isOther(
  ask: AskAdmin,
  product: Protectable,
  { country, refused }: Offered,
  wanted: ReadonlySet<string> | undefined,
): Promise<boolean> {
  const groups = priceGroups(product, await readCountryPrices(ask, product.id, country));
  const prices = groups.map(priceKey);
  if (refused !== null) return refusedFor(product, prices) !== refused;
  const priced = prices.filter((price) => !isFree(price));
  return priced.length !== wanted?.size || !priced.every((price) => wanted.has(price));
}

function keyOf({ productId, country }: Pick<Offered, "productId" | "country">): string {
  return `${productId} ${country}`;
}

function shownKey({ amount, currencyCode }: ShownPrice): string {
  return priceKey({ price: minorUnits(amount, currencyCode).amount, currency: currencyCode });
}

/** What costs nothing has no offer. */
function isFree(price: string): boolean {
  return price.startsWith("0 ");
}
