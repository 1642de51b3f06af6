import { atLeast, below, type Figure } from "./figures.ts";
import type { Stage } from "./stage.ts";
import { stageClient } from "./stage-client.ts";
import { backlog, clear, takeIn, usedBy } from "./sync/backlog.ts";

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
  const orders = backlog(name, name === "quick" ? 1_000_000 : 2_000_000, 50);
  await takeIn(stage, orders);
  await countStatements(stage);
  const start = () => stage.start("app/server.ts", { WORKER: "on" });
  const { perSecond, worker } = await clear(stage, orders, start);
  const client = stageClient(stage, worker);
  await client.quiet();
  const { cpuMs, rssMb } = usedBy(worker);
  const { ms, statements } = await countedStatements(stage);
  await worker.process.stop();
  await client.close();
  const { length } = orders.orders;
  return {
    perSecond,
    // its start counts too: about a second
    cpuMs: cpuMs / length,
    databaseMs: ms / length,
    statements: statements / length,
    rssMb,
  };
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
