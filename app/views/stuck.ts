import type pg from "pg";

/** What does not move. Times: since when. */
export type Stuck = {
  shops: { shop: string; state: string; since: Date; reason: string | null }[];
  orders: {
    shop: string;
    id: string;
    name: string | null;
    status: string;
    reason: string | null;
    since: Date;
  }[];
  webhooks: { shop: string; webhookId: string; topic: string; error: string | null; since: Date }[];
};

/** So long a pending order or a webhook may take without anybody wondering. */
const patience = "5 minutes";

/** Rows of one kind at most, the oldest first. */
export const mostStuck = 1000;

/**
 * Everything that got stuck at `since` or later: connections that a person must mend, feeds that
 * cannot be reached, shops of which a step fails, deliveries held back; orders that are blocked, refused, waiting, or pending for
 * longer than usual; webhooks in quarantine or not folded.
 *
 * @param shop null: of every shop
 */
export async function stuckSince(pool: pg.Pool, since: Date, shop: string | null): Promise<Stuck> {
  const values = [since, shop];
  const [shops, orders, webhooks] = await Promise.all([
    pool.query<Stuck["shops"][number]>(
      `SELECT * FROM (
         SELECT "domain" AS "shop", "connection"::text AS "state", "connectionSince" AS "since",
                "connectionReason" AS "reason" FROM "Shop"
          WHERE "connection" IN ('key_refused', 'wrong_address', 'feed_refuses')
         UNION ALL
         SELECT "domain", 'unreachable', "backoffSince", "backoffReason" FROM "Shop"
          WHERE "backoffSince" IS NOT NULL
         UNION ALL
         SELECT "domain", 'failing', to_timestamp((f."value" ->> 'since')::float8 / 1000),
                f."key" || ': ' || (f."value" ->> 'reason')
           FROM "Shop" CROSS JOIN LATERAL jsonb_each("failing") f
         UNION ALL
         SELECT "shop", 'held', "since", "reason" FROM "Hold") AS s
        WHERE "since" >= $1 AND ($2::text IS NULL OR "shop" IN ($2, '*'))
        ORDER BY "since" LIMIT ${mostStuck}`,
      values,
    ),
    pool.query<Stuck["orders"][number]>(
      // shop by shop along the index on the status; the counters tell where there is nothing
      `SELECT o.* FROM "OrderCount" c CROSS JOIN LATERAL (
         SELECT o."shop", o."id", o."name", o."status"::text AS "status", o."changedAt" AS "since",
                nullif(concat_ws(': ', o."reasonCode", o."statusReason"), '') AS "reason"
           FROM "Order" o WHERE o."shop" = c."shop" AND o."status" = c."status"
            AND o."changedAt" >= $1
            AND (o."status" <> 'rejected' OR o."needsAttention")
            AND (o."status" <> 'pending' OR o."changedAt" < now() - interval '${patience}')
          ORDER BY o."changedAt" LIMIT ${mostStuck}) o
        WHERE c."count" > 0 AND c."status" IN ('pending', 'waiting', 'blocked', 'rejected')
          AND ($2::text IS NULL OR c."shop" = $2)
        ORDER BY "since", "shop", "id" LIMIT ${mostStuck}`,
      values,
    ),
    pool.query<Stuck["webhooks"][number]>(
      `SELECT "shop", "webhookId", "topic", "error", "receivedAt" AS "since" FROM "InboxWebhook"
        WHERE ("quarantinedAt" IS NOT NULL
            OR ("foldedAt" IS NULL AND "receivedAt" < now() - interval '${patience}'))
          AND "receivedAt" >= $1 AND ($2::text IS NULL OR "shop" = $2)
        ORDER BY "receivedAt" LIMIT ${mostStuck}`,
      values,
    ),
  ]);
  return { shops: shops.rows, orders: orders.rows, webhooks: webhooks.rows };
}
