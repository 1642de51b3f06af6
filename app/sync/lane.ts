import type pg from "pg";
import type { PgBoss } from "pg-boss";
import type { Logger } from "#app/log.server.ts";

/** What a run says at its end: whether there is more to do now, and when there will be next. */
export type RunResult = { again: boolean; nextInMs: number | null };

/** One kind of runs, of which each shop has at most one queued and one active. */
export type Lane = {
  /**
   * Queues a run for each shop, unless one is queued already. Call it after the commit, or on the
   * same pipelined connection right behind it.
   */
  wake(shops: readonly string[], client?: pg.ClientBase): Promise<void>;
  /**
   * Starts taking runs; `run` is called with one shop, never twice at once for the same. `find`
   * tells which shops have something to do but perhaps no job.
   */
  work(run: (shop: string) => Promise<RunResult>, find: () => Promise<string[]>): Promise<void>;
  /** Takes no more runs; those under way go on, and `wake` still leaves work to other processes. */
  rest(): Promise<void>;
  /** The same, and wakes no more. */
  stop(): Promise<void>;
};

/** Syncing, reading orders from Shopify, and giving products their plans. */
export type LaneName = "sync" | "scan" | "plans";

/** Runs that failed are found again by the sweep; the queue must never give one up by itself. */
const laneOptions = {
  retryLimit: 0,
  expireInSeconds: 3600,
  heartbeatSeconds: 10,
  deleteAfterSeconds: 60,
  notify: true,
} as const;

/**
 * The queue only wakes: at most one run queued and one active per shop (pg-boss's policy `stately`
 * with the shop as key). Who may do what is decided by leases, and what there is to do stands in
 * the tables, so a lost or doubled job changes nothing. A sweep queues every shop that has work but
 * no job. See docs/decisions/0004-pg-boss-only-wakes.md.
 */
export async function openLane(
  boss: PgBoss,
  name: LaneName,
  options: { log: Logger; concurrency: number; sweepIntervalMs: number },
): Promise<Lane> {
  const { log } = options;
  await makeQueue(boss, name, laneOptions);
  const timers = new Map<string, NodeJS.Timeout>();
  let sweeper: NodeJS.Timeout | null = null;
  let workerId: string | null = null;
  let resting = false;
  let stopping = false;

  async function wake(shops: readonly string[], client?: pg.ClientBase): Promise<void> {
    if (shops.length === 0 || stopping) return;
    const jobs = shops.map((shop) => ({ singletonKey: shop, data: { shop } }));
    await boss.insert(name, jobs, client ? { db: onClient(client, name) } : {});
    if (workerId !== null) boss.notifyWorker(workerId);
  }

  function wakeQuietly(shops: string[]): void {
    wake(shops).catch((err) =>
      log.warn({ err, lane: name }, "a run was not queued; the sweep will"),
    );
  }

  function wakeLater(shop: string, ms: number): void {
    if (resting) return;
    clearTimeout(timers.get(shop));
    const timer = setTimeout(() => {
      timers.delete(shop);
      wakeQuietly([shop]);
    }, ms);
    timer.unref();
    timers.set(shop, timer);
  }

  async function rest(): Promise<void> {
    if (resting) return;
    resting = true;
    if (sweeper) clearTimeout(sweeper);
    for (const timer of timers.values()) clearTimeout(timer);
    if (workerId !== null) await boss.offWork(name, { id: workerId, wait: false });
    workerId = null;
  }

  return {
    wake,
    rest,
    async work(run, find) {
      const sweep = async () => {
        await find()
          .then(wake)
          .catch((err) => log.warn({ err, lane: name }, "the sweep failed"));
        if (!resting) sweeper = setTimeout(() => void sweep(), options.sweepIntervalMs);
      };
      workerId = await boss.work<{ shop: string }>(
        name,
        { localConcurrency: options.concurrency, pollingIntervalSeconds: 2, batchSize: 1 },
        async ([job]) => {
          if (!job) return;
          const { shop } = job.data;
          try {
            const { again, nextInMs } = await run(shop);
            if (again) wakeQuietly([shop]);
            else if (nextInMs !== null) wakeLater(shop, Math.min(nextInMs, 60_000));
          } catch (err) {
            log.error({ err, shop, lane: name }, "a run failed; the sweep will queue it again");
          } finally {
            // one fetch per notification: ask for the next job without waiting for the poll
            if (workerId !== null) boss.notifyWorker(workerId);
          }
        },
      );
      await sweep();
    },
    async stop() {
      await rest();
      stopping = true;
    },
  };
}

/** At most one job queued and one active per key. createQueue on an existing queue ignores options. */
export async function makeQueue(
  boss: PgBoss,
  queue: string,
  options: Omit<NonNullable<Parameters<PgBoss["createQueue"]>[1]>, "policy">,
): Promise<void> {
  if (await boss.getQueue(queue)) await boss.updateQueue(queue, options);
  else await boss.createQueue(queue, { policy: "stately", ...options });
}

/** Lets pg-boss send its statement on a given connection, prepared once: it is always the same. */
function onClient(client: pg.ClientBase, name: string) {
  return {
    executeSql: (text: string, values?: unknown[]) =>
      client.query({ name: `wake-${name}`, text, values: values ?? [] }),
  };
}
