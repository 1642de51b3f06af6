import type pg from "pg";
import { withoutWords } from "#app/hakuna/reason.ts";
import { redact } from "#app/order/fold.ts";
import { redactFeedOrder } from "#app/order/redact-feed-order.ts";
import { cutPayload, withoutOtherProperties } from "#app/shopify/webhooks/cut-payload.ts";
import type { CustomerRequest } from "#app/shopify/webhooks/privacy-payload.ts";
import { fieldsOf } from "#app/shopify/webhooks/webhook-fields.ts";
import { evaluate, loadOffers, markChanged } from "#app/store/evaluate.ts";
import { holdingShop, type ShopRow } from "#app/store/lease.ts";
import { newOrder } from "#app/store/order.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { type CustomerWebhook, customerWebhooks } from "./customer-webhooks.ts";
import { redactWords } from "./redact-words.ts";

type Context = Pick<RunContext, "pool" | "config" | "log" | "now">;

/** Orders of one transaction: it holds the shop's row. */
const page = 200;

/**
 * Erases a customer's data for good: from the folded orders, from what was sent last, from Hakuna's
 * words about them, and from webhooks that are still in the inbox. Found by the customer's id and by the orders that Shopify
 * names; an order that nobody has heard of yet gets a tombstone, so that a late webhook brings
 * nothing back. The orders keep their status and ids. Done twice it changes nothing; where it ends in
 * the middle, Shopify asks again, and the webhooks, which tell of orders, still hold the customer.
 */
export async function redactCustomer(
  context: Context,
  domain: string,
  request: CustomerRequest,
): Promise<void> {
  const { pool, log } = context;
  await pool.query(`INSERT INTO "Shop" ("domain") VALUES ($1) ON CONFLICT DO NOTHING`, [domain]);
  const ids = await holdingShop(pool, domain, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "customerId" = $2`,
      [domain, request.customerId],
    );
    const orders = [...new Set([...request.orders, ...rows.map(({ id }) => id)])];
    const webhooks = await customerWebhooks(client, domain, { ...request, orders });
    return [...new Set([...orders, ...webhooks.flatMap(({ orderId }) => orderId ?? [])])].sort();
  });
  let lostPlans = 0;
  for (let from = 0; ids && from < ids.length; from += page) {
    lostPlans += await redactOrders(context, domain, ids.slice(from, from + page));
  }
  await holdingShop(pool, domain, async (client, shop) => {
    const about = { ...request, orders: ids ?? [] };
    const webhooks = await customerWebhooks(client, domain, about);
    for (const webhook of webhooks) await strip(client, shop, webhook);
  });
  const done = { shop: domain, orders: ids?.length ?? 0, lostPlans };
  if (lostPlans > 0) log.error(done, "customer data was erased before its plans were sent");
  else log.info(done, "customer data was erased");
}

/** @returns how many plans were in orders that had never been sent, and now cannot be */
async function redactOrders(context: Context, domain: string, ids: string[]): Promise<number> {
  const lost = await holdingShop(context.pool, domain, async (client, shop) => {
    const { now } = shop;
    const orders = await loadOrders(client, domain, ids);
    const loaded = asLoaded(orders.values());
    let plans = 0;
    for (const id of ids) {
      const order = orders.get(id) ?? newOrder(id, now);
      orders.set(id, order);
      order.statusReason &&= withoutWords(order.statusReason);
      if (order.state.redacted) continue;
      const wasSkipped = order.status === "skipped";
      order.state = redact(order.state);
      order.lastPayload = order.lastPayload && redactFeedOrder(order.lastPayload);
      order.customerId = null;
      markChanged(order, now);
      await loadOffers(client, shop, [order]);
      evaluate(order, shop, context.config.worker.waitForOrderMs);
      if (order.status === "skipped" && !wasSkipped) plans += order.planUnits;
    }
    await saveOrders(client, domain, [...orders.values()], loaded);
    await redactWords(client, domain, ids);
    return plans;
  });
  return lost ?? 0;
}

/** Leaves of a webhook what the fold needs. One that cannot be read loses its payload. */
async function strip(
  client: pg.PoolClient,
  { domain, now }: ShopRow,
  { webhookId, topic, payload, orderId }: CustomerWebhook,
): Promise<void> {
  if (orderId === null) {
    await client.query(
      `UPDATE "InboxWebhook" SET "payload" = NULL, "quarantinedAt" = coalesce("quarantinedAt", $3),
              "error" = 'It could not be read, and its customer''s data was erased.'
        WHERE "shop" = $1 AND "webhookId" = $2`,
      [domain, webhookId, new Date(now)],
    );
    return;
  }
  const bare = withoutOtherProperties(cutPayload(payload, fieldsOf(topic, { bare: true })));
  await client.query(
    `UPDATE "InboxWebhook" SET "payload" = $3 WHERE "shop" = $1 AND "webhookId" = $2`,
    [domain, webhookId, Buffer.from(bare)],
  );
}
