import type pg from "pg";
import { holdingShop } from "#app/store/lease.ts";
import { dropPlannedRefunds } from "#app/store/refund-news.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** Plans that were sold and that Hakuna does not know of. */
export type Uncovered = {
  orders: number;
  plans: number;
  /** orders of which only parts came, so that nobody knows yet what is in them */
  unknownOrders: number;
  /** webhooks that are still to be folded */
  unfolded: number;
};

/**
 * The app was uninstalled: the shop's sessions and its API key are deleted, nothing is sent any more
 * and jobs end. Settings and orders stay until shop/redact. Plans that Hakuna does not know of are logged
 * for the operator. Done twice it changes nothing; an uninstall from before the app was last seen
 * installed is ignored.
 *
 * @param at epoch milliseconds by Shopify's clock
 */
export async function uninstall(
  { pool, log }: Pick<RunContext, "pool" | "log">,
  domain: string,
  at: number,
): Promise<void> {
  await pool.query(`INSERT INTO "Shop" ("domain") VALUES ($1) ON CONFLICT DO NOTHING`, [domain]);
  const done = await holdingShop(pool, domain, async (client, { now }) => {
    const { rowCount } = await client.query(
      `UPDATE "Shop" SET "uninstalledAt" = coalesce("uninstalledAt", $2), "apiKeySealed" = NULL,
              "apiKeyLastFour" = NULL, "keyVersion" = "keyVersion" + ("apiKeySealed" IS NOT NULL)::int,
              "connection" = 'none', "connectionReason" = NULL,
              "connectionSince" = CASE WHEN "connection" = 'none' THEN "connectionSince" ELSE $3 END,
              "loneRefusals" = 0, "backoffCount" = 0, "backoffUntil" = NULL, "backoffReason" = NULL,
              "backoffSince" = NULL, "testedAt" = NULL, "contactEmail" = NULL, "factsReadAt" = NULL,
              "scopes" = NULL, "scopesAt" = NULL, "scopesDueAt" = NULL, "returnsLookAt" = NULL,
              "refundsAlone" = false, "refundsAloneSince" = NULL, "failing" = "failing" - 'returns'
        WHERE "domain" = $1 AND coalesce(greatest("installedAt", "installSeenAt") <= $2, true)`,
      [domain, new Date(at), new Date(now)],
    );
    if (rowCount === 0) return null;
    await client.query(`DELETE FROM "Session" WHERE "shop" = $1`, [domain]);
    // Shopify takes back its subscriptions: nobody would tell that they are over
    await client.query(`DELETE FROM "OrderReturn" WHERE "shop" = $1`, [domain]);
    // whoever installs the app again says anew that refunds may be made without a person
    await dropPlannedRefunds(client, domain, now);
    await client.query(
      `UPDATE "PlanJob" SET "state" = 'cancelled', "finishedAt" = $2, "dueAt" = NULL
        WHERE "shop" = $1 AND "state" = 'running'`,
      [domain, new Date(now)],
    );
    return await uncovered(client, domain);
  });
  if (done === null) {
    log.info({ shop: domain }, "an uninstall from before the latest install was ignored");
    return;
  }
  if (done.orders + done.unknownOrders + done.unfolded > 0) {
    log.error({ shop: domain, ...done }, "uninstalled with plans that Hakuna does not know of");
  } else {
    log.info({ shop: domain }, "uninstalled");
  }
}

/** What the shop sold that Hakuna does not know of. */
export async function uncovered(
  client: Pick<pg.Pool | pg.PoolClient, "query">,
  domain: string,
): Promise<Uncovered> {
  const { rows } = await client.query<Uncovered>(
    `SELECT count(*) FILTER (WHERE "planUnits" > 0)::int AS "orders",
            coalesce(sum("planUnits"), 0)::int AS "plans",
            count(*) FILTER (WHERE "status" = 'waiting')::int AS "unknownOrders",
            (SELECT count(*) FROM "InboxWebhook" WHERE "shop" = $1 AND "foldedAt" IS NULL
                AND "quarantinedAt" IS NULL)::int AS "unfolded"
       FROM "Order"
      WHERE "shop" = $1 AND "status" IN ('pending', 'waiting', 'blocked', 'rejected')`,
    [domain],
  );
  return rows[0] ?? { orders: 0, plans: 0, unknownOrders: 0, unfolded: 0 };
}
