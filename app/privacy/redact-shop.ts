import type pg from "pg";
import { isResting } from "#app/store/failing.ts";
import { holdingShop, type Lease, underLease } from "#app/store/lease.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** Shopify sends shop/redact so long after an uninstall. */
const redactAfterMs = 48 * 60 * 60 * 1000;

/** Rows of one statement: it shall not hold others up. */
const batch = 5000;

/** Every table with rows of a shop but `Shop` itself, whose row says until the end what is to be done. */
export const shopTables = [
  ...["Session", "InboxWebhook", "OrderDocument", "TimelineEvent", "OrderEvent", "Attempt"],
  ...["OrderCount", "ShopDay", "DataRequest", "CustomerRedaction", "OrderScan", "PlanJobProduct"],
  ...["PlanJob", "ProductOffer", "Hold", "PlanOffer", "CountryOffer", "PlanRefund"],
  ...[
    "PlanRequest",
    "OrderReturn",
    "OrderDifference",
    "Proof",
    "SaleCount",
    "FlowEvent",
    "SavedView",
  ],
  ...["ShopMail", "PlanCoverage", "UncoveredProduct", "PlanFollow", "FollowedProduct", "Order"],
] as const;

/**
 * Notes that everything of the shop is to be deleted; its next sync run does it. Sessions are
 * deleted at once. Ignored if the app was installed again since the uninstall that led to it.
 *
 * @param at epoch milliseconds by Shopify's clock
 */
export async function redactShop(
  { pool, log }: Pick<RunContext, "pool" | "log">,
  domain: string,
  at: number,
): Promise<void> {
  await pool.query(`INSERT INTO "Shop" ("domain") VALUES ($1) ON CONFLICT DO NOTHING`, [domain]);
  const noted = await holdingShop(pool, domain, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE "Shop" SET "eraseAt" = $2, "apiKeySealed" = NULL, "apiKeyLastFour" = NULL,
              "connection" = 'none'
        WHERE "domain" = $1 AND coalesce("installSeenAt" <= $2, true)
          AND coalesce("uninstalledAt" IS NOT NULL
            OR "reinstalledAt" <= $3, true)`,
      [domain, new Date(at), new Date(at - redactAfterMs)],
    );
    if (rowCount === 1) await client.query(`DELETE FROM "Session" WHERE "shop" = $1`, [domain]);
    return rowCount === 1;
  });
  log.info(
    { shop: domain },
    noted
      ? "the shop's data is being deleted"
      : "a deletion from before the latest install was ignored",
  );
}

/**
 * Deletes everything of a shop for which that was noted: a bounded number of rows of one table, or
 * at last the shop's own row.
 *
 * @returns whether there is more to delete; `rests`: that failed, and it is not to be tried yet; `no`:
 *   the shop was installed again meanwhile
 */
export async function eraseStep(
  { pool, config, log }: RunContext,
  lease: Lease,
): Promise<"no" | "more" | "done" | "rests"> {
  return await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    if (!shop.erases) return "no";
    if (isResting(shop, "erase")) return "rests";
    for (const table of shopTables) {
      const { rowCount } = await client.query(
        `DELETE FROM "${table}" WHERE "shop" = $1 AND ctid = ANY(ARRAY(
           SELECT ctid FROM "${table}" WHERE "shop" = $1 LIMIT ${batch}))`,
        [lease.shop],
      );
      if (rowCount) return "more";
    }
    await forgetJobs(client, lease.shop);
    await client.query(`DELETE FROM "Shop" WHERE "domain" = $1`, [lease.shop]);
    log.info({ shop: lease.shop }, "the shop's data was deleted");
    return "done";
  });
}

/** The job that runs now is deleted by the queue a minute after its end. */
async function forgetJobs(client: pg.PoolClient, shop: string): Promise<void> {
  await client.query(
    `DELETE FROM pgboss.job WHERE "name" IN ('sync', 'scan', 'plans', 'refunds') AND "singleton_key" = $1 AND "state" <> 'active'`,
    [shop],
  );
}
