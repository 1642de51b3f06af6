import type pg from "pg";
import { cutPayload, withoutOtherProperties } from "#app/shopify/webhooks/cut-payload.ts";
import type { CustomerRequest } from "#app/shopify/webhooks/privacy-payload.ts";
import { fieldsOf } from "#app/shopify/webhooks/webhook-fields.ts";
import { type Lease, underLease } from "#app/store/lease.ts";
import type { RunContext } from "#app/store/run-context.ts";
import {
  beginningOf,
  type CustomerWebhook,
  type InboxPlace,
  nextCustomerWebhooks,
} from "./customer-webhooks.ts";
import { noteRedaction, redactOrders } from "./redact-customer.ts";

type Redaction = CustomerRequest & InboxPlace & { id: string; requestedAt: string };

/**
 * Looks through the next webhooks of the shop's inbox for those of a customer whose data was erased
 * (`redactCustomer`): their orders are erased too, and of the webhooks only what the fold needs is
 * left. Nothing of the shop is folded before it is through (`ShopRow.redacts`), for what is folded is
 * sent. How far it came is written down with each page: safe to kill anywhere and to repeat.
 *
 * @returns whether there is more to look through
 */
export async function redactStep(context: RunContext, lease: Lease): Promise<boolean> {
  const { pool, config, log } = context;
  return await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    const { domain } = shop;
    const { rows } = await client.query<Redaction>(
      `SELECT "id", "customerId", "orders", "requestedAt"::text AS "requestedAt", "part",
              "afterAt"::text AS "afterAt", "afterId"
         FROM "CustomerRedaction" WHERE "shop" = $1 ORDER BY "requestedAt", "id" LIMIT 1`,
      [domain],
    );
    const redaction = rows[0];
    if (!redaction) {
      await client.query(`UPDATE "Shop" SET "redactAt" = NULL WHERE "domain" = $1`, [domain]);
      return false;
    }
    const { webhooks, next } = await nextCustomerWebhooks(
      ...[client, domain, redaction, redaction, redaction.requestedAt],
    );
    const ids = [...new Set(webhooks.flatMap(({ orderId }) => orderId ?? []))].sort();
    if (ids.length > 0) {
      const lostPlans = await redactOrders(client, shop, ids, config.worker.waitForOrderMs);
      noteRedaction(log, { shop: domain, orders: ids.length, lostPlans });
    }
    for (const webhook of webhooks) await strip(client, domain, webhook);
    await goOn(client, domain, redaction, next);
    return true;
  });
}

/** Writes down how far a redaction came; through the whole inbox, it is forgotten. */
async function goOn(
  client: pg.PoolClient,
  shop: string,
  { id, part }: Redaction,
  next: InboxPlace | null,
): Promise<void> {
  const place = next ?? (part === "quarantined" ? beginningOf("waiting") : null);
  if (place === null) {
    await client.query(`DELETE FROM "CustomerRedaction" WHERE "shop" = $1 AND "id" = $2`, [
      shop,
      id,
    ]);
    return;
  }
  await client.query(
    `UPDATE "CustomerRedaction" SET "part" = $3, "afterAt" = $4::timestamptz, "afterId" = $5
      WHERE "shop" = $1 AND "id" = $2`,
    [shop, id, place.part, place.afterAt, place.afterId],
  );
}

/** Leaves of a webhook what the fold needs. One that cannot be read loses its payload. */
async function strip(
  client: pg.PoolClient,
  shop: string,
  { webhookId, topic, payload, orderId }: CustomerWebhook,
): Promise<void> {
  if (orderId === null) {
    await client.query(
      `UPDATE "InboxWebhook" SET "payload" = NULL, "quarantinedAt" = coalesce("quarantinedAt", "receivedAt"),
              "error" = 'It could not be read, and its customer''s data was erased.'
        WHERE "shop" = $1 AND "webhookId" = $2`,
      [shop, webhookId],
    );
    return;
  }
  const bare = withoutOtherProperties(cutPayload(payload, fieldsOf(topic, { bare: true })));
  await client.query(
    `UPDATE "InboxWebhook" SET "payload" = $3 WHERE "shop" = $1 AND "webhookId" = $2`,
    [shop, webhookId, Buffer.from(bare)],
  );
}
