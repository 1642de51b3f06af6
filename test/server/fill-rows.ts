import type pg from "pg";
import { emptyState } from "#app/order/fold.ts";

/**
 * Fills a shop with rows as the app leaves them, but with documents that hold next to nothing: an order
 * every ten seconds, the newest of them now, each folded from a webhook and sent in a request of its own. Every
 * thousandth was refused lately, a few lack their plan, one of twenty is to be refunded, half of them
 * with a deadline, a tenth of the webhooks has been kept long
 * enough.
 *
 * @param ids the ids begin behind this number
 */
export async function fillRows(
  pool: pg.Pool,
  shop: string,
  { orders, ids }: { orders: number; ids: number },
): Promise<void> {
  await pool.query(
    `INSERT INTO "Shop" ("domain", "connection", "apiKeySealed", "lastAcceptedAt", "loneRefusals")
     VALUES ($1, 'connected', 'sealed', now() - interval '1 hour', 10)`,
    [shop],
  );
  const at = `now() - (${orders} - n) * interval '10 seconds'`;
  const refused = `n > ${orders} - 60 AND n % 5 = 0`;
  await pool.query(
    `INSERT INTO "Order" ("shop", "id", "name", "placedAt", "changedAt", "status", "planUnits",
                          "findings", "findingSeverity", "needsAttention", "acceptedEpoch",
                          "refundUnits", "refundUntil")
     SELECT $1, (${ids} + n)::text, '#' || n, ${at}, ${at},
            (CASE WHEN ${refused} THEN 'rejected' WHEN n % 7 = 0 THEN 'skipped'
                  WHEN n % 2 = 0 THEN 'confirmed' ELSE 'sent' END)::"OrderStatus",
            CASE WHEN n % 7 = 0 THEN 0 ELSE 1 END,
            CASE WHEN n % 10 = 0 THEN '[{"code": "plan_without_product"}]'::jsonb ELSE '[]' END,
            CASE WHEN n % 10 = 0 THEN 'warning' END, n % 10 = 0, 1,
            CASE WHEN n % 20 = 0 THEN 1 ELSE 0 END,
            CASE WHEN n % 40 = 0 THEN now() + n * interval '1 minute' END
       FROM generate_series(1, $2::int) AS n`,
    [shop, orders],
  );
  await pool.query(
    `INSERT INTO "OrderDocument" ("shop", "orderId", "state")
     SELECT $1, (${ids} + n)::text, $3 FROM generate_series(1, $2::int) AS n`,
    [shop, orders, JSON.stringify(emptyState(""))],
  );
  await pool.query(
    `INSERT INTO "Attempt" ("shop", "id", "epoch", "orders", "startedAt", "answeredAt", "outcome", "reason")
     SELECT $1, gen_random_uuid(), 1,
            jsonb_build_array(jsonb_build_object('id', (${ids} + n)::text, 'revision', 1)),
            ${at}, ${at}, CASE WHEN ${refused} THEN 'invalid' ELSE 'accepted' END,
            CASE WHEN ${refused} THEN 'price must be positive' END
       FROM generate_series(1, $2::int) AS n`,
    [shop, orders],
  );
  await pool.query(
    `INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "receivedAt", "foldedAt")
     SELECT $1, gen_random_uuid()::text, 'orders/create', at, at, at
       FROM generate_series(1, $2::int) AS n,
            LATERAL (SELECT now() - interval '8 days' * (n <= $2 / 10)::int AS at) AS moment`,
    [shop, orders],
  );
  await pool.query(
    `INSERT INTO "OrderCount" ("shop", "status", "count", "attention", "refund")
     SELECT "shop", "status", count(*), count(*) FILTER (WHERE "needsAttention"),
            count(*) FILTER (WHERE "refundUnits" > 0)
       FROM "Order" WHERE "shop" = $1 GROUP BY 1, 2`,
    [shop],
  );
}
