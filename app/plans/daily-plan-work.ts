import type pg from "pg";
import { startPriceLooks } from "#app/plans/coverage/price-look.ts";
import type { PlanContext } from "./plan-context.ts";
import { createPlanJob, mostProducts } from "./plan-job-store.ts";
import type { PlanJobKind } from "./plan-result.ts";
import { isRefused, isUnsellable } from "./product-offers.ts";

/** How long it is kept what a job did for each product. */
const keepJobsMs = 90 * 24 * 60 * 60_000;

/** Offers are renewed so long before they expire: time for a day without Hakuna, or two. */
const renewBeforeMs = 3 * 24 * 60 * 60_000;

/** Products of a shop whose countries are written down in one job; the next day has the others. */
const mostNoted = 2_000;

/** Products for which offers were asked for in other countries than where their shop sells now. */
const inOtherCountries = `
  SELECT "shop", "productId" FROM (
    SELECT o."shop", o."productId", array_agg(o."country") AS "has",
           s."country" || coalesce(s."sellingCountries", '{}') AS "wants"
      FROM "CountryOffer" o JOIN "Shop" s ON s."domain" = o."shop"
     WHERE s."country" IS NOT NULL
     GROUP BY o."shop", o."productId", s."country", s."sellingCountries") p
   WHERE NOT ("has" @> "wants" AND "has" <@ "wants")`;

/**
 * Products of several prices whose links were written while variants' own lists could be wrong: who
 * wrote them since has noted so. They are renewed once.
 */
const withOldLists = `
  SELECT o."shop", o."productId" FROM "CountryOffer" o JOIN "Shop" s ON s."domain" = o."shop"
    WHERE NOT o."ownLists" AND o."prices" > 1`;

/** Products whose plans were taken off, and are to be offered again once that can be done. */
const withdrawn = `
  SELECT o."shop", o."productId" FROM "CountryOffer" o JOIN "Shop" s ON s."domain" = o."shop"
    WHERE o."prices" = 0 AND o."expiresAt" IS NOT NULL`;

/**
 * Of offers `o` and shops `s`: what needs no other try by itself. What ends soon is tried once more
 * before its end, and once behind it. `now`, `soon`: the parameters with the time, and that until which
 * offers end soon, in epoch milliseconds.
 */
const isSettled = (now: string, soon: string) => {
  const at = (ms: string) => `to_timestamp(${ms} / 1000.0)`;
  return `(${isRefused(at(now))} AND (
      o."expiresAt" IS NULL OR o."expiresAt" > ${at(soon)}
      OR o."refusedAt" >= CASE WHEN o."expiresAt" <= ${at(now)} THEN o."expiresAt"
                               ELSE o."expiresAt" - (${at(soon)} - ${at(now)}) END))`;
};

/** Products of offers that another environment or account made. */
const ofOtherAccounts = (table: string) => `
  SELECT o."shop", o."productId" FROM "${table}" o JOIN "Shop" s ON s."domain" = o."shop"
    WHERE o."epoch" <> s."epoch" AND o."expiresAt" IS NOT NULL`;

/** Products whose plans may be sold no more. `now`: the parameter with the time. */
const unsellableAt = (now: string) => `
  SELECT o."shop", o."productId" FROM "CountryOffer" o JOIN "Shop" s ON s."domain" = o."shop"
    WHERE ${isUnsellable(now)}`;

/** Once a day: starts what is to be done about plans. Answers the shops to be woken. */
export async function dailyPlanWork({ pool, now }: PlanContext): Promise<string[]> {
  await forgetPlanJobs(pool, now(), keepJobsMs);
  return await startPlanWork(pool, now());
}

/**
 * Starts a job for each shop that has plans which may be sold no more; one for each that has offers
 * which expire soon, which another environment or account made or which were withdrawn, that sells in
 * other countries than they are for, or whose links are old; one for each whose plans do not say yet
 * where they are sold; and for each that has plans a look at what their products cost now. Answers the shops; they are to be woken.
 */
