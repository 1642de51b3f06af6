import type { FeedOrder } from "#app/order/feed-order.ts";
import { emptyState, join } from "#app/order/fold.ts";
import { mapOrder } from "#app/order/map.ts";
import { skipReason } from "#app/order/share.ts";
import type { OrderState } from "#app/order/state.ts";
import { type OrderTopic, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";

/** What is known of each order, by its id, when all of the webhooks are. */
export function statesOf(webhooks: readonly Webhook[]): Map<string, OrderState> {
  const states = new Map<string, OrderState>();
  for (const { topic, body, triggeredAt } of webhooks) {
    const { orderId, state } = readWebhook(topic as OrderTopic, body, triggeredAt);
    if (state) states.set(orderId, join(states.get(orderId) ?? emptyState(orderId), state));
  }
  return states;
}

/** Whether a German shop with usual settings sends the order to the sandbox. */
export function isShared(state: OrderState): boolean {
  const policy = {
    ...({ share: "protected", environment: "sandbox", sendTestOrders: false } as const),
    ...{ sendOlderOrders: false, installedAt: null },
  };
  return skipReason(state, policy, false) === null;
}

/**
 * What Hakuna must hold of such a shop's orders in the end, by order id.
 *
 * @param productIdentifier what the shop chose to name its products by
 */
export function expectedOrders(
  states: ReadonlyMap<string, OrderState>,
  productIdentifier: "variant" | "sku" = "variant",
): Map<string, FeedOrder> {
  const orders = new Map<string, FeedOrder>();
  for (const [id, state] of states) {
    if (!isShared(state)) continue;
    const { feedOrder } = mapOrder(state, {
      shopCountry: "de",
      productIdentifier,
      manualPairs: [],
      acceptSuggestions: false,
      reportedUnits: {},
    });
    if (feedOrder) orders.set(id, feedOrder);
  }
  return orders;
}

/** Of each order the webhook that happened last: it tells the order's last state. */
export function lastOfEach(webhooks: readonly Webhook[]): Webhook[] {
  const last = new Map<string, Webhook>();
  for (const webhook of webhooks) {
    if (!webhook.topic.startsWith("orders/")) continue;
    const id = /"id":(\d+)/.exec(webhook.body)?.[1] ?? "";
    const known = last.get(id);
    if (!known || known.triggeredAt <= webhook.triggeredAt) last.set(id, webhook);
  }
  return [...last.values()];
}
