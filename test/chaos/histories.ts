import type { FeedOrder } from "#app/order/feed-order.ts";
import { join } from "#app/order/fold.ts";
import { type OrderTopic, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { type Choice, expectedOrders, lastOfEach, statesOf } from "#test/server/expected-orders.ts";
import { createRandom } from "#test/simulator/random.ts";
import { disorder } from "#test/simulator/shopify/disorder.ts";
import { giantOrder } from "#test/simulator/shopify/giant-order.ts";
import type { SimulatedShopify } from "#test/simulator/shopify/shopify.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const shopCount = 8;
const deadCount = 20;
/** Of each dead shop. */
const ordersOfDead = 3;

/** What Hakuna must hold of a shop's orders, by order id. */
export type Expected = ReadonlyMap<string, FeedOrder>;

/** What is going to happen to the orders of the shops, and what must come of it. */
export type Histories = {
  shops: string[];
  /** shops with few orders each, whose feeds are to be dead for long */
  deadShops: string[];
  /** its orders have 500 lines each, which name each other */
  giantShop: string;
  giants: Webhook[];
  /** in the order in which they arrive: some twice, late, after all others, or never; without giants */
  webhooks: Webhook[];
  /** what goes wrong with them on their way, and how often */
  disorder: Map<string, number>;
  /**
   * What Hakuna must hold in the end of a shop's orders: everything that arrived and what Shopify
   * shows of the order.
   */
  expected(shop: string, choice?: Choice): Expected;
  /** the same of what arrived alone */
  expectedUnread(shop: string, choice?: Choice): Expected;
};

/**
 * Lives through `count` orders in several shops, and `giants` large ones in a shop of their own: the
 * same seed gives the same histories.
 */
export function liveHistories(
  shopify: SimulatedShopify,
  { count, giants, seed }: { count: number; giants: number; seed: number },
): Histories {
  const named = (name: string, length: number) =>
    Array.from({ length }, (_, index) => `${name}-${index}.myshopify.com`);
  const shops = named("chaos", shopCount);
  const deadShops = named("dead", deadCount);
  const giantShop = "giant.myshopify.com";
  const happened = [...shops, ...deadShops].flatMap((domain, index) => {
    const shop = shopify.shop(domain);
    shop.throttle = { maximumAvailable: 1_000_000, restoreRate: 1_000_000 };
    shop.live({
      count: index < shopCount ? Math.ceil(count / shopCount) : ordersOfDead,
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
  const large = Array.from({ length: giants }, (_, index) =>
    giantOrder(giantShop, 7_000_000_000n + BigInt(index)),
  );
  const arriving = bySender([...webhooks, ...large]);
  const all = bySender([...happened, ...large]);
  return {
    ...{ shops, deadShops, giantShop, giants: large, webhooks },
    disorder: disorderOf(happened, webhooks),
    expectedUnread: (shop, choice) => expectedOrders(statesOf(arriving(shop)), choice),
    expected(shop, choice) {
      const known = statesOf(arriving(shop));
      for (const [id, state] of statesOf(lastOfEach(all(shop)))) {
        known.set(id, join(known.get(id) ?? state, state));
      }
      return expectedOrders(known, choice);
    },
  };
}

function bySender(webhooks: readonly Webhook[]): (shop: string) => Webhook[] {
  const sent = Map.groupBy(webhooks, ({ shop }) => shop);
  return (shop) => sent.get(shop) ?? [];
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
