import { isDeepStrictEqual } from "node:util";
import { unpurge } from "#app/order/fold.ts";
import { linesOf } from "#app/order/lines.ts";
import { type NamedPair, namedPairs } from "#app/order/named-pairs.ts";
import type { ManualPair } from "#app/order/pair.ts";
import type { OrderState } from "#app/order/state.ts";
import { acceptedAttempts, pollNow } from "#app/store/attempts/accepted-attempts.ts";
import { declinedKey, findingKey } from "#app/store/attention.ts";
import { evaluate, loadOffers, mappingContext, markChanged } from "#app/store/evaluate.ts";
import { holdingShop, type ShopRow } from "#app/store/lease.ts";
import type { OrderStatus, StoredOrder } from "#app/store/order.ts";
import { addEvents } from "#app/store/order-events.ts";
import { asLoaded, isAsLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import { dropPutAway } from "#app/store/refund-news.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** What a person asked for cannot be done; the message says why and what to do. */
export class ActionError extends Error {
  readonly code = "action";
}

type Context = Pick<RunContext, "pool" | "config">;

/**
 * Sends orders once more, also those whose payload was accepted already.
 *
 * @param by who asks, for the timeline
 * @returns what became of each order, by id; unknown ids are absent
 */
export async function resendOrders(
  context: Context,
  domain: string,
  ids: readonly string[],
  by: string,
): Promise<Map<string, OrderStatus>> {
  const statuses = await holdingShop(context.pool, domain, async (client, shop) => {
    const { now } = shop;
    const orders = await loadOrders(client, domain, ids);
    const loaded = asLoaded(orders.values());
    await loadOffers(client, shop, orders.values());
    for (const order of orders.values()) {
      order.resend = true;
      markChanged(order, now);
      evaluate(order, shop, context.config.worker.waitForOrderMs);
    }
    await saveOrders(client, domain, [...orders.values()], loaded);
    await addEvents(
      client,
      domain,
      [...orders.keys()].map((orderId) => manualEvent(orderId, "resend", by, now)),
    );
    return new Map(Array.from(orders.values(), ({ id, status }) => [id, status]));
  });
  return statuses ?? new Map();
}

/** What became of an order whose pairs somebody changed: its status, and the pairs it has now. */
export type Paired = { status: OrderStatus; pairs: NamedPair[] };

/**
 * Pairs a product line with a plan line by hand. A pair set earlier for the same product line is
 * replaced; of several products of one plan the last ones set are served, as far as it reaches.
 *
 * @throws ActionError when the shop, the order or a line is not there
 */
export async function pairByHand(
  context: Context,
  domain: string,
  orderId: string,
  pair: ManualPair,
  by: string,
): Promise<Paired> {
  const change = (order: StoredOrder) => {
    requireLine(order.state, pair.productLineId, "product");
    requireLine(order.state, pair.planLineId, "plan");
    const pairs = [...withoutProduct(order.manualPairs, pair.productLineId), pair];
    if (!isDeepStrictEqual(pairs, order.manualPairs)) order.manualPairs = pairs;
  };
  return await changeOrder(context, domain, orderId, { action: "pair", by }, change, paired);
}

/** Takes back a pair that was set by hand. @throws ActionError when the order is not there */
export async function unpair(
  context: Context,
  domain: string,
  orderId: string,
  productLineId: string,
  by: string,
): Promise<Paired> {
  const change = (order: StoredOrder, { acceptSuggestions }: ShopRow) => {
    // what the shop's setting would take again at once, or had taken
    const taken = [...(acceptSuggestions ? order.manualPairs : []), ...order.agreedPairs];
    const declined = taken.filter((pair) => pair.productLineId === productLineId).map(declinedKey);
    order.dismissed = [...new Set([...order.dismissed, ...declined])];
    order.manualPairs = withoutProduct(order.manualPairs, productLineId);
    order.agreedPairs = withoutProduct(order.agreedPairs, productLineId);
  };
  return await changeOrder(context, domain, orderId, { action: "unpair", by }, change, paired);
}

/**
 * Puts findings away, or brings them back: they then do or do not ask for attention.
 *
 * @param keys as `findingKey` gives them
 * @throws ActionError when the order or one of the findings is not there
 */
export async function putFindingAway(
  context: Context,
  domain: string,
  orderId: string,
  { keys, away }: { keys: readonly string[]; away: boolean },
  by: string,
): Promise<OrderStatus> {
  const action = away ? "put_away" : "bring_back";
  return await changeOrder(context, domain, orderId, { action, by }, (order) => {
    // whoever asks again, not having heard the answer, is done all the same
    const known = [...order.findings.map(findingKey), ...(away ? [] : order.dismissed)];
    if (!keys.every((key) => known.includes(key))) {
      throw new ActionError(`Order ${orderId} has no such finding.`);
    }
    order.dismissed = away
      ? [...new Set([...order.dismissed, ...keys])]
      : order.dismissed.filter((one) => !keys.includes(one));
  });
}

/**
 * Keeps an order from being sent from now on; what Hakuna has, it keeps. Or lets it be sent after
 * all: its customer's data was let go of, so the order is read from Shopify again.
 *
 * @throws ActionError when the order is not there
 */
export async function skipByHand(
  context: Context,
  domain: string,
  orderId: string,
  skip: boolean,
  by: string,
): Promise<OrderStatus> {
  const action = skip ? "skip" : "unskip";
  return await changeOrder(context, domain, orderId, { action, by }, (order, { now }) => {
    if (order.skippedByHand === skip) return;
    if (skip) order.skippedByHand = true;
    else sendAfterAll(order, now);
  });
}

/** Lets an order be sent that a person had kept back: its customer's data is to be read again. */
export function sendAfterAll(order: StoredOrder, now: number): void {
  order.skippedByHand = false;
  // of what Hakuna has the tombstone tells enough
  if (order.firstSentAt === null) order.state = unpurge(order.state);
  order.readAt = now;
  order.readAttempts = 0;
}

/**
 * Tells Hakuna that an order is cancelled which the merchant deleted in Shopify without cancelling it:
 * only a person knows whether it is over. For good, as a cancellation in Shopify is.
 *
 * @throws ActionError when the order is not there or was not deleted
 */
export async function cancelAtHakuna(
  context: Context,
  domain: string,
  orderId: string,
  by: string,
): Promise<OrderStatus> {
  return await changeOrder(context, domain, orderId, { action: "cancel", by }, (order, { now }) => {
    if (order.state.deletedAt === null) {
      throw new ActionError(`Order ${orderId} was not deleted in Shopify: cancel it there.`);
    }
    order.cancelledByHandAt ??= now;
  });
}

/**
 * Has the processing status of the order's last acceptance read now.
 *
 * @throws ActionError when the order is not there or Hakuna gave no request ID for it
 */
export async function checkProcessing(
  context: Context,
  domain: string,
  orderId: string,
  by: string,
): Promise<void> {
  const found = await holdingShop(context.pool, domain, async (client, { now }) => {
    const accepted = await acceptedAttempts(client, domain, [orderId]);
    if (accepted.length === 0) return false;
    await pollNow(client, domain, accepted, { at: new Date(now), polls: 0 });
    await addEvents(client, domain, [manualEvent(orderId, "check", by, now)]);
    return true;
  });
  if (!found) throw new ActionError(`Hakuna gave no request ID for order ${orderId}.`);
}

/**
 * Changes one order under the shop's lock, evaluates it anew and notes who did it. Where somebody
 * asked twice there is nothing to note.
 *
 * @param tell what of the changed order is answered
 */
async function changeOrder<Told = OrderStatus>(
  context: Context,
  domain: string,
  orderId: string,
  { action, by }: { action: string; by: string },
  change: (order: StoredOrder, shop: ShopRow) => void,
  tell: (order: StoredOrder, shop: ShopRow) => Told = ({ status }) => status as Told,
): Promise<Told> {
  const told = await holdingShop(context.pool, domain, async (client, shop) => {
    const { now } = shop;
    const orders = await loadOrders(client, domain, [orderId]);
    const loaded = asLoaded(orders.values());
    const order = orders.get(orderId);
    if (!order) throw new ActionError(`There is no order ${orderId} in ${domain}.`);
    change(order, shop);
    await loadOffers(client, shop, [order]);
    if (isAsLoaded(order, loaded)) return { of: tell(order, shop) };
    markChanged(order, now);
    evaluate(order, shop, context.config.worker.waitForOrderMs);
    await saveOrders(client, domain, [order], loaded);
    await dropPutAway(client, domain, [order], now);
    await addEvents(client, domain, [manualEvent(orderId, action, by, now)]);
    return { of: tell(order, shop) };
  });
  if (told === null) throw new ActionError(`There is no shop ${domain}.`);
  return told.of;
}

function paired(order: StoredOrder, shop: ShopRow): Paired {
  return {
    status: order.status,
    pairs: namedPairs(order.state, mappingContext(order, shop)),
  };
}

function withoutProduct<Pair extends { productLineId: string }>(
  pairs: readonly Pair[],
  productLineId: string,
): Pair[] {
  return pairs.filter((pair) => pair.productLineId !== productLineId);
}

function requireLine(state: OrderState, id: string, kind: "product" | "plan"): void {
  if (state.head === null) throw new ActionError("The order itself has not arrived yet.");
  const lines = linesOf(state, state.head).filter(
    ({ isProtection }) => isProtection === (kind === "plan"),
  );
  if (lines.some((line) => line.id === id)) return;
  const known = lines.map((line) => line.id).join(", ") || "none";
  throw new ActionError(`The order has no ${kind} line ${id}. Its ${kind} lines: ${known}.`);
}

function manualEvent(orderId: string, action: string, by: string, now: number) {
  return {
    orderId,
    source: `manual:${action}:${now}`,
    at: now,
    kind: "manual" as const,
    detail: { action, by },
  };
}
