import { command } from "#app/ops/command.ts";
import { startPlanWork } from "#app/plans/daily-plan-work.ts";

/** Starts now what the worker starts every day: above all the renewal of offers that expire soon. */
export const renewOffersNow = command({
  usage: "renew-offers",
  async run(_given, withDatabase) {
    return await withDatabase(async ({ run, services }) => {
      const shops = await startPlanWork(run.pool, run.now());
      await services.queue.plans.wake(shops);
      const text = shops
        .map((shop) => `${shop}: plans are being renewed, taken off or looked at`)
        .join("\n");
      return { data: { shops }, text: text || "No plans are to be renewed or taken off." };
    });
  },
});
