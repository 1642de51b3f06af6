import type { Fault } from "#test/simulator/shopify/admin-api/faults.ts";
import { type Trouble, workUntil } from "./troubles.ts";

function answers(name: string, fault: Fault): Trouble {
  return {
    name,
    async befall(scene) {
      const { faults } = scene.world.shopify.shop(scene.random.pick(scene.shops));
      const times = scene.random.between(1, 3);
      faults.plan(fault, { times });
      await workUntil(scene, () => faults.areOver);
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
      await workUntil(scene, () => given() > before);
      return 1;
    },
  },
];
