import { randomUUID } from "node:crypto";
import type pg from "pg";
import { inTransaction } from "#app/database/transaction.ts";
import { holdingShop } from "#app/store/lease.ts";
import type { CountryStep } from "./offer-plans.ts";
import type { PlanJobKind, PlanResult, PlanWait } from "./plan-result.ts";

/** What a job is to do, and for which products. Ids are global ones. */
export type PlanJobRequest = {
  kind: PlanJobKind;
  productIds: readonly string[];
  collectionIds: readonly string[];
  /** of `link`: the plans' variants */
  planIds: readonly string[];
};

/** A job that is held by `token`. */
export type PlanJob = {
  shop: string;
  id: string;
  token: string;
  kind: PlanJobKind;
  planIds: string[];
  collections: { id: string; after: string | null }[];
  failures: number;
};

/** A job never has more products: collections beyond that are cut, and the page says so. */
export const mostProducts = 10_000;

type Client = Pick<pg.PoolClient, "query">;

/** Writes a job down; to be followed by a wake of the shop. Answers its id. */
export async function createPlanJob(
  pool: pg.Pool,
  shop: string,
  { kind, productIds, collectionIds, planIds }: PlanJobRequest,
): Promise<string> {
  const id = randomUUID();
  await inTransaction(pool, async (client, now) => {
    const collections = collectionIds.map((collection) => ({ id: collection, after: null }));
    await insertPlanJob(client, shop, { id, kind, planIds, collections, now });
    await addProducts(
      client,
      shop,
      id,
      productIds.map((product) => ({ id: product, title: null })),
    );
  });
  return id;
}

