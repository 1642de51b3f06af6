import type pg from "pg";
import { withoutWords } from "#app/hakuna/reason.ts";
import { redact } from "#app/order/fold.ts";
import type { CustomerRequest } from "#app/shopify/webhooks/privacy-payload.ts";
import { redactPayloads } from "#app/store/attempts/accepted-payload.ts";
import { evaluate, loadOffers, markChanged } from "#app/store/evaluate.ts";
import { holdingShop, type ShopRow } from "#app/store/lease.ts";
import { newOrder } from "#app/store/order.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { redactWords } from "./redact-words.ts";

type Context = Pick<RunContext, "pool" | "config" | "log">;

/** Orders of one transaction: it holds the shop's row. */
const page = 200;

/**
 * Erases a customer's data for good: from the folded orders, from what was sent last and from Hakuna's
 * words about them. Found by the customer's id and by the orders that Shopify names; an order that
 * nobody has heard of yet gets a tombstone, so that a late webhook brings nothing back. The orders
 * keep their status and ids. Webhooks that are still in the inbox are only noted to be looked for: the
 * shop's next run does it before it folds anything (redact-inbox.ts). Done twice it changes nothing,
 * and where it ends in the middle, Shopify asks again.
 *
 * @param id of the webhook that asks for it
 */
export async function redactCustomer(
  { pool, config, log }: Context,
  domain: string,
  id: string,
  { customerId, orders }: CustomerRequest,
): Promise<void> {
  await pool.query(`INSERT INTO "Shop" ("domain") VALUES ($1) ON CONFLICT DO NOTHING`, [domain]);
  const known = await holdingShop(pool, domain, async (client, { now }) => {
    await client.query(
      `INSERT INTO "CustomerRedaction" ("shop", "id", "customerId", "orders", "requestedAt")
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      // a webhook of this moment may have come a little later than its whole millisecond
      [domain, id, customerId, orders, new Date(now + 1)],
    );
    await client.query(
      `UPDATE "Shop" SET "redactAt" = coalesce("redactAt", $2) WHERE "domain" = $1`,
      [domain, new Date(now)],
    );
    const { rows } = await client.query<{ id: string }>(
      `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "customerId" = $2`,
      [domain, customerId],
    );
    return rows.map((row) => row.id);
  });
  const ids = [...new Set([...orders, ...(known ?? [])])].sort();
  let lostPlans = 0;
  for (let from = 0; from < ids.length; from += page) {
    const some = ids.slice(from, from + page);
    const lost = await holdingShop(pool, domain, (client, shop) =>
      redactOrders(client, shop, some, config.worker.waitForOrderMs),
    );
    lostPlans += lost ?? 0;
  }
  noteRedaction(log, { shop: domain, orders: ids.length, lostPlans });
}

export function noteRedaction(
  log: RunContext["log"],
  done: { shop: string; orders: number; lostPlans: number },
): void {
  if (done.lostPlans > 0) log.error(done, "customer data was erased before its plans were sent");
  else log.info(done, "customer data was erased");
}

/**
 * Erases the customer's data from these orders. The caller holds the shop's row.
 *
 * @returns how many plans were in orders that had never been sent, and now cannot be
 */
export async function redactOrders(
  client: pg.PoolClient,
  shop: ShopRow,
  ids: readonly string[],
  waitMs: number,
): Promise<number> {
  const { now, domain } = shop;
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
    Object.assign(order, redactPayloads(order));
    order.customerId = null;
    markChanged(order, now);
    await loadOffers(client, shop, [order]);
    evaluate(order, shop, waitMs);
    if (order.status === "skipped" && !wasSkipped) plans += order.planUnits;
  }
  await saveOrders(client, domain, [...orders.values()], loaded);
  await redactWords(client, domain, ids);
  return plans;
}
