import { randomUUID } from "node:crypto";
import type pg from "pg";
import { inTransaction } from "#app/database/transaction.ts";
import {
  insertPlanJob,
  insertWithdrawal,
  mostProducts,
  type PlanJob,
} from "#app/plans/plan-job-store.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { type ListPage, readOnSale } from "#app/shopify/plans/product-lists.ts";

type Client = Pick<pg.PoolClient, "query">;

/** What was counted so lately is still true, but for what the app did itself, and that is noted. */
const freshMs = 60 * 60_000;
/** Where nothing was on sale the shop is being set up. */
const freshNoneMs = 60_000;

/**
 * Begins to look for the shop's products without plans, unless somebody does or the last look is of
 * this hour (of this minute where it found none). To be asked when a page shows them: nobody else
 * wants to know.
 *
 * @returns whether a job was written down: the shop is to be woken
 */
export async function askForCoverage(pool: pg.Pool, shop: string, now: number): Promise<boolean> {
  const state = `SELECT "finishedAt" > $3 OR ("finishedAt" > $2 AND "products" > 0) OR EXISTS (
      SELECT 1 FROM "PlanJob" j
       WHERE j."shop" = $1 AND j."id" = c."jobId" AND j."state" = 'running') AS "isFresh"
    FROM "PlanCoverage" c WHERE c."shop" = $1`;
  const isFresh = async (client: Client, lock: string) => {
    const values = [shop, new Date(now - freshMs), new Date(now - freshNoneMs)];
    const { rows } = await client.query<{ isFresh: boolean | null }>(state + lock, values);
    return rows[0]?.isFresh ?? false;
  };
  if (await isFresh(pool, "")) return false;
  return await inTransaction(pool, async (client, at) => {
    await client.query(`INSERT INTO "PlanCoverage" ("shop") VALUES ($1) ON CONFLICT DO NOTHING`, [
      shop,
    ]);
    if (await isFresh(client, " FOR UPDATE OF c")) return false;
    const id = randomUUID();
    await client.query(
      `UPDATE "PlanCoverage" SET "jobId" = $2, "seen" = 0, "seenBeyond" = 0 WHERE "shop" = $1`,
      [shop, id],
    );
    await insertPlanJob(client, shop, {
      ...{ id, kind: "coverage" as const, planIds: [], now: at },
      collections: [{ id: "", after: null }],
    });
    return true;
  });
}

/**
 * Looks at the next page of products, and ends the job behind the last one. Plans that are linked to
 * bundles, also by hand, are taken off by a job of its own.
 */
export async function lookAtProducts(pool: pg.Pool, job: PlanJob, ask: AskAdmin): Promise<void> {
  const page = await readOnSale(ask, job.collections[0]?.after ?? null);
  await inTransaction(pool, async (client, now) => {
    const { rowCount } = await client.query(
      `UPDATE "PlanJob" SET "collections" = $4, "failures" = 0, "reason" = NULL, "reasonWords" = NULL
        WHERE "shop" = $1 AND "id" = $2 AND "leaseToken" = $3`,
      [job.shop, job.id, job.token, JSON.stringify([{ id: "", after: page.next }])],
    );
    if (rowCount === 0) return;
    await notePage(client, job, page);
    await insertWithdrawal(client, job.shop, page.bundled, now);
    if (page.next === null) await endLook(client, job, now);
  });
}

/** What is beyond the products that can be listed is counted. */
async function notePage(client: Client, { shop, id }: PlanJob, page: ListPage): Promise<void> {
  const without = page.products.filter(({ hasPlans }) => !hasPlans);
  const { rows } = await client.query<{ listed: number }>(
    `SELECT count(*)::int AS "listed" FROM "UncoveredProduct" WHERE "shop" = $1 AND "jobId" = $2`,
    [shop, id],
  );
  const room = Math.max(0, mostProducts - (rows[0]?.listed ?? 0));
  const listed = without.slice(0, room);
  await client.query(
    `INSERT INTO "UncoveredProduct" ("shop", "productId", "title", "jobId")
     SELECT $1, p."id", p."title", $2 FROM unnest($3::text[], $4::text[]) AS p("id", "title")
     ON CONFLICT ("shop", "productId") DO UPDATE SET "title" = EXCLUDED."title",
       "jobId" = EXCLUDED."jobId"`,
    [shop, id, listed.map((one) => one.id), listed.map(({ title }) => title)],
  );
  await client.query(
    `UPDATE "PlanCoverage" SET "seen" = "seen" + $3, "seenBeyond" = "seenBeyond" + $4
      WHERE "shop" = $1 AND "jobId" = $2`,
    [shop, id, page.products.length, without.length - listed.length],
  );
}

/** Nothing tells of the job any more: what it found is what the page shows. */
async function endLook(client: Client, { shop, id }: PlanJob, now: number): Promise<void> {
  await client.query(
    `DELETE FROM "UncoveredProduct" WHERE "shop" = $1 AND "jobId" IS DISTINCT FROM $2`,
    [shop, id],
  );
  await client.query(
    `UPDATE "PlanCoverage" SET "jobId" = NULL, "products" = "seen", "beyond" = "seenBeyond",
            "finishedAt" = $3
      WHERE "shop" = $1 AND "jobId" = $2`,
    [shop, id, new Date(now)],
  );
  await client.query(`DELETE FROM "PlanJob" WHERE "shop" = $1 AND "id" = $2`, [shop, id]);
}

/** Notes that a product has plans by now, or has none any more. */
export async function noteCovered(
  client: Client,
  shop: string,
  product: { id: string; title: string | null },
  hasPlans: boolean,
): Promise<void> {
  if (hasPlans) {
    await client.query(`DELETE FROM "UncoveredProduct" WHERE "shop" = $1 AND "productId" = $2`, [
      shop,
      product.id,
    ]);
    return;
  }
  // as if the look that is under way had seen it
  const { rows } = await client.query<{ jobId: string | null }>(
    `SELECT "jobId" FROM "PlanCoverage" WHERE "shop" = $1`,
    [shop],
  );
  await client.query(
    `INSERT INTO "UncoveredProduct" ("shop", "productId", "title", "jobId") VALUES ($1, $2, $3, $4)
     ON CONFLICT ("shop", "productId") DO UPDATE SET "jobId" = EXCLUDED."jobId"`,
    [shop, product.id, product.title ?? "", rows[0]?.jobId ?? null],
  );
}
