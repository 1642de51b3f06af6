import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { atLeast, below, type Figure, plain } from "./figures.ts";
import { connect, protectedOrders } from "./latency.ts";
import type { Stage } from "./stage.ts";
import { stageClient } from "./stage-client.ts";

const shopCount = 50;
const ordersPerShop = 100;
/** a tick of /proc is a hundredth of a second */
const tickMs = 10;

/**
 * Orders folded, mapped and delivered per second by one worker, from a backlog of 50 shops, from its
 * first delivery on: with a feed that answers at once, and with one that takes 200 ms.
 */
export async function measureThroughput(stage: Stage): Promise<Figure[]> {
  const quick = await clearBacklog(stage, "quick");
  stage.hakuna.behave({ fault: { fault: { kind: "slow", ms: 200 } } });
  const slow = await clearBacklog(stage, "slow");
  stage.hakuna.behave({});
  return [
    atLeast("sync.orders_per_s", quick.perSecond, "1/s", 2000),
    atLeast("sync.orders_per_s_slow_feed", slow.perSecond, "1/s", 1000),
    plain("sync.cpu_ms_per_order", quick.cpuMs, "ms"),
    plain("sync.database_ms_per_order", quick.databaseMs, "ms"),
    below("sync.worker_rss_mb", quick.rssMb, "MB", 300),
  ];
}

async function clearBacklog(stage: Stage, name: string) {
  const shops = Array.from({ length: shopCount }, (_, index) => `${name}-${index}.myshopify.com`);
  const base = name === "quick" ? 1_000_000 : 2_000_000;
  const orders = shops.flatMap((shop, index) =>
    protectedOrders(shop, ordersPerShop, base + index * 1000),
  );
  for (const shop of shops) await connect(stage, shop);
  const door = await stage.start("app/server.ts", { WORKER: "off" });
  const client = stageClient(stage, door);
  await client.send(orders.map(({ webhook }) => webhook));
  await door.process.stop();

  const left = new Set(orders.map(({ id }) => id));
  let first = 0;
  let last = 0;
  stage.hakuna.onAccepted(({ order }) => {
    if (!left.delete(order.id)) return;
    first ||= performance.now();
    last = performance.now();
  });
  const before = await databaseTime(stage);
  const worker = await stage.start("app/server.ts", { WORKER: "on" });
  while (left.size > 0) await sleep(20);
  await client.quiet();
  const proc = readFileSync(`/proc/${worker.process.pid}/stat`, "utf8").split(" ");
  const status = readFileSync(`/proc/${worker.process.pid}/status`, "utf8");
  const databaseMs = (await databaseTime(stage)) - before;
  await worker.process.stop();
  await client.close();
  return {
    perSecond: (orders.length / (last - first)) * 1000,
    // its start counts too: about a second
    cpuMs: ((Number(proc[13]) + Number(proc[14])) * tickMs) / orders.length,
    databaseMs: databaseMs / orders.length,
    rssMb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024,
  };
}

/** Milliseconds that the database has spent on statements. */
async function databaseTime({ pool }: Stage): Promise<number> {
  const { rows } = await pool.query<{ ms: number }>(
    `SELECT active_time AS ms FROM pg_stat_database WHERE datname = current_database()`,
  );
  return rows[0]?.ms ?? 0;
}
