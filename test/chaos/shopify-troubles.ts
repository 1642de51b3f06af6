import { openApp } from "#test/server/open-app.ts";
import type { Fault } from "#test/simulator/shopify/admin-api/faults.ts";
import { type Scene, type Trouble, wait, workUntil } from "./troubles.ts";

/**
 * Has an order of the shop read once more, as after two webhooks of one moment that differ. The app is
 * opened before: where the answer with its renewed token was lost, it asks Shopify nothing until then.
 */
async function readOne({ client, world }: Scene, shop: string): Promise<void> {
  await Promise.race([openApp(world, shop), wait(5000)]);
  await client.pool.query(
    `UPDATE "Order" SET "readAt" = now() WHERE "shop" = $1 AND "id" = (
       SELECT "id" FROM "Order" WHERE "shop" = $1 AND "status" IN ('sent', 'confirmed')
          AND "readAt" IS NULL ORDER BY "changedAt" LIMIT 1)`,
    [shop],
  );
}

function answers(name: string, fault: Fault): Trouble {
  return {
    name,
    async befall(scene) {
      const shop = scene.random.pick(scene.shops);
      const { faults } = scene.world.shopify.shop(shop);
      const times = scene.random.between(1, 3);
      faults.plan(fault, { times });
      await workUntil(
        scene,
        () => faults.areOver,
        () => readOne(scene, shop),
      );
      return times;
    },
  };
}

/** What befalls requests to Shopify while reconciliation reads. */
export const troublesOfShopify: readonly Trouble[] = [
  answers("Shopify's answers 503", { kind: "status", status: 503 }),
  answers("requests that Shopify throttles", { kind: "throttled" }),
  answers("Shopify's answers lost", { kind: "answer_lost" }),
  {
    name: "access tokens ended",
    async befall(scene) {
      const { tokens } = scene.world.shopify;
      const shop = scene.random.pick(scene.shops);
      const given = () => tokens.given.filter((token) => token.shop === shop).length;
      const before = given();
      tokens.expire(shop);
      await workUntil(
        scene,
        () => given() > before,
        () => readOne(scene, shop),
      );
      return 1;
    },
  },
];
