import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
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

type Row = { webhookId: string; topic: OrderTopic; payload: Buffer };

/** SQL: whether the payload holds one of the ids in the parameter `$2`. */
const holdsOne = `EXISTS (SELECT 1 FROM unnest($2::text[]) AS wanted("id")
  WHERE position(convert_to(wanted."id", 'UTF8') IN "payload") > 0)`;

/** Where in the inbox to look on; `afterAt` as PostgreSQL writes it, to the microsecond. */
export type InboxPlace = { part: "quarantined" | "waiting"; afterAt: string; afterId: string };

/** Webhooks that are looked at in one statement. */
const page = 500;

/** Where to begin: before all webhooks of one part of the inbox. */
export const beginningOf = (part: InboxPlace["part"]): InboxPlace => ({
  ...{ part, afterAt: "-infinity", afterId: "" },
});

/**
 * The webhooks in the shop's inbox, also those in quarantine, that are about one of these orders or
 * come from this customer, page by page. Of one that cannot be read it is enough that it holds one of
 * the ids.
 */
export async function customerWebhooks(
  pool: pg.Pool,
  shop: string,
  request: CustomerRequest,
): Promise<CustomerWebhook[]> {
  const found: CustomerWebhook[] = [];
  for (const part of ["waiting", "quarantined"] as const) {
    for (let place: InboxPlace | null = beginningOf(part); place; ) {
      const { webhooks, next } = await nextCustomerWebhooks(pool, shop, request, place, "infinity");
      found.push(...webhooks);
      place = next;
    }
  }
  return found;
}

/**
 * The next of them in one part of the inbox, the oldest first.
 *
 * @param until webhooks that came later are left out; as PostgreSQL writes it
 * @returns `next` null: that was the last of them
 */
export async function nextCustomerWebhooks(
  client: Pick<pg.Pool | pg.PoolClient, "query">,
  shop: string,
  request: CustomerRequest,
  { part, afterAt, afterId }: InboxPlace,
  until: string,
): Promise<{ webhooks: CustomerWebhook[]; next: InboxPlace | null }> {
  const isOfPart =
    part === "waiting"
      ? `"foldedAt" IS NULL AND "quarantinedAt" IS NULL`
      : `"quarantinedAt" IS NOT NULL`;
  const { rows } = await client.query<
    Omit<Row, "payload"> & { payload: Buffer | null; at: string }
  >(
    `SELECT "webhookId", "topic", "receivedAt"::text AS "at",
            CASE WHEN ${holdsOne} THEN "payload" END AS "payload"
       FROM "InboxWebhook"
      WHERE "shop" = $1 AND ${isOfPart} AND "receivedAt" <= $3::timestamptz
        AND ("receivedAt", "webhookId") > ($4::timestamptz, $5)
      ORDER BY "receivedAt", "webhookId" ${firstRows(page)}`,
    [shop, wantedIds(request), until, afterAt, afterId],
  );
  const last = rows.at(-1);
  const held = rows.flatMap(({ payload, ...row }) => (payload ? [{ ...row, payload }] : []));
  return {
    webhooks: concerning(held, request),
    next: last && rows.length === page ? { part, afterAt: last.at, afterId: last.webhookId } : null,
  };
}

function wantedIds({ customerId, orders }: CustomerRequest): string[] {
  return customerId === null ? orders : [customerId, ...orders];
}

/** Those that are about one of the orders or come from the customer, or cannot be read. */
function concerning(
  rows: readonly Row[],
  { customerId, orders }: CustomerRequest,
): CustomerWebhook[] {
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
