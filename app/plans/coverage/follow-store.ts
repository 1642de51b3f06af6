import { randomUUID } from "node:crypto";
import type pg from "pg";
import { inTransaction } from "#app/database/transaction.ts";
import { addProducts, insertPlanJob, type PlanJob } from "#app/plans/plan-job-store.ts";
import type { PlanResult } from "#app/plans/plan-result.ts";
import type { ListedProduct } from "#app/shopify/plans/product-lists.ts";

type Client = Pick<pg.PoolClient, "query">;

/**
 * Why a product is not new any more: it was in the collection at first; it had plans when it came;
 * it was given to a job, which gave it plans or could not; a merchant took its plans off.
 */
export type FollowedState = "there" | "had" | "taken" | "given" | "failed" | "removed";

/** A collection is looked through once a day, and when somebody asks for it. */
const everyMs = 24 * 60 * 60_000;

/** A product that is not finished yet when it comes, without a price, gets a week of daily tries. */
const mostTries = 7;

/**
 * From now on new products of this collection get plans by themselves. Which are in it by now is
 * written down by the first look. To be followed by a wake of the shop.
 */
export async function follow(
  pool: pg.Pool,
  shop: string,
  collection: { id: string; title: string },
): Promise<void> {
  await inTransaction(pool, async (client, now) => {
    await endFollowing(client, shop, now);
    await client.query(
      `INSERT INTO "PlanFollow" ("shop", "collectionId", "title", "since", "dueAt")
       VALUES ($1, $2, $3, $4, $4)`,
      [shop, collection.id, collection.title, new Date(now)],
    );
  });
}

/** New products get no plans by themselves any more. What was done stays. */
export async function unfollow(pool: pg.Pool, shop: string): Promise<void> {
  await inTransaction(pool, (client, now) => endFollowing(client, shop, now));
}

/** What a merchant took off is remembered, whichever collection is chosen next. */
async function endFollowing(client: Client, shop: string, now: number): Promise<void> {
  await client.query(`DELETE FROM "PlanFollow" WHERE "shop" = $1`, [shop]);
  await client.query(
    `DELETE FROM "FollowedProduct" WHERE "shop" = $1 AND "state" NOT IN ('given', 'removed')`,
    [shop],
  );
  await client.query(
    `UPDATE "PlanJob" SET "state" = 'cancelled', "finishedAt" = $2, "dueAt" = NULL
      WHERE "shop" = $1 AND "kind" = 'follow' AND "state" = 'running'`,
    [shop, new Date(now)],
  );
}

/** The collection is looked through at once. To be followed by a wake of the shop. */
export async function lookNow(pool: pg.Pool, shop: string, now: number): Promise<void> {
  await pool.query(`UPDATE "PlanFollow" SET "dueAt" = $2 WHERE "shop" = $1 AND "dueAt" > $2`, [
    shop,
    new Date(now),
  ]);
}

/** The shops whose collection is to be looked through. */
export async function shopsToFollow(pool: pg.Pool, now: number): Promise<string[]> {
  const { rows } = await pool.query<{ shop: string }>(
    `SELECT f."shop" FROM "PlanFollow" f JOIN "Shop" s ON s."domain" = f."shop"
      WHERE f."dueAt" <= $1 AND s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL`,
    [new Date(now)],
  );
  return rows.map(({ shop }) => shop);
}

/** Begins the look where one is due: once, however many processes see it. */
export async function beginFollowing(pool: pg.Pool, shop: string, now: number): Promise<void> {
  const due = await pool.query(`SELECT 1 FROM "PlanFollow" WHERE "shop" = $1 AND "dueAt" <= $2`, [
    shop,
    new Date(now),
  ]);
  if (due.rowCount === 0) return;
  await inTransaction(pool, async (client, at) => {
    const { rows } = await client.query<{ collectionId: string }>(
      `UPDATE "PlanFollow" SET "dueAt" = $3 WHERE "shop" = $1 AND "dueAt" <= $2
       RETURNING "collectionId"`,
      [shop, new Date(at), new Date(at + everyMs)],
    );
    const [row] = rows;
    if (!row) return;
    const running = await client.query(
      `SELECT 1 FROM "PlanJob" WHERE "shop" = $1 AND "kind" = 'follow' AND "state" = 'running'`,
      [shop],
    );
    if (running.rowCount) return;
    await insertPlanJob(client, shop, {
      ...{ id: randomUUID(), kind: "follow" as const, planIds: [], now: at },
      collections: [{ id: row.collectionId, after: null }],
    });
  });
}

/** A page of the collection that a job follows. */
export type FollowedPage = { products: readonly ListedProduct[]; next: string | null };

/**
 * Notes a page of the collection: of the first look, what is in it; later, what is new, which the
 * job is to give plans.
 *
 * @param page null: Shopify knows no such collection
 */