/** The row of a job that is due at once; `now`: epoch milliseconds. */
export async function insertPlanJob(
  client: Client,
  shop: string,
  job: Pick<PlanJob, "id" | "kind" | "collections"> & { planIds: readonly string[]; now: number },
): Promise<void> {
  const { id, kind, planIds, collections, now } = job;
  await client.query(
    `INSERT INTO "PlanJob" ("shop", "id", "kind", "planIds", "collections", "dueAt")
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [shop, id, kind, planIds, JSON.stringify(collections), new Date(now)],
  );
}

/** The same for a job that takes off what may be sold no more; not what another waits to take off. */
export async function insertWithdrawal(
  client: Client,
  shop: string,
  productIds: readonly string[],
  now: number,
): Promise<void> {
  if (productIds.length === 0) return;
  const { rows } = await client.query<{ productId: string }>(
    `SELECT p."productId" FROM "PlanJobProduct" p
       JOIN "PlanJob" j ON j."shop" = p."shop" AND j."id" = p."jobId"
      WHERE p."shop" = $1 AND p."productId" = ANY($2) AND p."state" = 'waiting'
        AND j."kind" = 'withdraw' AND j."state" = 'running'`,
    [shop, productIds],
  );
  const waiting = new Set(rows.map(({ productId }) => productId));
  const products = productIds.filter((id) => !waiting.has(id)).map((id) => ({ id, title: null }));
  if (products.length === 0) return;
  const job = { id: randomUUID(), kind: "withdraw" as const, planIds: [], collections: [] };
  await insertPlanJob(client, shop, { ...job, now });
  await addProducts(client, shop, job.id, products);
}

/** Adds products that the job does not have yet; answers whether there was room for all. */
export async function addProducts(
  client: Client,
  shop: string,
  jobId: string,
  products: readonly { id: string; title: string | null }[],
): Promise<boolean> {
  if (products.length === 0) return true;
  const { rows } = await client.query<{ total: number }>(
    `SELECT "total" FROM "PlanJob" WHERE "shop" = $1 AND "id" = $2 FOR UPDATE`,
    [shop, jobId],
  );
  const total = rows[0]?.total ?? 0;
  const { rowCount } = await client.query(
    `INSERT INTO "PlanJobProduct" ("shop", "jobId", "productId", "title", "position")
     SELECT $1, $2, p."id", p."title", $3 + p."n"
       FROM unnest($4::text[], $5::text[]) WITH ORDINALITY AS p("id", "title", "n")
      ORDER BY p."n" LIMIT $6
     ON CONFLICT DO NOTHING`,
    [
      ...[shop, jobId, total],
      ...[products.map(({ id }) => id), products.map(({ title }) => title)],
      Math.max(0, mostProducts - total),
    ],
  );
  await client.query(
    `UPDATE "PlanJob" SET "total" = "total" + $3 WHERE "shop" = $1 AND "id" = $2`,
    [shop, jobId, rowCount ?? 0],
  );
  return total + products.length <= mostProducts;
}

/** Of jobs `j` and shops `s`: those that are to go on now. */
const due = `j."state" = 'running' AND j."dueAt" <= now()
  AND s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL`;

/**
 * Takes the shop's oldest job that is due, what a merchant waits for before what the app does by
 * itself, and of that first what takes plans off, and keeps others away from the shop's jobs for `leaseMs`.
 */
export async function claimPlanJob(
  pool: pg.Pool,
  shop: string,
  token: string,
  leaseMs: number,
): Promise<PlanJob | null> {
  const { rows } = await pool.query<Omit<PlanJob, "token">>(
    `UPDATE "PlanJob" j SET "leaseToken" = $2, "leaseUntil" = now() + $3 * interval '1 millisecond'
      WHERE j."shop" = $1 AND j."id" = (
          SELECT j."id" FROM "PlanJob" j JOIN "Shop" s ON s."domain" = j."shop"
           WHERE j."shop" = $1 AND ${due}
           ORDER BY CASE WHEN j."kind" = 'withdraw' THEN 1
                         WHEN j."kind" IN ('follow', 'renew', 'reprice', 'countries') THEN 2 ELSE 0 END, j."createdAt", j."id" LIMIT 1)
        AND NOT EXISTS (
          SELECT 1 FROM "PlanJob" o
           WHERE o."shop" = $1 AND o."leaseUntil" >= now() AND o."leaseToken" <> $2)
      RETURNING j."shop", j."id", j."kind", j."planIds", j."collections", j."failures"`,
    [shop, token, leaseMs],
  );
  return rows[0] ? { ...rows[0], token } : null;
}

/** Renews the hold on what is held by the token. */
export async function keepPlanJobs(
  pool: pg.Pool,
  shop: string,
  token: string,
  leaseMs: number,
): Promise<void> {
  await pool.query(
    `UPDATE "PlanJob" SET "leaseUntil" = now() + $3 * interval '1 millisecond'
      WHERE "shop" = $1 AND "leaseToken" = $2`,
    [shop, token, leaseMs],
  );
}

export async function releasePlanJobs(pool: pg.Pool, shop: string, token: string): Promise<void> {
  await pool.query(
    `UPDATE "PlanJob" SET "leaseToken" = NULL, "leaseUntil" = NULL
      WHERE "shop" = $1 AND "leaseToken" = $2`,
    [shop, token],
  );
}

/** Notes a page of a collection, in one transaction: what is in it, and where it goes on. */
export async function saveCollectionPage(
  pool: pg.Pool,
  job: PlanJob,
  products: readonly { id: string; title: string }[],
  collections: PlanJob["collections"],
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const hadRoom = await addProducts(client, job.shop, job.id, products);
    await client.query(
      `UPDATE "PlanJob" SET "collections" = $4 WHERE "shop" = $1 AND "id" = $2 AND "leaseToken" = $3`,
      [job.shop, job.id, job.token, JSON.stringify(hadRoom ? collections : [])],
    );
  });
}

/** A product that is to be done, and what was done for it in earlier tries. */
export type NextProduct = { productId: string; attempts: number; progress: SavedProgress | null };

/** What was done for a product, country by country, under the connection of `epoch`. */
export type SavedProgress = { epoch: number; steps: readonly CountryStep[] };

/** The next product of the job; its try is counted before it is made. */
export async function nextProduct(
  pool: pg.Pool,
  { shop, id }: PlanJob,
): Promise<NextProduct | null> {
  const { rows } = await pool.query<NextProduct>(
    `UPDATE "PlanJobProduct" SET "attempts" = "attempts" + 1
      WHERE "shop" = $1 AND "jobId" = $2 AND "productId" = (
        SELECT "productId" FROM "PlanJobProduct"
         WHERE "shop" = $1 AND "jobId" = $2 AND "state" = 'waiting' ORDER BY "position" LIMIT 1)
      RETURNING "productId", "attempts", "progress"`,
    [shop, id],
  );
  return rows[0] ?? null;
}

/** Writes down how far a product is; tries count from there. */
export async function saveProgress(
  client: Client,
  { shop, id, token }: PlanJob,
  productId: string,
  progress: SavedProgress,
): Promise<void> {
  await client.query(
    `UPDATE "PlanJobProduct" p SET "progress" = $4, "attempts" = 1
       FROM "PlanJob" j
      WHERE p."shop" = $1 AND p."jobId" = $2 AND p."productId" = $3 AND p."state" = 'waiting'
        AND j."shop" = p."shop" AND j."id" = p."jobId" AND j."leaseToken" = $5`,
    [shop, id, productId, JSON.stringify(progress), token],
  );
}

/** Writes down what was done for a product; false: somebody else has the job by now. */
export async function saveResult(
  client: Client,
  job: PlanJob,
  product: { id: string; title: string | null },
  result: PlanResult,
): Promise<boolean> {
  const isFailed = result.kind === "failed";
  const { rowCount } = await client.query(
    `UPDATE "PlanJobProduct" p SET "state" = $4, "result" = $5, "progress" = NULL, "endedAt" = now(),
            "title" = coalesce($7, p."title")
       FROM "PlanJob" j
      WHERE p."shop" = $1 AND p."jobId" = $2 AND p."productId" = $3 AND p."state" = 'waiting'
        AND j."shop" = p."shop" AND j."id" = p."jobId" AND j."leaseToken" = $6`,
    [
      ...[job.shop, job.id, product.id, isFailed ? "failed" : "done"],
      ...[JSON.stringify(result), job.token, product.title],
    ],
  );
  if (!rowCount) return false;
  await client.query(
    `UPDATE "PlanJob" SET "done" = "done" + 1, "failed" = "failed" + $3, "failures" = 0,
            "reason" = NULL, "reasonWords" = NULL
      WHERE "shop" = $1 AND "id" = $2`,
    [job.shop, job.id, isFailed ? 1 : 0],
  );
  return true;
}

/**
 * The job waits; the try of the product that met it does not count. It goes on at once where the key
 * is another one by now than the one that was refused, or missing.
 *
 * @param keyVersion of the key that it waits for a change of; null: it waits for something else
 */
export async function postponePlanJob(
  pool: pg.Pool,
  job: PlanJob,
  productId: string | null,
  wanted: { wait: PlanWait; words: string | null; ms: number; keyVersion: number | null },
): Promise<void> {
  const { wait, words, ms } = wanted;
  // while the shop's row is held no key is saved
  await holdingShop(pool, job.shop, async (client, { keyVersion, now }) => {
    const isFormer = wanted.keyVersion !== null && wanted.keyVersion !== keyVersion;
    await client.query(
      `UPDATE "PlanJob" SET "reason" = $4, "reasonWords" = $5, "failures" = "failures" + 1,
              "dueAt" = $6
        WHERE "shop" = $1 AND "id" = $2 AND "leaseToken" = $3`,
      [job.shop, job.id, job.token, wait, words, new Date(isFormer ? now : now + ms)],
    );
    if (productId === null) return;
    await client.query(
      `UPDATE "PlanJobProduct" SET "attempts" = "attempts" - 1
        WHERE "shop" = $1 AND "jobId" = $2 AND "productId" = $3`,
      [job.shop, job.id, productId],
    );
  });
}

/** A look that found nothing to do leaves no job to be shown. */
export async function forgetEmptyJob(pool: pg.Pool, job: PlanJob): Promise<void> {
  await pool.query(
    `DELETE FROM "PlanJob" WHERE "shop" = $1 AND "id" = $2 AND "leaseToken" = $3 AND "total" = 0`,
    [job.shop, job.id, job.token],
  );
}

export async function finishPlanJob(pool: pg.Pool, job: PlanJob): Promise<void> {
  await pool.query(
    `UPDATE "PlanJob" SET "state" = 'done', "finishedAt" = now(), "dueAt" = NULL
      WHERE "shop" = $1 AND "id" = $2 AND "leaseToken" = $3 AND "state" = 'running'`,
    [job.shop, job.id, job.token],
  );
}

/** Ends a job before its end. What was done stays done. */
export async function cancelPlanJob(pool: pg.Pool, shop: string, id: string): Promise<void> {
  await pool.query(
    `UPDATE "PlanJob" SET "state" = 'cancelled', "finishedAt" = now(), "dueAt" = NULL
      WHERE "shop" = $1 AND "id" = $2 AND "state" = 'running'`,
    [shop, id],
  );
}

/** Makes jobs due that wait for something the merchant can have changed; answers whether there are. */
export async function resumePlanJobs(pool: pg.Pool, shop: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE "PlanJob" SET "dueAt" = now()
      WHERE "shop" = $1 AND "state" = 'running' AND "dueAt" > now()
        AND "reason" IN ('no_session', 'no_access', 'no_key', 'key_refused', 'no_country')`,
    [shop],
  );
  return (rowCount ?? 0) > 0;
}

/** The shops that have a job to go on with. */
export async function shopsWithPlanJobs(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ shop: string }>(
    `SELECT DISTINCT j."shop" FROM "PlanJob" j JOIN "Shop" s ON s."domain" = j."shop"
      WHERE ${due} AND (j."leaseUntil" IS NULL OR j."leaseUntil" < now())`,
  );
  return rows.map(({ shop }) => shop);
}
