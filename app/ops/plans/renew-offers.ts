import { command } from "#app/ops/command.ts";
import { renewOffers } from "#app/plans/product-offers.ts";

/** Starts the renewal of offers that expire soon now, as the worker does every day. */
export const renewOffersNow = command({
  usage: "renew-offers",
  async run(_given, withDatabase) {
    return await withDatabase(async ({ run, services }) => {
      const shops = await renewOffers(run.pool, run.now());
      await services.queue.plans.wake(shops);
      const text = shops.map((shop) => `${shop}: offers are being renewed`).join("\n");
      return { data: { shops }, text: text || "No offer expires soon." };
    });
  },
});
