import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { atLeast, below, type Figure } from "./figures.ts";
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
    below("sync.cpu_ms_per_order", quick.cpuMs, "ms", 2),
    below("sync.database_ms_per_order", quick.databaseMs, "ms", 1),
    below("sync.statements_per_order", quick.statements, "", 1),
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
  await letReview(stage);
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
  await countStatements(stage);
  const worker = await stage.start("app/server.ts", { WORKER: "on" });
  while (left.size > 0) await sleep(20);
  await client.quiet();
  const proc = readFileSync(`/proc/${worker.process.pid}/stat`, "utf8").split(" ");
  const status = readFileSync(`/proc/${worker.process.pid}/status`, "utf8");
  const { ms, statements } = await countedStatements(stage);
  await worker.process.stop();
  await client.close();
  return {
    perSecond: (orders.length / (last - first)) * 1000,
    // its start counts too: about a second
    cpuMs: ((Number(proc[13]) + Number(proc[14])) * tickMs) / orders.length,
    databaseMs: ms / orders.length,
    statements: statements / orders.length,
    rssMb: Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024,
  };
}

/** A connection that was just set up has every order looked at once more: before the measurement. */
async function letReview(stage: Stage): Promise<void> {
  const worker = await stage.start("app/server.ts", { WORKER: "on" });
  const pending = `SELECT 1 FROM "Shop" WHERE "reviewAfter" IS NOT NULL LIMIT 1`;
  while ((await stage.pool.query(pending)).rowCount !== 0) await sleep(50);
  await worker.process.stop();
}

async function countStatements({ pool }: Stage): Promise<void> {
  await pool.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  await pool.query("ALTER SYSTEM SET pg_stat_statements.track = 'top'");
  await pool.query("SELECT pg_reload_conf()");
  await pool.query("SELECT pg_stat_statements_reset()");
}

/** How many there were since, and the milliseconds that the database spent on them. */
async function countedStatements({ pool }: Stage): Promise<{ statements: number; ms: number }> {
  const { rows } = await pool.query<{ statements: number; ms: number }>(
    `SELECT sum(calls)::float8 AS statements, sum(total_exec_time) AS ms FROM pg_stat_statements`,
  );
  await pool.query("ALTER SYSTEM SET pg_stat_statements.track = 'none'");
  await pool.query("SELECT pg_reload_conf()");
  return rows[0] ?? { statements: 0, ms: 0 };
}
