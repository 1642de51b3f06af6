import type pg from "pg";
import { mapForFeed } from "#app/hakuna/map-for-feed.ts";
import type { Line } from "#app/order/lines.ts";
import type { PlanStanding } from "#app/order/refunds/owed.ts";
import { sum } from "#app/order/units.ts";
import { evaluate, loadOffers, mappingContext, markChanged } from "#app/store/evaluate.ts";
import { holdingShop, type ShopRow } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { addEvents, type OrderEvent } from "#app/store/order-events.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import { standingsOf } from "#app/store/refund-standing.ts";
import type { RefundContext } from "./refund-context.ts";

/** An order in hand, to be changed for a refund's sake. */
export type OrderInHand = {
  order: StoredOrder;
  shop: ShopRow;
  client: pg.PoolClient;
  /**
   * its plans as they stand; a plan whose refund is not paid yet counts as it did before. None, as
   * `lines`, where the order cannot be mapped
   */
  plans: PlanStanding[];
  lines: Line[];
  /** adds to the order's timeline */
  tell(event: Pick<OrderEvent, "source" | "detail">): void;
  /** the order is to be evaluated anew when the work is done */
  changed(): void;
};

/** An error of ours blocks the order (`evaluate`), and not what is written of its refunds. */
function mapped(order: StoredOrder, shop: ShopRow): Pick<OrderInHand, "plans" | "lines"> {
  try {
    const mapping = mapForFeed(order.state, mappingContext(order, shop));
    return {
      plans: standingsOf(order, mapping, shop.timeZone),
      lines: mapping.lines.map(({ line }) => line),
    };
  } catch {
    return { plans: [], lines: [] };
  }
}

/**
 * Works on an order while nobody else changes its shop: what is written of a refund and of its order
 * is one transaction.
 *
 * @returns what `work` returns; null: there is no such shop or order, or its head is not known
 */
export async function withOrder<T>(
  { pool, config }: Pick<RefundContext, "pool" | "config">,
  domain: string,
  orderId: string,
  work: (inHand: OrderInHand) => Promise<T>,
): Promise<T | null> {
  return await holdingShop(pool, domain, async (client, shop) => {
    const orders = await loadOrders(client, domain, [orderId]);
    const loaded = asLoaded(orders.values());
    const order = orders.get(orderId);
    if (!order?.state.head) return null;
    await loadOffers(client, shop, [order]);
    const events: OrderEvent[] = [];
    let isChanged = false;
    const result = await work({
      ...{ order, shop, client, ...mapped(order, shop) },
      tell: (event) => events.push({ ...event, orderId, at: shop.now, kind: "refund" }),
      changed: () => {
        isChanged = true;
      },
    });
    if (isChanged) {
      markChanged(order, shop.now);
      evaluate(order, shop, config.worker.waitForOrderMs);
    }
    await saveOrders(client, domain, [order], loaded);
    await addEvents(client, domain, events);
    return result;
  });
}

/** From now on no more units of the plan are reported as gone than are gone now. */
export function capGone({ order, changed }: OrderInHand, plan: Line): void {
  order.goneCaps = { ...order.goneCaps, [plan.id]: sum(plan.gone.units) };
  changed();
}

/** What is gone of the plan is reported as it is. */
export function uncapGone({ order, changed }: OrderInHand, planLineId: string): void {
  const { [planLineId]: _, ...others } = order.goneCaps;
  order.goneCaps = others;
  changed();
}
