import type { FeedOrder } from "#app/order/feed-order.ts";
import { join } from "#app/order/fold.ts";
import { type OrderTopic, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { expectedOrders, lastOfEach, statesOf } from "#test/server/expected-orders.ts";
import { createRandom } from "#test/simulator/random.ts";
import { disorder } from "#test/simulator/shopify/disorder.ts";
import type { SimulatedShopify } from "#test/simulator/shopify/shopify.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const shopCount = 8;

/** What is going to happen to the orders of the shops, and what must come of it. */
export type Histories = {
  shops: string[];
  /** in the order in which they arrive: some twice, late, after all others, or never */
  webhooks: Webhook[];
  /** what goes wrong with them on their way, and how often */
  disorder: Map<string, number>;
  /**
   * What Hakuna must hold in the end, by order id: everything that arrived and what Shopify shows
   * of the order.
   */
  expected(): Map<string, FeedOrder>;
  /** the same of what arrived alone */
  expectedUnread(): Map<string, FeedOrder>;
};

/** Lives through `count` orders in several shops: the same seed gives the same histories. */
export function liveHistories(shopify: SimulatedShopify, count: number, seed: number): Histories {
  const shops = Array.from({ length: shopCount }, (_, index) => `chaos-${index}.myshopify.com`);
  const happened = shops.flatMap((domain, index) => {
    const shop = shopify.shop(domain);
    shop.throttle = { maximumAvailable: 1_000_000, restoreRate: 1_000_000 };
    shop.live({
      count: Math.ceil(count / shopCount),
      firstSeed: (seed % 100_000) * 100_000 + index * 10_000,
      startedAt: Date.now() - 30 * dayMs,
      every: 60_000,
      currency: ["EUR", "JPY", "KWD"][index % 3] ?? "EUR",
      bigIds: index % 2 === 0,
    });
    return shop.takeWebhooks();
  });
  happened.sort((a, b) => a.triggeredAt - b.triggeredAt);
  const ways = { duplicates: 0.1, outOfOrder: 0.2, delayed: 0.03, lost: 0.03 };
  const webhooks = disorder(happened, createRandom(seed), ways);
  return {
    shops,
    webhooks,
    disorder: disorderOf(happened, webhooks),
    expectedUnread: () => expectedOrders(statesOf(webhooks)),
    expected() {
      const known = statesOf(webhooks);
      for (const [id, state] of statesOf(lastOfEach(happened))) {
        known.set(id, join(known.get(id) ?? state, state));
      }
      return expectedOrders(known);
    },
  };
}

function disorderOf(happened: readonly Webhook[], arriving: readonly Webhook[]) {
  const events = new Set<string>();
  const newestOfOrder = new Map<string, number>();
  let newest = 0;
  let late = 0;
  let hoursLate = 0;
  for (const { topic, body, triggeredAt, eventId } of arriving) {
    events.add(eventId);
    const { orderId } = readWebhook(topic as OrderTopic, body, triggeredAt);
    const known = newestOfOrder.get(orderId) ?? 0;
    if (triggeredAt < known) late += 1;
    if (triggeredAt < newest - hourMs) hoursLate += 1;
    newestOfOrder.set(orderId, Math.max(known, triggeredAt));
    newest = Math.max(newest, triggeredAt);
  }
  return new Map([
    ["webhooks sent twice", arriving.length - events.size],
    ["webhooks behind newer ones of their order", late],
    ["webhooks late by hours", hoursLate],
    ["webhooks lost", happened.length - events.size],
  ]);
}
