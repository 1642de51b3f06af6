import type pg from "pg";
import { mostProducts } from "#app/plans/plan-job-store.ts";
import type { PlanWait } from "#app/plans/plan-result.ts";

/** Which products lack plans, as the page of plans shows it. Times are epoch milliseconds. */
export type CoveragePage = {
  /** products on sale that plans can be offered for; null: nobody has looked yet */
  products: number | null;
  without: number;
  /** one page of them */
  listed: { id: string; title: string }[];
  /** the page's number, and how many there are */
  page: number;
  pages: number;
  countedAt: number | null;
  isCounting: boolean;
  /** why the look does not go on */
  wait: PlanWait | null;
};

/** The collection whose new products get plans. */
export type FollowedCollection = {
  title: string;
  since: number;
  lookedAt: number | null;
  /** it is not written down yet which products are in it by now */
  isBeginning: boolean;
  isGone: boolean;
  /** it is being looked through, or is about to be */
  isLooking: boolean;
  /** why that does not go on */
  wait: PlanWait | null;
  /** products that got plans by themselves */
  given: number;
  /** products that could not be given any so far */
  failed: number;
};

/** A plan whose price a job changed; prices in minor units. */
export type PriceChange = {
  productId: string;
  product: string | null;
  plan: string;
  country: string | null;
  before: number;
  price: number;
  currency: string;
  at: number;
  /** the app saw that the product costs something else */
  isRepriced: boolean;
};

const pageSize = 10;
const shownChanges = 20;

/** @param asked the number of the page, from 1 */
export async function readCoverage(
  pool: pg.Pool,
  shop: string,
  asked: number,
): Promise<CoveragePage> {
  type Row = { products: number; beyond: number; listed: number; at: number | null } & Pick<
    CoveragePage,
    "isCounting" | "wait"
  >;
  const { rows } = await pool.query<Row>(
    `SELECT c."products", c."beyond", (extract(epoch FROM c."finishedAt") * 1000)::float8 AS "at",
            j."id" IS NOT NULL AS "isCounting", j."reason" AS "wait",
            (SELECT count(*)::int FROM "UncoveredProduct" u WHERE u."shop" = $1) AS "listed"
       FROM "PlanCoverage" c
       LEFT JOIN "PlanJob" j ON j."shop" = c."shop" AND j."id" = c."jobId" AND j."state" = 'running'
      WHERE c."shop" = $1`,
    [shop],
  );
  const row = rows[0] ?? {
    products: 0,
    beyond: 0,
    listed: 0,
    at: null,
    isCounting: false,
    wait: null,
  };
  const pages = Math.max(1, Math.ceil(row.listed / pageSize));
  const page = Math.min(Math.max(1, asked), pages);
  const { rows: listed } = await pool.query<CoveragePage["listed"][number]>(
    `SELECT "productId" AS "id", "title" FROM "UncoveredProduct" WHERE "shop" = $1
      ORDER BY "title", "productId" LIMIT $2 OFFSET $3`,
    [shop, pageSize, (page - 1) * pageSize],
  );
  const { products, beyond, at, isCounting, wait } = row;
  return {
    ...{ listed, page, pages, isCounting, wait },
    products: at === null ? null : products,
    without: row.listed + beyond,
    countedAt: at,
  };
}

/** The products that plans can be asked for at once, by title. */
export async function uncoveredIds(pool: pg.Pool, shop: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "productId" AS "id" FROM "UncoveredProduct" WHERE "shop" = $1
      ORDER BY "title", "productId" LIMIT $2`,
    [shop, mostProducts],
  );
  return rows.map(({ id }) => id);
}

/** Null: new products get no plans by themselves. */
export async function readFollow(
  pool: pg.Pool,
  shop: string,
  now: number,
): Promise<FollowedCollection | null> {
  const { rows } = await pool.query<FollowedCollection>(
    `SELECT f."title", NOT f."isReady" AS "isBeginning", f."isGone", j."reason" AS "wait",
            f."dueAt" <= $2 OR j."id" IS NOT NULL AS "isLooking",
            (extract(epoch FROM f."since") * 1000)::float8 AS "since",
            (extract(epoch FROM f."lookedAt") * 1000)::float8 AS "lookedAt",
            (SELECT count(*)::int FROM "FollowedProduct" p WHERE p."shop" = $1
                AND p."state" = 'given' AND p."at" >= f."since") AS "given",
            (SELECT count(*)::int FROM "FollowedProduct" p WHERE p."shop" = $1
                AND p."state" = 'failed') AS "failed"
       FROM "PlanFollow" f
       LEFT JOIN "PlanJob" j ON j."shop" = f."shop" AND j."kind" = 'follow' AND j."state" = 'running'
      WHERE f."shop" = $1`,
    [shop, new Date(now)],
  );
  return rows[0] ?? null;
}

/** The plans whose price changed last, as long as it is kept what jobs did. */
export async function readPriceChanges(pool: pg.Pool, shop: string): Promise<PriceChange[]> {
  const { rows } = await pool.query<PriceChange>(
    // the condition is that of the index
    `SELECT p."productId", p."title" AS "product", c."title" AS "plan", c."country", c."before",
            c."price", c."currency", (extract(epoch FROM p."endedAt") * 1000)::float8 AS "at",
            j."kind" = 'reprice' AS "isRepriced"
       FROM (SELECT * FROM "PlanJobProduct" WHERE "shop" = $1
                AND jsonb_path_exists("result", '$.plans[*] ? (@.before != null && @.before != @.price)')
              ORDER BY "endedAt" DESC LIMIT ${shownChanges}) p
       JOIN "PlanJob" j ON j."shop" = p."shop" AND j."id" = p."jobId"
      CROSS JOIN LATERAL jsonb_to_recordset(p."result" -> 'plans') AS c("title" text, "country" text,
            "before" float8, "price" float8, "currency" text)
      WHERE c."before" <> c."price"
      ORDER BY p."endedAt" DESC, p."productId", c."country", c."price" LIMIT ${shownChanges}`,
    [shop],
  );
  return rows;
}
