import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, protectedOrders } from "../latency.ts";
import type { Stage, Started } from "../stage.ts";
import { stageClient } from "../stage-client.ts";

const ordersPerShop = 100;
/** a tick of /proc is a hundredth of a second */
const tickMs = 10;

/** First webhooks of orders, a hundred of each shop: what a worker finds that was away. */
export type Backlog = ReturnType<typeof backlog>;

/** @param name of its shops; two backlogs of one `seed` are the same orders */
export function backlog(name: string, seed: number, shopCount: number) {
  const shops = Array.from({ length: shopCount }, (_, index) => `${name}-${index}.myshopify.com`);
  const orders = shops.flatMap((shop, index) =>
    protectedOrders(shop, ordersPerShop, seed + index * 1000),
  );
  return { shops, orders };
}

/** Lets the app's door take a backlog in, for connected shops, while no worker is there. */
export async function takeIn(stage: Stage, { shops, orders }: Backlog): Promise<void> {
  for (const shop of shops) await connect(stage, shop);
  await letReview(stage);
  const door = await stage.start("app/server.ts", { WORKER: "off" });
  const client = stageClient(stage, door);
  await client.send(orders.map(({ webhook }) => webhook));
  await client.close();
  await door.process.stop();
}

/** A connection that was just set up has every order looked at once more: before the measurement. */
async function letReview(stage: Stage): Promise<void> {
  const worker = await stage.start("app/server.ts", { WORKER: "on" });
  const pending = `SELECT 1 FROM "Shop" WHERE "reviewAfter" IS NOT NULL LIMIT 1`;
  while ((await stage.pool.query(pending)).rowCount !== 0) await sleep(50);
  await worker.process.stop();
}

/**
 * Starts a worker and waits until the feed has all orders of a backlog.
 *
 * @returns orders per second, from the first delivery on; and the worker, which is still there
 */
export async function clear(
  { hakuna }: Stage,
  { orders }: Backlog,
  start: () => Promise<Started>,
): Promise<{ perSecond: number; worker: Started }> {
  const left = new Set(orders.map(({ id }) => id));
  let first = 0;
  let last = 0;
  hakuna.onAccepted(({ order }) => {
    if (!left.delete(order.id)) return;
    first ||= performance.now();
    last = performance.now();
  });
  const worker = await start();
  while (left.size > 0) {
    if (worker.process.exitCode() !== null) throw new Error(worker.process.output());
    await sleep(20);
  }
  return { perSecond: (orders.length / (last - first)) * 1000, worker };
}

/** What a process has used so far, its start included: processor time, and the most memory. */
export function usedBy({ process: { pid } }: Started): { cpuMs: number; rssMb: number } {
  const proc = readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    cpuMs: (Number(proc[13]) + Number(proc[14])) * tickMs,
    rssMb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024,
  };
}
