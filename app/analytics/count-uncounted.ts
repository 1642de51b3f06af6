import { firstRows } from "#app/database/first-rows.ts";
import { mapForFeed } from "#app/hakuna/map-for-feed.ts";
import { loadOffers, mappingContext, noteSale } from "#app/store/evaluate.ts";
import { holdingShop, type ShopRow } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { dayOf } from "#app/store/shop-day.ts";

/** Orders of one transaction: it holds the shop's row. */
const page = 100;

/**
 * Counts the shop's orders that were stored before there were figures, page by page. What waits for
 * its order is counted when that comes.
 *
 * @returns how many there were
 */
export async function countUncounted(
  { pool }: Pick<RunContext, "pool">,
  shop: string,
): Promise<number> {
  let counted = 0;
  for (let after: string | null = ""; after !== null; ) {
    const ids: string[] = await uncounted(pool, shop, after);
    if (ids.length > 0) {
      counted += (await holdingShop(pool, shop, (client, row) => countAll(client, row, ids))) ?? 0;
    }
    after = ids.length < page ? null : (ids.at(-1) ?? null);
  }
  return counted;
}

async function uncounted(pool: RunContext["pool"], shop: string, after: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "id" FROM "Order"
      WHERE "shop" = $1 AND "id" > $2 AND "sale" IS NULL AND "status" <> 'waiting'
      ORDER BY "id" ${firstRows(page)}`,
    [shop, after],
  );
  return rows.map(({ id }) => id);
}

async function countAll(
  client: Parameters<typeof loadOrders>[0],
  shop: ShopRow,
  ids: readonly string[],
): Promise<number> {
  const orders = await loadOrders(client, shop.domain, ids);
  const loaded = asLoaded(orders.values());
  const still = [...orders.values()].filter(({ sale }) => sale === null);
  await loadOffers(client, shop, still);
  for (const order of still) count(order, shop);
  await saveOrders(client, shop.domain, still, loaded);
  return still.filter(({ sale }) => sale !== null).length;
}

function count(order: StoredOrder, shop: ShopRow): void {
  if (order.state.head === null) {
    // of a tombstone is known that there was an order, and when; what Shopify never had is none
    const day = order.purgedAt === null ? null : dayOf(order.placedAt, shop.timeZone);
    const nothing = { currency: null, country: null, cancelledAt: null, products: null, plans: [] };
    order.sale = { day, ...nothing };
    return;
  }
  // it says so of the order itself, and counts when it can be mapped
  if (order.reasonCode === "mapping_failed") return;
  noteSale(order, mapForFeed(order.state, mappingContext(order, shop)), shop, order.reasonCode);
  if (order.sale && order.purgedAt !== null) order.sale = { ...order.sale, products: null };
}
