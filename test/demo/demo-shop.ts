import { setTimeout as sleep } from "node:timers/promises";
import pMap from "p-map";
import { canonicalJson } from "#app/order/canonical.ts";
import { eventually } from "#test/server/client.ts";
import { expectedOrders, statesOf } from "#test/server/expected-orders.ts";
import { boughtWebhook } from "#test/simulator/shopify/bought-order.ts";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { deliverWebhook, webhookOf } from "#test/simulator/shopify/webhook.ts";
import { orderFrom } from "#test/simulator/storefront/checkout.ts";
import { shopShelf } from "#test/simulator/storefront/shop-shelf.ts";
import { type Storefront, startStorefront } from "#test/simulator/storefront/storefront.ts";
import type { World } from "#test/world/world.ts";
import { goodsOf, stock } from "./goods.ts";
import { type Reached, setUp } from "./merchant.ts";
import { letWeeksPass } from "./past-weeks.ts";
import { demoExtent, type Extent, liveUntil, type ShopLife } from "./shop-life.ts";

const hakunaKey = "sk_test_demo";

export type DemoShop = {
  storefront: Storefront;
  /** the shop's life until now; made up when it is first asked for */
  life(): ShopLife;
  /** tells the app of the weeks before the hour, and waits until their orders are at Hakuna */
  tellPast(): Promise<void>;
  /** tells the app of the hour in so many seconds, and waits until all of it is at Hakuna */
  playHour(seconds: number): Promise<void>;
};

/**
 * Opens a shop: stocks it, sets the app up in it, and opens its storefront, which sells the plans
 * that the app has put on sale. What is bought there stands in the shop's order book, and the app is
 * told of it.
 */
export async function openDemoShop(
  world: Reached & Pick<World, "hakuna" | "databaseUrl">,
  domain: string,
  extent: Extent = demoExtent,
): Promise<DemoShop> {
  const { appUrl, apiSecret, hakuna } = world;
  const shop = world.admin.shopify.shop(domain);
  await setUp(world, domain, { hakunaKey, productIds: stock(shop) });
  let lived: ShopLife | undefined;
  const life = () => {
    lived ??= liveUntil(Date.now(), { shop: domain, goods: goodsOf(shop) }, extent);
    return lived;
  };
  let bought = 0;
  const storefront = await startStorefront({
    shelf: shopShelf(shop),
    async onOrder(cart, country) {
      const now = Date.now();
      const number = life().next + bought;
      bought += 1;
      const order = orderFrom(cart, { id: BigInt(now), now, country, number });
      shop.orders.put(order);
      await deliverWebhook(appUrl, boughtWebhook(domain, order), apiSecret);
    },
  });
  return {
    storefront,
    life,
    async tellPast() {
      const { past } = life();
      for (const order of past) shop.orders.put(order);
      const told = past.map((order) => {
        const text = payloadText(orderPayload(order));
        return webhookOf(domain, "orders/updated", text, order.updatedAt);
      });
      await pMap(told, (webhook) => deliverWebhook(appUrl, webhook, apiSecret), { concurrency: 8 });
      await letWeeksPass(world.databaseUrl, domain, told.length);
    },
    async playHour(seconds) {
      const { hour } = life();
      for (const webhook of hour) {
        shop.orders.put(webhook.order, webhook.triggeredAt);
        await deliverWebhook(appUrl, webhook, apiSecret);
        await sleep((seconds * 1000) / hour.length);
      }
      const expected = [...expectedOrders(statesOf(hour))];
      await eventually("every order is at Hakuna", () => {
        const isThere = expected.every(
          ([id, order]) => canonicalJson(hakuna.last(id)) === canonicalJson(order),
        );
        return isThere || hakuna.requests.length;
      });
    },
  };
}
