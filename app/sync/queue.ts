import type pg from "pg";
import { PgBoss } from "pg-boss";
import type { Logger } from "#app/log.server.ts";
import { notHeld } from "./hold.ts";

/** What a run says at its end: whether there is more to do now, and when there will be next. */
export type RunResult = { again: boolean; nextInMs: number | null };

export type Queue = {
  /**
   * Queues a run for each shop, unless one is queued already. Call it after the commit, or on the
   * same pipelined connection right behind it.
   */
  wake(shops: readonly string[], client?: pg.ClientBase): Promise<void>;
  /** Starts taking runs; `run` is called with one shop, never twice at once for the same. */
  work(run: (shop: string) => Promise<RunResult>, find: () => Promise<string[]>): Promise<void>;
  /** Runs `job` once a day at this hour (UTC), in one process of all. */
  daily(hour: number, job: () => Promise<void>): Promise<void>;
  /** Takes no more runs; those under way go on, and `wake` still leaves work to other processes. */
  rest(): Promise<void>;
  stop(): Promise<void>;
};

const name = "sync";
const dailyName = "retention";
/** Runs that failed are found again by the sweep; the queue must never give one up by itself. */
const queueOptions = {
  retryLimit: 0,
  expireInSeconds: 3600,
  heartbeatSeconds: 10,
  deleteAfterSeconds: 60,
  notify: true,
} as const;

/** A job that its process did not survive is tried again. */
const dailyOptions = {
  retryLimit: 3,
  retryDelay: 600,
  expireInSeconds: 6 * 3600,
  heartbeatSeconds: 60,
  deleteAfterSeconds: 7 * 24 * 3600,
} as const;

/**
 * The queue only wakes: at most one run queued and one active per shop (pg-boss's policy `stately`
 * with the shop as key). Who may deliver is decided by the lease, and what there is to do stands in
 * the tables, so a lost or doubled job changes nothing. A sweep queues every shop that has work but
 * no job. See docs/decisions/0004-pg-boss-only-wakes.md.
 */
export async function startQueue(options: {
  databaseUrl: string;
  log: Logger;
  concurrency: number;
  sweepIntervalMs: number;
  /** this process takes runs and daily jobs */
  worker: boolean;
}): Promise<Queue> {
  const { log } = options;
  const boss = new PgBoss({
    connectionString: options.databaseUrl,
    application_name: "hakuna-queue",
    max: 4,
    useListenNotify: true,
    schedule: options.worker,
    monitorIntervalSeconds: 1,
    superviseIntervalSeconds: 1,
    maintenanceIntervalSeconds: 600,
  });
  boss.on("error", (err) => log.warn({ err }, "the queue reported an error"));
  await boss.start();
  await makeQueue(boss, name, queueOptions);

  const timers = new Map<string, NodeJS.Timeout>();
  let sweeper: NodeJS.Timeout | null = null;
  let workerId: string | null = null;
  let resting = false;
  let stopping = false;

  async function wake(shops: readonly string[], client?: pg.ClientBase): Promise<void> {
    if (shops.length === 0 || stopping) return;
    const jobs = shops.map((shop) => ({ singletonKey: shop, data: { shop } }));
    await boss.insert(name, jobs, client ? { db: onClient(client) } : {});
    if (workerId !== null) boss.notifyWorker(workerId);
  }

  function wakeQuietly(shops: string[]): void {
    wake(shops).catch((err) => log.warn({ err }, "a sync run was not queued; the sweep will"));
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
    async work(run, find) {
      const sweep = async () => {
        await find()
          .then((shops) => wake(shops))
          .catch((err) => log.warn({ err }, "the sweep failed"));
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
            log.error({ err, shop }, "a sync run failed; the sweep will queue it again");
          } finally {
            // one fetch per notification: ask for the next job without waiting for the poll
            if (workerId !== null) boss.notifyWorker(workerId);
          }
        },
      );
      await sweep();
    },
    async daily(hour, job) {
      await makeQueue(boss, dailyName, dailyOptions);
      await boss.schedule(dailyName, `17 ${hour} * * *`, null, { tz: "UTC" });
      await boss.work(dailyName, { pollingIntervalSeconds: 10, batchSize: 1 }, async () => {
        await job();
      });
    },
    rest,
    async stop() {
      await rest();
      stopping = true;
      await boss.stop({ graceful: true, timeout: 15_000 });
    },
  };
}

/** At most one job queued and one active per key. createQueue on an existing queue ignores options. */
async function makeQueue(
  boss: PgBoss,
  queue: string,
  options: typeof queueOptions | typeof dailyOptions,
): Promise<void> {
  if (await boss.getQueue(queue)) await boss.updateQueue(queue, options);
  else await boss.createQueue(queue, { policy: "stately", ...options });
}

/** Lets pg-boss send its statement on a given connection, prepared once: it is always the same. */
function onClient(client: pg.ClientBase) {
  return {
    executeSql: (text: string, values?: unknown[]) =>
      client.query({ name: "wake", text, values: values ?? [] }),
  };
}

/**
 * The shops that have something to do now: webhooks to fold, orders to send, requests that a dead
 * process left unanswered, processing statuses or orders to read.
 */
export async function shopsWithWork(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ shop: string }>(`
    SELECT DISTINCT "shop" FROM "InboxWebhook"
     WHERE "foldedAt" IS NULL AND "quarantinedAt" IS NULL
    UNION
    SELECT "domain" FROM "Shop" s
     WHERE EXISTS (SELECT 1 FROM "Order" o
                    WHERE o."shop" = s."domain" AND o."readAt" <= now())
        OR EXISTS (SELECT 1 FROM "Attempt" a
                    WHERE a."shop" = s."domain" AND a."answeredAt" IS NULL
                      AND (s."leaseUntil" IS NULL OR s."leaseUntil" < now()))
        OR s."reviewAfter" IS NOT NULL
        OR s."eraseAt" IS NOT NULL
        OR (s."connection" = 'connected' AND NOT s."paused" AND ${notHeld("s")}
            AND (s."backoffUntil" IS NULL OR s."backoffUntil" <= now())
            AND (EXISTS (SELECT 1 FROM "Order" o
                          WHERE o."shop" = s."domain" AND o."dueAt" <= now())
              OR EXISTS (SELECT 1 FROM "Attempt" a
                          WHERE a."shop" = s."domain" AND a."pollAt" <= now())))`);
  return rows.map(({ shop }) => shop);
}
