import { renewOffers } from "../plans/product-offers.ts";
import type { Command } from "./command.ts";
import { withDatabase } from "./with-database.ts";

/** Starts the renewal of offers that expire soon now, as the worker does every day. */
export const renewOffersNow: Command = {
  usage: "renew-offers",
  async run() {
    return await withDatabase(async ({ run, services }) => {
      const shops = await renewOffers(run.pool, run.now());
      await services.queue.plans.wake(shops);
      const text = shops.map((shop) => `${shop}: offers are being renewed`).join("\n");
      return { data: { shops }, text: text || "No offer expires soon." };
    });
  },
};
