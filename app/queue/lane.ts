import type pg from "pg";
import type { PgBoss } from "pg-boss";
import { isAnswer } from "#app/database/database-error.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import { withinTime } from "#app/foundation/time-limit.ts";
import type { LaneName, Sweeps } from "./sweeps.ts";

/** What a run says at its end: whether there is more to do now, and when there will be next. */
export type RunResult = { again: boolean; nextInMs: number | null };

/** One kind of runs, of which each shop has at most one queued and one active. */
export type Lane = {
  /** Queues a run for each shop, unless one is queued already. Call it after the commit. */
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

/** Runs that failed are found again by the sweep; the queue must never give one up by itself. */
const laneOptions = {
  retryLimit: 0,
  expireInSeconds: 3600,
  heartbeatSeconds: 10,
  deleteAfterSeconds: 60,
  notify: true,
} as const;

export type LaneOptions = {
  log: Logger;
  concurrency: number;
  sweepIntervalMs: number;
  /** when a sweep that did not come back is given up, and the next one begins */
  sweepLimitMs: number;
  /** the same of a run: the shop's lease decides when another may do its work */
  runLimitMs: number;
  sweeps: Sweeps;
};

/**
 * The queue only wakes: at most one run queued and one active per shop (pg-boss's policy `stately`
 * with the shop as key). Who may do what is decided by leases, and what there is to do stands in
 * the tables, so a lost or doubled job changes nothing. A sweep queues every shop that has work but
 * no job. See docs/decisions/0004-pg-boss-only-wakes.md.
 */
export async function openLane(boss: PgBoss, name: LaneName, options: LaneOptions): Promise<Lane> {
  const { log, sweeps } = options;
  await makeQueue(boss, name, laneOptions);
  const timers = new Map<string, NodeJS.Timeout>();
  let sweeper: NodeJS.Timeout | null = null;
  /** the queue's workers that wait for a job, with the time since when (epoch milliseconds) */
  const idle = new Map<string, number>();
  const dismissed = new Set<string>();
  let running = 0;
  let resting = false;
  let stopping = false;

  async function wake(shops: readonly string[], client?: pg.ClientBase): Promise<void> {
    if (shops.length === 0 || stopping) return;
    const jobs = shops.map((shop) => ({ singletonKey: shop, data: { shop } }));
    await boss.insert(name, jobs, client ? { db: onClient(client, name) } : {});
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
    await boss.offWork(name, { wait: false });
  }

  /**
   * Adds a worker that waits for a job. Once it has one, another waits in its place, so that of
   * `concurrency` workers one asks at each notification and not all (docs/decisions/0032).
   */
  async function hire(run: (shop: string) => Promise<RunResult>): Promise<void> {
    const asking = { pollingIntervalSeconds: 2, batchSize: 1 };
    const id = await boss.work<{ shop: string }>(name, asking, async ([job]) => {
      if (!job) return;
      const { shop } = job.data;
      idle.delete(id);
      running += 1;
      try {
        await keepOneIdle(run);
        const limit = options.runLimitMs;
        const { again, nextInMs } = await withinTime(run(shop), limit, `A run of ${shop}`);
        if (again) wakeQuietly([shop]);
        else if (nextInMs !== null) wakeLater(shop, Math.min(nextInMs, 60_000));
      } catch (err) {
        log.error({ err, shop, lane: name }, "a run failed; the sweep will queue it again");
      } finally {
        running -= 1;
        if (dismissed.has(id)) await keepOneIdle(run);
        else {
          idle.set(id, Date.now());
          // a run of the same shop may be queued, which nobody could take until now
          boss.notifyWorker(id);
        }
      }
    });
    idle.set(id, Date.now());
  }

  async function keepOneIdle(run: (shop: string) => Promise<RunResult>): Promise<void> {
    if (idle.size === 0 && running < options.concurrency && !resting) await hire(run);
  }

  /** Lets workers go that have waited for a second, but for one. */
  function dismissIdle(): void {
    const waiting = [...idle].filter(([, since]) => since < Date.now() - 1000);
    for (const [id] of waiting.slice(waiting.length === idle.size ? 1 : 0)) {
      idle.delete(id);
      // it may be about to get a job, which it does first
      dismissed.add(id);
      void boss.offWork(name, { id, wait: true }).finally(() => dismissed.delete(id));
    }
  }

  return {
    wake,
    rest,
    async work(run, find) {
      const look = async () => {
        const shops = await find();
        await wake(shops);
        // the last one may have gone while the database was away
        await keepOneIdle(run);
        // a run that was queued behind one whose process died: nothing tells that it may be taken
        const [first] = idle.keys();
        if (shops.length > 0 && first) boss.notifyWorker(first);
        dismissIdle();
      };
      const sweep = async () => {
        try {
          await withinTime(look(), options.sweepLimitMs, "The sweep");
          sweeps.ended(name, "succeeded");
        } catch (err) {
          if (isAnswer(err)) sweeps.ended(name, "answered");
          log.warn({ err, lane: name }, "the sweep failed");
        }
        if (!resting) sweeper = setTimeout(() => void sweep(), options.sweepIntervalMs);
      };
      await hire(run);
      sweeps.begun(name);
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