export async function saveFollowedPage(
  pool: pg.Pool,
  job: PlanJob,
  collectionId: string,
  page: FollowedPage | null,
): Promise<void> {
  const { shop } = job;
  await inTransaction(pool, async (client, now) => {
    const { rows } = await client.query<{ isReady: boolean }>(
      `SELECT "isReady" FROM "PlanFollow" WHERE "shop" = $1 AND "collectionId" = $2 FOR UPDATE`,
      [shop, collectionId],
    );
    const [followed] = rows;
    const next = followed && page ? page.next : null;
    const collections = next === null ? [] : [{ id: collectionId, after: next }];
    const { rowCount } = await client.query(
      `UPDATE "PlanJob" SET "collections" = $4 WHERE "shop" = $1 AND "id" = $2
          AND "leaseToken" = $3 AND "state" = 'running'`,
      [shop, job.id, job.token, JSON.stringify(collections)],
    );
    if (!rowCount || !followed) return;
    if (page && followed.isReady) await takeNew(client, job, page.products, now);
    else if (page) await note(client, shop, page.products, "there", now);
    if (next !== null) return;
    await client.query(
      `UPDATE "PlanFollow" SET "isReady" = "isReady" OR $4, "isGone" = NOT $4, "lookedAt" = $3
        WHERE "shop" = $1 AND "collectionId" = $2`,
      [shop, collectionId, new Date(now), page !== null],
    );
  });
}

/** What is new, and what could not be given plans so far, becomes the job's as far as it has room. */
async function takeNew(
  client: Client,
  job: PlanJob,
  products: readonly ListedProduct[],
  now: number,
): Promise<void> {
  const { shop, id } = job;
  const { rows } = await client.query<{ productId: string; again: boolean }>(
    `SELECT "productId", "state" = 'failed' AND "tries" < $3 AS "again" FROM "FollowedProduct"
      WHERE "shop" = $1 AND "productId" = ANY($2)`,
    [shop, products.map((product) => product.id), mostTries],
  );
  const known = new Map(rows.map(({ productId, again }) => [productId, again]));
  const open = products.filter((product) => known.get(product.id) ?? true);
  await note(
    client,
    shop,
    open.filter(({ hasPlans }) => hasPlans),
    "had",
    now,
  );
  const wanted = open.filter(({ hasPlans }) => !hasPlans);
  await addProducts(client, shop, id, wanted);
  const taken = await client.query<{ productId: string }>(
    `SELECT "productId" FROM "PlanJobProduct" WHERE "shop" = $1 AND "jobId" = $2
        AND "productId" = ANY($3)`,
    [shop, id, wanted.map((product) => product.id)],
  );
  const ids = new Set(taken.rows.map(({ productId }) => productId));
  await note(
    client,
    shop,
    wanted.filter((product) => ids.has(product.id)),
    "taken",
    now,
  );
}

async function note(
  client: Client,
  shop: string,
  products: readonly { id: string }[],
  state: FollowedState,
  now: number,
): Promise<void> {
  if (products.length === 0) return;
  // what was removed stays so, whatever a look sees
  await client.query(
    `INSERT INTO "FollowedProduct" AS f ("shop", "productId", "state", "tries", "at")
     SELECT $1, p."id", $3, $5, $4 FROM unnest($2::text[]) AS p("id")
     ON CONFLICT ("shop", "productId") DO UPDATE SET "state" = EXCLUDED."state",
       "tries" = f."tries" + EXCLUDED."tries", "at" = EXCLUDED."at"
       WHERE f."state" NOT IN ('given', 'removed')`,
    [shop, products.map(({ id }) => id), state, new Date(now), state === "taken" ? 1 : 0],
  );
}

/** Whether a product is still to be given plans by itself: the merchant did not take them off meanwhile. */
export async function isStillNew(client: Client, shop: string, id: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM "FollowedProduct" WHERE "shop" = $1 AND "productId" = $2
        AND "state" IN ('taken', 'failed')`,
    [shop, id],
  );
  return rowCount === 1;
}

/** Notes what came of a product that a job had; of other jobs, what the merchant took off. */
export async function noteFollowed(
  client: Client,
  { shop, kind }: Pick<PlanJob, "shop" | "kind">,
  productId: string,
  result: PlanResult,
  now: number,
): Promise<void> {
  if (result.kind === "unlinked") {
    await client.query(
      `INSERT INTO "FollowedProduct" ("shop", "productId", "state", "at")
       VALUES ($1, $2, 'removed', $3)
       ON CONFLICT ("shop", "productId") DO UPDATE SET "state" = EXCLUDED."state",
         "at" = EXCLUDED."at"`,
      [shop, productId, new Date(now)],
    );
  } else if (kind === "follow" && result.kind !== "kept") {
    await client.query(
      `UPDATE "FollowedProduct" SET "state" = $3, "at" = $4
        WHERE "shop" = $1 AND "productId" = $2 AND "state" IN ('taken', 'failed')`,
      [shop, productId, result.kind === "failed" ? "failed" : "given", new Date(now)],
    );
  }
}
