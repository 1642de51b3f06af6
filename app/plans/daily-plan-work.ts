import type { PlanContext } from "./plan-context.ts";
import { forgetPlanJobs, renewOffers } from "./product-offers.ts";

/** How long it is kept what a job did for each product. */
const keepJobsMs = 90 * 24 * 60 * 60_000;

/** Once a day: starts the renewal of offers that expire soon. Answers the shops to be woken. */
export async function dailyPlanWork({ pool, now }: PlanContext): Promise<string[]> {
  await forgetPlanJobs(pool, now(), keepJobsMs);
  return await renewOffers(pool, now());
}
