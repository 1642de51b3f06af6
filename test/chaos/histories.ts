import type { FeedOrder } from "#app/order/feed-order.ts";
import { join } from "#app/order/fold.ts";
import { type OrderTopic, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { expectedOrders, lastOfEach, statesOf } from "#test/server/expected-orders.ts";
import { createRandom } from "#test/simulator/random.ts";
import { boughtOrder, planIds } from "#test/simulator/shopify/bought-order.ts";
import { disorder } from "#test/simulator/shopify/disorder.ts";
import { giantOrder } from "#test/simulator/shopify/giant-order.ts";
import type { SimulatedShopify } from "#test/simulator/shopify/shopify.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** So many shops live through orders, where it is not said otherwise. */
export const usualShops = 8;
/** Of each dead shop. */
const ordersOfDead = 2;

/** What Hakuna must hold of a shop's orders, by order id. */
export type Expected = ReadonlyMap<string, FeedOrder>;

/** What a shop's products are named by at the feed. */
export type Identifier = Parameters<typeof expectedOrders>[1];

/** What is going to happen to the orders of the shops, and what must come of it. */
export type Histories = {
  shops: string[];
  /** shops with two orders each, whose feeds are to be dead for long */
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
  expected(shop: string, identifier?: Identifier): Expected;
  /** the same of what arrived alone */
  expectedUnread(shop: string, identifier?: Identifier): Expected;
};

/**
 * Lives through `count` orders in several shops, through two in each of the `dead` shops, and through
 * `giants` large ones in a shop of their own: the same seed gives the same histories.
 */
export function liveHistories(
  shopify: SimulatedShopify,
  plan: { count: number; dead: number; giants: number; seed: number; shopCount?: number },
): Histories {
  const { count, dead, giants, seed, shopCount = usualShops } = plan;
  const named = (name: string, length: number) =>
    Array.from({ length }, (_, index) => `${name}-${index}.myshopify.com`);
  const shops = named("chaos", shopCount);
  const deadShops = named("dead", dead);
  const giantShop = "giant.myshopify.com";
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
  const random = createRandom(seed);
  const known = disorder(happened, random, ways);
  const ofDead = deadShops.flatMap((shop, index) => ordersOf(shop, BigInt(index)));
  const webhooks = [...known];
  for (const one of disorder(ofDead, random, { duplicates: 0.2 })) {
    webhooks.splice(random.between(0, known.length), 0, one);
  }
  const large = Array.from({ length: giants }, (_, index) =>
    giantOrder(giantShop, 7_000_000_000n + BigInt(index)),
  );
  const arriving = bySender([...webhooks, ...large]);
  const all = bySender([...happened, ...ofDead, ...large]);
  return {
    ...{ shops, deadShops, giantShop, giants: large, webhooks },
    disorder: disorderOf(happened, known),
    expectedUnread: (shop, identifier) => expectedOrders(statesOf(arriving(shop)), identifier),
    expected(shop, identifier) {
      const known = statesOf(arriving(shop));
      for (const [id, state] of statesOf(lastOfEach(all(shop)))) {
        known.set(id, join(known.get(id) ?? state, state));
      }
      return expectedOrders(known, identifier);
    },
  };
}

/** Orders with a plan, just bought. */
function ordersOf(shop: string, index: bigint): Webhook[] {
  return Array.from({ length: ordersOfDead }, (_, place) => {
    const id = 6_000_000_000n + index * 100n + BigInt(place);
    const ref = { name: "_hakuna_ref", value: "a" };
    return boughtOrder(shop, id, [
      { id: id * 10n, title: "Bicycle", isPlan: false, properties: [ref] },
      { id: id * 10n + 1n, title: "Protection", isPlan: true, properties: [ref, ...planIds] },
    ]);
  });
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
