import type pg from "pg";
import { inTransaction } from "#app/database/transaction.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import type { Protectable } from "#app/shopify/plans/plan-catalog.ts";
import type { ProductOffers } from "./offer-plans.ts";
import { createPlanJob } from "./plan-job-store.ts";
import { unlinkProduct } from "./product-links.ts";

/** Offers are renewed so long before they expire: time for a day without Hakuna, or two. */
const renewBeforeMs = 3 * 24 * 60 * 60_000;

/** Notes which offers a product's plans are of, in the place of those that were. */
export async function saveOffers(
  pool: pg.Pool,
  shop: string,
  productId: string,
  epoch: number,
  offers: ProductOffers,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query(`DELETE FROM "ProductOffer" WHERE "shop" = $1 AND "productId" = $2`, [
      shop,
      productId,
    ]);
    await client.query(
      `INSERT INTO "ProductOffer" ("shop", "productId", "price", "offerId", "epoch", "expiresAt")
       SELECT $1, $2, o."price", o."offerId", $3, to_timestamp(o."expiresAt" / 1000.0)
         FROM unnest($4::bigint[], $5::text[], $6::float8[]) AS o("price", "offerId", "expiresAt")`,
      [
        ...[shop, productId, epoch, offers.map(({ price }) => price)],
        ...[offers.map(({ offerId }) => offerId), offers.map(({ expiresAt }) => expiresAt)],
      ],
    );
  });
}

/**
 * What is known of the offers that products' plans are of, by product: for how many of its prices
 * there is one, and when the first of them expires, in epoch milliseconds.
 */
export async function readOffers(
  pool: pg.Pool,
  shop: string,
  productIds: readonly string[],
): Promise<Record<string, { prices: number; expiresAt: number }>> {
  const { rows } = await pool.query<{ productId: string; prices: number; expiresAt: number }>(
    `SELECT "productId", count(*)::int AS "prices",
            (extract(epoch FROM min("expiresAt")) * 1000)::float8 AS "expiresAt"
       FROM "ProductOffer" WHERE "shop" = $1 AND "productId" = ANY ($2) GROUP BY "productId"`,
    [shop, productIds],
  );
  return Object.fromEntries(rows.map(({ productId, ...offer }) => [productId, offer]));
}

/** The product's plans are no longer those of an offer: nothing is renewed. */
export async function forgetOffers(pool: pg.Pool, shop: string, productId: string): Promise<void> {
  await pool.query(`DELETE FROM "ProductOffer" WHERE "shop" = $1 AND "productId" = $2`, [
    shop,
    productId,
  ]);
}

/**
 * Hakuna makes no new offer for a product: once the one it has is over, its plans are taken off it,
 * because Hakuna would not insure them. Answers whether it was over.
 */
export async function endOffer(
  pool: pg.Pool,
  ask: AskAdmin,
  shop: string,
  product: Protectable,
  now: number,
): Promise<boolean> {
  const { rows } = await pool.query<{ isOver: boolean }>(
    `SELECT bool_or(o."expiresAt" <= to_timestamp($3 / 1000.0) OR o."epoch" <> s."epoch") AS "isOver"
       FROM "ProductOffer" o JOIN "Shop" s ON s."domain" = o."shop"
      WHERE o."shop" = $1 AND o."productId" = $2`,
    [shop, product.id, now],
  );
  if (!rows[0]?.isOver) return false;
  await unlinkProduct(ask, product);
  await forgetOffers(pool, shop, product.id);
  return true;
}

/**
 * Starts a job for each shop that has offers which expire soon, or which another environment or
 * account made. Answers the shops; they are to be woken.
 */
export async function renewOffers(pool: pg.Pool, now: number): Promise<string[]> {
  const { rows } = await pool.query<{ shop: string; products: string[] }>(
    `SELECT o."shop", array_agg(DISTINCT o."productId" ORDER BY o."productId") AS "products"
       FROM "ProductOffer" o JOIN "Shop" s ON s."domain" = o."shop"
      WHERE (o."expiresAt" <= to_timestamp($1 / 1000.0) OR o."epoch" <> s."epoch")
        AND s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL AND s."apiKeySealed" IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM "PlanJob" j WHERE j."shop" = o."shop"
                           AND j."kind" = 'renew' AND j."state" = 'running')
      GROUP BY o."shop"`,
    [now + renewBeforeMs],
  );
  for (const { shop, products } of rows) {
    const request = { productIds: products, collectionIds: [], planIds: [] };
    await createPlanJob(pool, shop, { kind: "renew", ...request });
  }
  return rows.map(({ shop }) => shop);
}

/** Deletes jobs that ended long ago. `keepMs`: how long they are kept. */
export async function forgetPlanJobs(pool: pg.Pool, now: number, keepMs: number): Promise<void> {
  const { rows } = await pool.query<{ shop: string; id: string }>(
    `SELECT "shop", "id" FROM "PlanJob" WHERE "finishedAt" < $1`,
    [new Date(now - keepMs)],
  );
  for (const { shop, id } of rows) {
    const job = [shop, id];
    await pool.query(`DELETE FROM "PlanJobProduct" WHERE "shop" = $1 AND "jobId" = $2`, job);
    await pool.query(`DELETE FROM "PlanJob" WHERE "shop" = $1 AND "id" = $2`, job);
  }
}