export async function startPlanWork(pool: pg.Pool, now: number): Promise<string[]> {
  const past = await startJobs(pool, "withdraw", unsellableAt("$3"), mostProducts, { more: [now] });
  const expiring = (table: string) => `
    SELECT o."shop", o."productId" FROM "${table}" o JOIN "Shop" s ON s."domain" = o."shop"
      WHERE o."expiresAt" <= to_timestamp($3 / 1000.0)`;
  const open = [expiring("CountryOffer"), ofOtherAccounts("CountryOffer"), withdrawn, withOldLists];
  const due = [
    ...open.map((products) => `${products} AND NOT coalesce(${isSettled("$4", "$3")}, false)`),
    ...[expiring("ProductOffer"), ofOtherAccounts("ProductOffer"), inOtherCountries],
  ];
  const renewed = await startJobs(pool, "renew", due.join(" UNION "), mostProducts, {
    more: [now + renewBeforeMs, now],
  });
  const noted = await startJobs(
    pool,
    "countries",
    `SELECT "shop", "productId" FROM "ProductOffer"`,
    mostNoted,
  );
  const looking = await startPriceLooks(pool, now);
  return [...new Set([...past, ...renewed, ...noted, ...looking])];
}

/** Products of running jobs. One that has not begun will see what the settings say by then. */
const ofRunningJobs = (begun: boolean, ...kinds: PlanJobKind[]) => `
  SELECT r."shop", r."productId" FROM "PlanJobProduct" r
    JOIN "PlanJob" j ON j."shop" = r."shop" AND j."id" = r."jobId"
   WHERE r."shop" = $3 AND r."state" = 'waiting' AND r."attempts" ${begun ? ">" : "="} 0
     AND j."kind" IN (${kinds.map((kind) => `'${kind}'`).join()}) AND j."state" = 'running'`;

/**
 * The same for one shop, whose settings are others than before: where it sells, and for which account
 * its offers are. A job that is under way is no hindrance: what it has done, or is at, is done again
 * behind it.
 */
export async function followSettings(pool: pg.Pool, shop: string, now: number): Promise<string[]> {
  const past = await startJobs(
    pool,
    "withdraw",
    `${unsellableAt("$4")} AND o."shop" = $3 EXCEPT ${ofRunningJobs(false, "withdraw")}`,
    mostProducts,
    { more: [shop, now], behind: true },
  );
  const products = `(${inOtherCountries} AND "shop" = $3
    UNION ${ofOtherAccounts("CountryOffer")} AND o."shop" = $3
    UNION ${ofOtherAccounts("ProductOffer")} AND o."shop" = $3
    UNION ${withdrawn} AND o."shop" = $3
    UNION ${ofRunningJobs(true, "offers", "renew", "reprice")}) EXCEPT ${ofRunningJobs(false, "offers", "renew")}`;
  const renewed = await startJobs(pool, "renew", products, mostProducts, {
    more: [shop],
    behind: true,
  });
  return [...new Set([...past, ...renewed])];
}

/**
 * Starts a job of the kind for each shop that has such products, unless it has one already, or lacks
 * the key without which Hakuna cannot be asked.
 *
 * @param products a query for `shop` and `productId`; its parameters, `more`, begin with $3
 * @param options `behind`: also where the shop has a job of the kind already
 */
async function startJobs(
  pool: pg.Pool,
  kind: PlanJobKind,
  products: string,
  most: number,
  { more = [], behind = false }: { more?: unknown[]; behind?: boolean } = {},
): Promise<string[]> {
  const { rows } = await pool.query<{ shop: string; products: string[] }>(
    `SELECT p."shop", (array_agg(p."productId" ORDER BY p."productId"))[1:$2] AS "products"
       FROM (${products}) p JOIN "Shop" s ON s."domain" = p."shop"
      WHERE s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL
        AND ($1 = 'withdraw' OR s."apiKeySealed" IS NOT NULL)
        AND ($${more.length + 3}::bool OR NOT EXISTS (
              SELECT 1 FROM "PlanJob" j WHERE j."shop" = p."shop"
                 AND j."kind" = $1 AND j."state" = 'running'))
      GROUP BY p."shop"`,
    [kind, most, ...more, behind],
  );
  for (const { shop, products: productIds } of rows) {
    await createPlanJob(pool, shop, { kind, productIds, collectionIds: [], planIds: [] });
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
