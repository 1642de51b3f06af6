import type pg from "pg";
import type { Pace } from "#app/foundation/pace.ts";
import { sameContent } from "#app/order/content.ts";
import { join, staysStripped, strip } from "#app/order/fold.ts";
import type { OrderState } from "#app/order/state.ts";
import { evaluate, knowPlans, markChanged } from "#app/store/evaluate.ts";
import type { ShopRow } from "#app/store/lease.ts";
import { newOrder, type StoredOrder } from "#app/store/order.ts";
import { addEvents, type OrderEvent } from "#app/store/order-events.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import { offersOf } from "#app/store/plan-offers.ts";

/** An order as the Admin API knows it; `state` null: it could not be read now. */
export type ReadOrder = { id: string; state: OrderState | null };

export type PageFold = {
  by: "reconciliation" | "import";
  orders: readonly ReadOrder[];
  /** how long a part waits for its order before the Admin API is asked */
  waitMs: number;
  pace: Pace;
};

/**
 * Folds orders that were read from the Admin API into the shop's own, the way webhooks are. Orders
 * that could not be read are put down to be read by themselves. The caller holds the shop's row.
 *
 * Of orders that nobody has heard of before, an import leaves those out that are not to be sent:
 * their customers' data is not needed.
 *
 * @returns `found`: of a reconciliation how many orders it mended, skipped ones left out; of an import
 * how many of the orders are shared with Hakuna. `changed`: the orders that are not as they were
 */
export async function foldPage(
  client: pg.PoolClient,
  shop: ShopRow,
  { by, orders, waitMs, pace }: PageFold,
): Promise<{ found: number; changed: string[] }> {
  const { now } = shop;
  const ids = orders.map(({ id }) => id);
  const known = await loadOrders(client, shop.domain, ids);
  const loaded = asLoaded(known.values());
  const offers = await offersOf(client, shop.domain, [
    ...Array.from(known.values(), ({ state }) => state),
    ...orders.flatMap(({ state }) => state ?? []),
  ]);
  const saved = new Map<string, StoredOrder>();
  const events: OrderEvent[] = [];
  let found = 0;
  // a list may hold an order twice: it changed between two pages
  for (const { id, state } of orders) {
    const order = saved.get(id) ?? known.get(id) ?? newOrder(id, now);
    order.offers = offers;
    const isNew = order.revision === 0;
    const isMended = await pace.piece(() => {
      if (state !== null) return take(order, state, shop, { by, waitMs });
      readAlone(order, shop, { by, waitMs });
      return false;
    });
    if (by === "import" && isNew && order.status === "skipped") continue;
    saved.set(id, order);
    if (by === "import" && order.status !== "skipped") found += 1;
    if (!isMended) continue;
    if (by === "reconciliation" && order.status !== "skipped") found += 1;
    events.push({
      orderId: id,
      source: `${by}:${now}`,
      at: now,
      kind: "read",
      detail: { result: by, revision: order.revision, status: order.status },
    });
  }
  await saveOrders(client, shop.domain, [...saved.values()], loaded);
  await addEvents(client, shop.domain, events);
  return { found, changed: [...new Set(events.map(({ orderId }) => orderId))] };
}

/** Joins what was read into the order; answers whether it changed the order. */
function take(
  order: StoredOrder,
  read: OrderState,
  shop: ShopRow,
  { by, waitMs }: Pick<PageFold, "by" | "waitMs">,
): boolean {
  const state = knowPlans(order, join(order.state, read));
  // its time was over and nothing has happened since: the tombstone stays as it is
  if (order.purgedAt !== null && staysStripped(state)) return false;
  const isSkipped = order.status === "skipped";
  const isNews = !sameContent(
    isSkipped ? strip(order.state) : order.state,
    isSkipped ? strip(state) : state,
  );
  const wasAwaited = order.readAt !== null || order.unread || wasGivenUp(order);
  order.unread = false;
  order.readAt = null;
  order.readAttempts = 0;
  const isAskedFor = noteImport(order, by);
  if (!isNews && !isAskedFor && !wasAwaited) {
    // only the moments are newer: a late webhook of in between must not win over them
    order.state = isSkipped ? strip(state) : state;
    return false;
  }
  const { status } = order;
  order.state = state;
  if (isNews) markChanged(order, shop.now);
  evaluate(order, shop, waitMs);
  return isNews || order.status !== status;
}

/** Whoever imports past orders asks for what was not sent before, however old. Whether it is one. */
function noteImport(order: StoredOrder, by: PageFold["by"]): boolean {
  const isAskedFor = by === "import" && ["skipped", "waiting"].includes(order.status);
  if (isAskedFor) order.imported = true;
  return isAskedFor;
}

/** It waited to be read, and is skipped because it could not be. */
function wasGivenUp({ status, reasonCode }: StoredOrder): boolean {
  const reasons = ["no_session", "shopify_unavailable", "not_in_shopify"];
  return status === "skipped" && reasons.includes(reasonCode ?? "");
}

function readAlone(
  order: StoredOrder,
  shop: ShopRow,
  { by, waitMs }: Pick<PageFold, "by" | "waitMs">,
): void {
  noteImport(order, by);
  order.readAt = shop.now;
  order.readAttempts = 0;
  if (order.revision === 0) evaluate(order, shop, waitMs);
}
