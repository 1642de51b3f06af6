import type pg from "pg";
import { emptyState, purge } from "#app/order/fold.ts";
import { redactFeedOrder } from "#app/order/redact-feed-order.ts";
import type { OrderState } from "#app/order/state.ts";
import { holdingShop } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** Orders of one transaction: it holds the shop's row. */
const page = 200;

/**
 * Reduces the documents of orders whose time is over to tombstones: of an order that was never sent
 * nothing stays but its id and when Shopify last changed it, of one that was sent what Hakuna was
 * told, without the customer. A late webhook brings nothing back; news of the order does, because
 * Hakuna must hear of it.
 *
 * @param now epoch milliseconds
 * @returns how many there were
 */
export async function purgeOrders(
  { pool, config }: Pick<RunContext, "pool" | "config">,
  domain: string,
  now: number,
): Promise<number> {
  let purged = 0;
  let after: string | null = "";
  while (after !== null) {
    const from: string = after;
    after = await holdingShop(pool, domain, async (client) => {
      const ids = await overdue(client, domain, from, config.retention, now);
      const orders = await loadOrders(client, domain, ids);
      const loaded = asLoaded(orders.values());
      for (const order of orders.values()) entomb(order, now);
      await saveOrders(client, domain, [...orders.values()], loaded);
      purged += orders.size;
      return ids.length < page ? null : (ids.at(-1) ?? null);
    });
  }
  return purged;
}

/** Orders that are done with and have not changed for as long as they are kept. */
async function overdue(
  client: pg.PoolClient,
  shop: string,
  after: string,
  { unprotectedMs, deliveredMs }: { unprotectedMs: number; deliveredMs: number },
  now: number,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT "id" FROM "Order"
      WHERE "shop" = $1 AND "id" > $2 AND "purgedAt" IS NULL
        AND "status" IN ('sent', 'confirmed', 'skipped') AND "dueAt" IS NULL AND "readAt" IS NULL
        AND "changedAt" < CASE WHEN "planUnits" = 0 THEN $3::timestamptz ELSE $4::timestamptz END
      ORDER BY "id" LIMIT ${page}`,
    [shop, after, new Date(now - unprotectedMs), new Date(now - deliveredMs)],
  );
  return rows.map(({ id }) => id);
}

function entomb(order: StoredOrder, now: number): void {
  const through = order.state.head?.rank.updatedAt ?? order.changedAt;
  order.state =
    order.firstSentAt === null ? tombstone(order.state, through) : purge(order.state, through);
  order.lastPayload = order.lastPayload && redactFeedOrder(order.lastPayload);
  order.customerId = null;
  order.purgedAt = now;
}

function tombstone(
  { id, redacted, cancelledAt, deletedAt }: OrderState,
  through: number,
): OrderState {
  return purge({ ...emptyState(id), redacted, cancelledAt, deletedAt }, through);
}
