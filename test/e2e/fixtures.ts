import { randomBytes } from "node:crypto";
import { test as base } from "@playwright/test";
import { startWorld, type World } from "../world/world.ts";
import { bringStandIns } from "./admin-browser.ts";
import { openShopData, type ShopData } from "./shop-data.ts";

type Fixtures = {
  /** a shop that nobody has opened the app in, with what its pages read */
  shop: ShopData;
};

/** One world per worker; every test has a shop of its own in it. */
export const test = base.extend<Fixtures, { world: World }>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
    async ({}, use) => {
      const world = await startWorld();
      await use(world);
      await world.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  context: async ({ context, world }, use) => {
    await bringStandIns(context, world);
    await use(context);
    // what is still asked for when the test is over goes with its page
    await context.unrouteAll({ behavior: "ignoreErrors" });
  },
  shop: async ({ world }, use) => {
    const shop = await openShopData(
      world.databaseUrl,
      `shop-${randomBytes(4).toString("hex")}.myshopify.com`,
    );
    await use(shop);
    await shop.close();
  },
});

export { expect } from "@playwright/test";
