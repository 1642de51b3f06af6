import { linesOf } from "#app/order/lines.ts";
import { pairingOf } from "#app/order/map.ts";
import { findingKey, isDeclined } from "#app/store/attention.ts";
import { evaluate, loadOffers, mappingContext, markChanged } from "#app/store/evaluate.ts";
import { holdingShop, type ShopRow } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { addEvents } from "#app/store/order-events.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import { dropPutAway } from "#app/store/refund-news.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { sendAfterAll } from "./order-actions.ts";

/** What can be done with several orders at once, and the way back from each. */
export const bulkActions = {
  put_away: "bring_back",
  bring_back: "put_away",
  accept: "unpair",
  unpair: "accept",
  skip: "unskip",
  unskip: "skip",
} as const;
export type BulkAction = keyof typeof bulkActions;

type Change = (order: StoredOrder, shop: ShopRow) => boolean;

/** Each answers whether there was anything to do. */
const changes: Record<BulkAction, Change> = {
  put_away: (order) => {
    const keys = order.findings.filter(({ severity }) => severity === "warning").map(findingKey);
    const open = keys.filter((key) => !order.dismissed.includes(key));
    order.dismissed = [...order.dismissed, ...open];
    return open.length > 0;
  },
  bring_back: (order) => {
    // a suggestion that was taken back is no warning
    const kept = order.dismissed.filter(isDeclined);
    const had = kept.length < order.dismissed.length;
    order.dismissed = kept;
    return had;
  },
  accept: (order, shop) => {
    const { head } = order.state;
    if (head === null) return false;
    const { suggestions } = pairingOf(linesOf(order.state, head), mappingContext(order, shop));
    const [suggestion] = suggestions;
    if (suggestion === undefined) return false;
    const { productLineId, planLineId } = suggestion;
    const pair = { productLineId, planLineId, offerId: null, planId: null };
    order.manualPairs = [...order.manualPairs, pair];
    return true;
  },
  unpair: (order) => {
    if (order.manualPairs.length === 0) return false;
    order.manualPairs = order.manualPairs.slice(0, -1);
    return true;
  },
  skip: (order) => {
    if (order.skippedByHand || order.status === "skipped") return false;
    order.skippedByHand = true;
    return true;
  },
  unskip: (order, { now }) => {
    if (!order.skippedByHand) return false;
    sendAfterAll(order, now);
    return true;
  },
};

/**
 * Does the same with several orders, under the shop's lock: dismisses all their warnings, pairs what
 * is suggested, or skips them; or takes that back from those with which it was done.
 *
 * @param by who asks, for the timeline
 * @returns the ids of the orders with which there was something to do
 */
export async function changeOrders(
  { pool, config }: Pick<RunContext, "pool" | "config">,
  domain: string,
  { ids, action }: { ids: readonly string[]; action: BulkAction },
  by: string,
): Promise<string[]> {
  const done = await holdingShop(pool, domain, async (client, shop) => {
    const { now } = shop;
    const orders = await loadOrders(client, domain, ids);
    const loaded = asLoaded(orders.values());
    await loadOffers(client, shop, orders.values());
    const changed = [...orders.values()].filter((order) => changes[action](order, shop));
    for (const order of changed) {
      markChanged(order, now);
      evaluate(order, shop, config.worker.waitForOrderMs);
    }
    await saveOrders(client, domain, changed, loaded);
    await dropPutAway(client, domain, changed, now);
    const told = action === "accept" ? "pair" : action;
    await addEvents(
      client,
      domain,
      changed.map(({ id }) => ({
        ...{ orderId: id, source: `manual:${told}:${now}`, at: now, kind: "manual" as const },
        detail: { action: told, by },
      })),
    );
    return changed.map(({ id }) => id);
  });
  return done ?? [];
}
