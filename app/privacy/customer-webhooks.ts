import type pg from "pg";
import { parseExactJson } from "#app/shopify/webhooks/exact-json.ts";
import type { CustomerRequest } from "#app/shopify/webhooks/privacy-payload.ts";
import type { OrderTopic } from "#app/shopify/webhooks/webhook-payload.ts";

/** A webhook in the inbox whose payload is still there. */
export type CustomerWebhook = {
  webhookId: string;
  topic: OrderTopic;
  payload: string;
  /** null: the payload cannot be read */
  orderId: string | null;
};

/**
 * The webhooks in the shop's inbox, also those in quarantine, that are about one of these orders or
 * come from this customer. Of one that cannot be read it is enough that it holds one of the ids.
 */
export async function customerWebhooks(
  client: Pick<pg.Pool | pg.PoolClient, "query">,
  shop: string,
  { customerId, orders }: CustomerRequest,
): Promise<CustomerWebhook[]> {
  const wanted = customerId === null ? orders : [customerId, ...orders];
  if (wanted.length === 0) return [];
  const { rows } = await client.query<{ webhookId: string; topic: OrderTopic; payload: Buffer }>(
    `SELECT "webhookId", "topic", "payload" FROM "InboxWebhook"
      WHERE (("shop" = $1 AND "foldedAt" IS NULL AND "quarantinedAt" IS NULL)
          OR ("shop" = $1 AND "quarantinedAt" IS NOT NULL)) AND "payload" IS NOT NULL
        AND EXISTS (SELECT 1 FROM unnest($2::text[]) AS wanted("id")
                     WHERE position(convert_to(wanted."id", 'UTF8') IN "payload") > 0)
      ORDER BY "webhookId"`,
    [shop, wanted],
  );
  return rows.flatMap(({ webhookId, topic, payload }) => {
    const text = payload.toString("utf8");
    const named = idsOf(topic, text);
    const concerns =
      named === null ||
      orders.includes(named.orderId) ||
      (customerId !== null && named.customerId === customerId);
    return concerns ? [{ webhookId, topic, payload: text, orderId: named?.orderId ?? null }] : [];
  });
}

function idsOf(topic: OrderTopic, text: string) {
  try {
    const payload = parseExactJson(text) as Record<string, unknown>;
    const { id, order_id, customer } = payload;
    const orderId = String(topic.startsWith("orders/") ? id : order_id);
    if (!/^\d+$/.test(orderId)) return null;
    const known = typeof customer === "object" && customer !== null && "id" in customer;
    return { orderId, customerId: known ? String(customer.id) : null };
  } catch {
    return null;
  }
}
