import type pg from "pg";
import type { CustomerRequest } from "#app/shopify/webhooks/privacy-payload.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { customerWebhooks } from "./customer-webhooks.ts";

/**
 * Records that a customer asked for what is stored about them. The operator answers the merchant
 * with what `ops data-request` prints.
 *
 * @param id of the webhook
 * @param at epoch milliseconds by Shopify's clock
 */
export async function recordDataRequest(
  { pool, log }: Pick<RunContext, "pool" | "log">,
  domain: string,
  id: string,
  { customerId, orders }: CustomerRequest,
  at: number,
): Promise<void> {
  const { rowCount } = await pool.query(
    `INSERT INTO "DataRequest" ("shop", "id", "customerId", "orders", "requestedAt")
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [domain, id, customerId, orders, new Date(at)],
  );
  if (rowCount === 1) {
    log.warn(
      { shop: domain, dataRequest: id },
      "a customer asks for their data; see ops data-request",
    );
  }
}

/** Whose data: a customer's by their id, or those whom a request is about, by the request's id. */
export type Whose = { customer: string } | { request: string };

/** All that is stored about one customer, as plain JSON. */
export type CustomerData = {
  shop: string;
  /** null: a request that names orders alone */
  customerId: string | null;
  requests: Record<string, unknown>[];
  /** rows of `Order` with their document, timeline, open returns, and what was asked back and refunded of plans */
  orders: Record<string, unknown>[];
  /** webhooks that are still in the inbox */
  webhooks: { webhookId: string; topic: string; payload: string }[];
};

/** Of what was asked back and refunded: what is said already, staff's, or the app's own. */
const notTheirs = [
  ...["shop", "orderId", "staffId", "answeredBy", "endedBy"],
  ...["key", "variables", "leaseToken", "leaseUntil"],
];

/** Reads all that is stored about a customer: by their id, and by the orders that requests name. */
export async function customerData(
  pool: pg.Pool,
  shop: string,
  whose: Whose,
): Promise<CustomerData> {
  const requests = await pool.query<{ customerId: string | null; orders: string[] }>(
    `SELECT "id", "customerId", "orders", "requestedAt", "answeredAt" FROM "DataRequest"
      WHERE "shop" = $1 AND ${column(whose)} = $2 ORDER BY "requestedAt"`,
    [shop, keyOf(whose)],
  );
  const customerId = "customer" in whose ? whose.customer : (requests.rows[0]?.customerId ?? null);
  const named = requests.rows.flatMap(({ orders }) => orders);
  const orders = await pool.query<{ order: Record<string, unknown> & { id: string } }>(
    `SELECT to_jsonb(o) || jsonb_build_object(
         'state', d."state", 'manualPairs', d."manualPairs", 'lastPayload', d."lastPayload",
         'formerPayload', d."formerPayload",
         'events', (SELECT jsonb_agg(to_jsonb(e) - 'shop' - 'orderId' ORDER BY e."at")
                      FROM (SELECT * FROM "TimelineEvent"
                             WHERE "shop" = $1 AND "orderId" = o."id"
                            UNION ALL
                            SELECT "shop", "orderId", "at", "source", "kind", "detail"
                              FROM "OrderEvent"
                             WHERE "shop" = $1 AND "orderId" = o."id") e),
         'planRequests', (SELECT jsonb_agg(to_jsonb(q) - $4::text[] ORDER BY q."createdAt")
                            FROM "PlanRequest" q WHERE q."shop" = $1 AND q."orderId" = o."id"),
         'planRefunds', (SELECT jsonb_agg(to_jsonb(r) - $4::text[] ORDER BY r."createdAt")
                           FROM "PlanRefund" r WHERE r."shop" = $1 AND r."orderId" = o."id"),
         'returns', (SELECT jsonb_agg(to_jsonb(t) - $4::text[] ORDER BY t."id")
                       FROM "OrderReturn" t WHERE t."shop" = $1 AND t."orderId" = o."id")
       ) AS "order"
       FROM "Order" o
       LEFT JOIN "OrderDocument" d ON d."shop" = o."shop" AND d."orderId" = o."id"
      WHERE o."shop" = $1 AND (o."customerId" = $2 OR o."id" = ANY($3)) ORDER BY o."placedAt"`,
    [shop, customerId, named, notTheirs],
  );
  const known = orders.rows.map(({ order }) => order);
  const ids = [...new Set([...named, ...known.map(({ id }) => id)])];
  const webhooks = await customerWebhooks(pool, shop, { customerId, orders: ids });
  return {
    shop,
    customerId,
    requests: requests.rows,
    orders: known,
    webhooks: webhooks.map(({ webhookId, topic, payload }) => ({ webhookId, topic, payload })),
  };
}

/** Marks a customer's open requests, or one, as answered; answers how many there were. */
export async function answerDataRequests(
  pool: pg.Pool,
  shop: string,
  whose: Whose,
): Promise<number> {
  const { rowCount } = await pool.query(
    `UPDATE "DataRequest" SET "answeredAt" = now()
      WHERE "shop" = $1 AND ${column(whose)} = $2 AND "answeredAt" IS NULL`,
    [shop, keyOf(whose)],
  );
  return rowCount ?? 0;
}

function column(whose: Whose): string {
  return "customer" in whose ? `"customerId"` : `"id"`;
}

function keyOf(whose: Whose): string {
  return "customer" in whose ? whose.customer : whose.request;
}
