import { setTimeout as sleep } from "node:timers/promises";
import { startAppProcess } from "#test/world/app-process.ts";
import { atLeast, below, type Figure } from "./figures.ts";
import type { Stage } from "./stage.ts";

/** What reconcile-process.ts prints at its end. */
export type Reconciled = { ordersPerSecond: number; peakMb: number; halfwayMb: number };

/** How much more memory the second half may need than the first: what is measured is noise. */
const flatMb = 40;

/**
 * Orders read in pages, folded, mapped and stored per second, one shop at a time, and the memory of
 * the process that does it: it must not grow with the number of orders.
 */
export async function measureReconcile(stage: Stage): Promise<Figure[]> {
  const started = startAppProcess("test/bench/reconcile-process.ts", stage.env);
  let line: string | undefined;
  while (!line) {
    line = /^reconciled (\{.*\})$/m.exec(started.output())?.[1];
    if (/^failed/m.test(started.output())) throw new Error(started.output());
    await sleep(50);
  }
  await started.stop();
  const { ordersPerSecond, peakMb, halfwayMb }: Reconciled = JSON.parse(line);
  return [
    atLeast("reconcile.orders_per_s", ordersPerSecond, "1/s", 500),
    below("reconcile.rss_mb", peakMb, "MB", 300),
    below("reconcile.rss_growth_mb", peakMb - halfwayMb, "MB", flatMb),
  ];
}
