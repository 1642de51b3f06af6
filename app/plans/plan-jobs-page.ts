import type pg from "pg";
import { mostProducts } from "./plan-job-store.ts";
import type { PlanJobKind, PlanResult, PlanWait } from "./plan-result.ts";

/** A job as the page shows it. Times are epoch milliseconds. */
export type PageJob = {
  id: string;
  kind: PlanJobKind;
  state: "running" | "done" | "cancelled";
  total: number;
  done: number;
  failed: number;
  wait: PlanWait | null;
  words: string | null;
  /** collections are still being listed: the total grows */
  isListing: boolean;
  /** there were more products than a job takes */
  isCut: boolean;
  createdAt: number;
};

/** What a job did for a product. */
export type PageJobProduct = {
  productId: string;
  title: string | null;
  state: "waiting" | "done" | "failed";
  result: PlanResult | null;
};

const shownProducts = 50;

/**
 * The shop's latest jobs, but for looks that have nothing to do so far, and what the one that is open did
 * for each product, failures first.
 */
export async function readJobs(
  pool: pg.Pool,
  shop: string,
  openId: string | null,
): Promise<{ jobs: PageJob[]; open: string | null; products: PageJobProduct[] }> {
  const { rows: jobs } = await pool.query<PageJob>(
    `SELECT "id", "kind", "state", "total", "done", "failed", "reason" AS "wait",
            "reasonWords" AS "words", "collections" <> '[]' AS "isListing",
            "total" >= $2 AS "isCut", (extract(epoch FROM "createdAt") * 1000)::float8 AS "createdAt"
       FROM "PlanJob"
      WHERE "shop" = $1 AND "kind" <> 'coverage' AND ("kind" NOT IN ('follow', 'reprice') OR "total" > 0) ORDER BY "createdAt" DESC, "id" LIMIT 5`,
    [shop, mostProducts],
  );
  const open = jobs.find(({ id }) => id === openId)?.id ?? jobs[0]?.id ?? null;
  const { rows: products } = await pool.query<PageJobProduct>(
    `SELECT "productId", "title", "state", "result" FROM "PlanJobProduct"
      WHERE "shop" = $1 AND "jobId" = $2 AND "state" <> 'waiting'
      ORDER BY "state" DESC, "position" LIMIT $3`,
    [shop, open, shownProducts],
  );
  return { jobs, open, products };
}
