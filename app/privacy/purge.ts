import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { emptyState, purge } from "#app/order/fold.ts";
import type { OrderState } from "#app/order/state.ts";
import { redactPayloads } from "#app/store/attempts/accepted-payload.ts";
import { holdingShop } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import { forgetRefunds } from "#app/store/refund-standing.ts";
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
  const { unprotectedMs, deliveredMs } = config.retention;
  for (const [hasPlans, keptMs] of [
    [false, unprotectedMs],
    [true, deliveredMs],
  ] as const) {
    const before = now - keptMs;
    let at: Place | null = start;
    while (at !== null) {
      // looked for before the shop's row is held: the older a shop, the longer it may take
      const found: Overdue = await overdue(pool, domain, { hasPlans, before }, at);
      purged += await entombAll(pool, domain, found.ids, { before, now });
      at = found.next;
    }
  }
  return purged;
}

/** @returns how many of these orders are still to be purged, and were */
async function entombAll(
  pool: pg.Pool,
  domain: string,
  ids: readonly string[],
  { before, now }: { before: number; now: number },
): Promise<number> {
  if (ids.length === 0) return 0;
  const purged = await holdingShop(pool, domain, async (client) => {
    const orders = await loadOrders(client, domain, ids);
    const loaded = asLoaded(orders.values());
    const still = [...orders.values()].filter((order) => isDone(order) && order.changedAt < before);
    for (const order of still) entomb(order, now);
    await saveOrders(client, domain, still, loaded);
    return still.length;
  });
  return purged ?? 0;
}

function isDone({ purgedAt, status, dueAt, readAt }: StoredOrder): boolean {
  const isSettled = status === "sent" || status === "confirmed" || status === "skipped";
  return purgedAt === null && isSettled && dueAt === null && readAt === null;
}

/** Behind which order to look on; `changedAt` as PostgreSQL writes it, to the microsecond. */
type Place = { changedAt: string; id: string };
const start: Place = { changedAt: "-infinity", id: "" };

/** `next` null: there are no more. */
type Overdue = { ids: string[]; next: Place | null };

/** The next orders that are done with and did not change since `before` (epoch milliseconds). */
async function overdue(
  pool: pg.Pool,
  shop: string,
  { hasPlans, before }: { hasPlans: boolean; before: number },
  after: Place,
): Promise<Overdue> {
  const { rows } = await pool.query<Place>(
    `SELECT "id", "changedAt"::text AS "changedAt" FROM "Order"
      WHERE "shop" = $1 AND "purgedAt" IS NULL AND least("planUnits", 1) = ${hasPlans ? 1 : 0}
        AND "changedAt" < $2 AND ("changedAt", "id") > ($3::timestamptz, $4)
        AND "status" IN ('sent', 'confirmed', 'skipped') AND "dueAt" IS NULL AND "readAt" IS NULL
      ORDER BY "changedAt", "id" ${firstRows(page)}`,
    [shop, new Date(before), after.changedAt, after.id],
  );
  const ids = rows.map(({ id }) => id);
  return { ids, next: rows.length < page ? null : (rows.at(-1) ?? null) };
}

function entomb(order: StoredOrder, now: number): void {
  const through = order.state.head?.rank.updatedAt ?? 0;
  order.state =
    order.firstSentAt === null ? tombstone(order.state, through) : purge(order.state, through);
  Object.assign(order, redactPayloads(order));
  order.customerId = null;
  forgetRefunds(order);
  if (order.sale) order.sale = { ...order.sale, products: null };
  order.purgedAt = now;
}

function tombstone(
  { id, redacted, cancelledAt, deletedAt }: OrderState,
  through: number,
): OrderState {
  return purge({ ...emptyState(id), redacted, cancelledAt, deletedAt }, through);
}
