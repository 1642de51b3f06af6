import { setTimeout as sleep } from "node:timers/promises";
import { canonicalJson } from "#app/order/canonical.ts";
import { eventually } from "#test/server/client.ts";
import { expectedOrders, statesOf } from "#test/server/expected-orders.ts";
import { boughtWebhook } from "#test/simulator/shopify/bought-order.ts";
import { deliverWebhook } from "#test/simulator/shopify/webhook.ts";
import { orderFrom } from "#test/simulator/storefront/checkout.ts";
import { shopShelf } from "#test/simulator/storefront/shop-shelf.ts";
import { type Storefront, startStorefront } from "#test/simulator/storefront/storefront.ts";
import type { World } from "#test/world/world.ts";
import { goodsOf, stock } from "./goods.ts";
import { importPast, type Reached, setUp } from "./merchant.ts";
import { demoExtent, type Extent, liveUntil, type ShopLife } from "./shop-life.ts";

const hakunaKey = "sk_test_demo";

export type DemoShop = {
  storefront: Storefront;
  life: ShopLife;
  /** has the app import the orders from before the hour, and waits until they are at Hakuna */
  importPast(): Promise<void>;
  /** tells the app of the hour in so many seconds, and waits until all of it is at Hakuna */
  playHour(seconds: number): Promise<void>;
};

/**
 * Opens a shop: stocks it, sets the app up in it, and opens its storefront, which sells the plans
 * that the app has put on sale. What is bought there stands in the shop's order book, and the app is
 * told of it.
 */
export async function openDemoShop(
  world: Reached & Pick<World, "hakuna">,
  domain: string,
  extent: Extent = demoExtent,
): Promise<DemoShop> {
  const { appUrl, apiSecret, hakuna } = world;
  const shop = world.admin.shopify.shop(domain);
  await setUp(world, domain, { hakunaKey, productIds: stock(shop) });
  const life = liveUntil(Date.now(), { shop: domain, goods: goodsOf(shop) }, extent);
  for (const order of life.past) shop.orders.put(order);
  let number = life.next;
  const storefront = await startStorefront({
    shelf: shopShelf(shop),
    async onOrder(cart, country) {
      const now = Date.now();
      const order = orderFrom(cart, { id: BigInt(now), now, country, number });
      number += 1;
      shop.orders.put(order);
      await deliverWebhook(appUrl, boughtWebhook(domain, order), apiSecret);
    },
  });
  return {
    storefront,
    life,
    async importPast() {
      await importPast(world, domain);
      const withPlans = life.past.filter(({ lines }) => lines.some(({ isPlan }) => isPlan));
      await eventually("the past orders are at Hakuna", () => {
        const known = new Set(hakuna.orderIds());
        return withPlans.every(({ id }) => known.has(String(id))) || known.size;
      });
    },
    async playHour(seconds) {
      for (const webhook of life.hour) {
        shop.orders.put(webhook.order, webhook.triggeredAt);
        await deliverWebhook(appUrl, webhook, apiSecret);
        await sleep((seconds * 1000) / life.hour.length);
      }
      const expected = [...expectedOrders(statesOf(life.hour))];
      await eventually("every order is at Hakuna", () => {
        const isThere = expected.every(
          ([id, order]) => canonicalJson(hakuna.last(id)) === canonicalJson(order),
        );
        return isThere || hakuna.requests.length;
      });
    },
  };
}
