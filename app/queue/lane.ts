import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { PgBoss } from "pg-boss";
import { isAnswer } from "#app/database/database-error.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import { withinTime } from "#app/foundation/time-limit.ts";
import type { Place } from "#app/store/run-context.ts";
import { openPlaces, type TakenPlace } from "./places.ts";
import type { LaneName, Sweeps } from "./sweeps.ts";

/** What a run says at its end: whether there is more to do now, and when there will be next. */
export type RunResult = { again: boolean; nextInMs: number | null };

export type Run = (shop: string, place: Place) => Promise<RunResult>;

/** One kind of runs, of which each shop has at most one queued and one active. */
export type Lane = {
  /** Queues a run for each shop, unless one is queued already. Call it after the commit. */
  wake(shops: readonly string[], client?: pg.ClientBase): Promise<void>;
  /**
   * Starts taking runs; `run` is called with one shop, never twice at once for the same. `find`
   * tells which shops have something to do but perhaps no job.
   */
  work(run: Run, find: () => Promise<string[]>): Promise<void>;
  /**
   * Whether it has all its places, and asked for a job since the last call, and the database
   * answered, be it with a refusal; or need not ask: it does not work, is at rest, or has no place
   * for one. It is told to ask now.
   */
  asks(): boolean;
  /** Takes no more runs; those under way go on, and `wake` still leaves work to other processes. */
  rest(): Promise<void>;
  /** The same, and wakes no more; waits for what is under way. */
  stop(): Promise<void>;
};

/** News goes before what is tried again, so that many shops in back-off hold up no other. */
const news = 0;
const retries = -1;

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
  /** for each place so many runs may wait for somebody outside besides */
  awayPerPlace: number;
  sweepIntervalMs: number;
  /** when a sweep that did not come back is given up, and the next one begins */
  sweepLimitMs: number;
  /** the same of a run: the shop's lease decides when another may do its work */
  runLimitMs: number;
  /** how long a run of a silent feed waits for its turn to begin; then it is queued again */
  turnLimitMs: number;
  /** how long runs that are under way at the end are waited for */
  endLimitMs: number;
  sweeps: Sweeps;
};

/**
 * The queue only wakes: at most one job of a shop waits (pg-boss's policy `stately` with the shop as
 * key), and one that is taken is done with when its run has begun and a place is free for another.
 * Who may do what is decided by leases, and what there is to do stands in the tables, so a lost or
 * doubled job changes nothing. A sweep queues every shop that has work but no job. See
 * docs/decisions/0004-pg-boss-only-wakes.md and 0074-a-job-ends-when-its-run-begins.md.
 */
export async function openLane(boss: PgBoss, name: LaneName, options: LaneOptions): Promise<Lane> {
  const { log, sweeps } = options;
  await makeQueue(boss, name, laneOptions);
  const timers = new Map<string, NodeJS.Timeout>();
  let sweeper: NodeJS.Timeout | null = null;
  const places = openPlaces(options.concurrency, options.awayPerPlace);
  /** all runs that are under way */
  const runs = new Map<string, Promise<void>>();
  /** shops that are to be worked on once more when their run has ended */
  const woken = new Set<string>();
  /** shops whose feed did not answer the last time, or asked for patience */
  const silent = new Set<string>();
  /** of them, what waits for its turn to begin */
  const starting = new Set<TakenPlace>();
  /** pg-boss's name of who asks; null: nobody does */
  let worker: string | null = null;
  /** its last answer and refusal, by a clock that may be set back: to be compared alone */
  let answered = "";
  let resting = false;
  let stopping = false;

  async function wake(
    shops: readonly string[],
    client?: pg.ClientBase,
    priority = news,
  ): Promise<void> {
    if (shops.length === 0 || stopping) return;
    const jobs = shops.map((shop) => ({ singletonKey: shop, data: { shop }, priority }));
    await boss.insert(name, jobs, client ? { db: onClient(client, name) } : {});
  }

  function wakeQuietly(shops: string[], priority = news): void {
    wake(shops, undefined, priority).catch((err) =>
      log.warn({ err, lane: name }, "a run was not queued; the sweep will"),
    );
  }

  function wakeLater(shop: string, ms: number): void {
    if (resting) return;
    clearTimeout(timers.get(shop));
    const timer = setTimeout(() => {
      timers.delete(shop);
      wakeQuietly([shop], retries);
    }, ms);
    timer.unref();
    timers.set(shop, timer);
  }

  async function rest(): Promise<void> {
    if (resting) return;
    resting = true;
    if (sweeper) clearTimeout(sweeper);
    for (const timer of timers.values()) clearTimeout(timer);
    for (const place of starting) place.leave();
    await boss.offWork(name, { wait: false });
  }

  /** Tells who asks for jobs that there may be one. */
  function askNow(): void {
    if (worker !== null) boss.notifyWorker(worker);
  }

  function asks(): boolean {
    if (worker === null || resting) return true;
    const seen = boss.getWipData().find(({ id }) => id === worker);
    const refusedAt = isAnswer(seen?.lastError) ? (seen?.lastErrorOn ?? 0) : 0;
    const known = answered;
    answered = `${seen?.lastFetchedOn ?? 0} ${refusedAt}`;
    askNow();
    const lost = places.lost();
    if (lost > 0) log.error({ lane: name, lost }, "a lane has lost places");
    if (lost > 0) return false;
    return answered !== known || (places.free() < 1 && runs.size > 0);
  }

  /** A run of the shop begins as soon as there is a place, or follows the one that is under way. */
  async function begin(run: Run, shop: string): Promise<void> {
    const isSilent = silent.has(shop);
    while (!runs.has(shop) && !isSilent && places.free() < 1) await places.oneFree();
    if (resting) wakeQuietly([shop]);
    else if (runs.has(shop)) woken.add(shop);
    else runs.set(shop, runOnce(run, shop, places.take(isSilent)));
  }

  /** Never rejects. */
  async function runOnce(run: Run, shop: string, place: TakenPlace): Promise<void> {
    try {
      if (place.isSilent && !(await hasTurn(place))) {
        woken.add(shop);
        return;
      }
      const limit = options.runLimitMs;
      const { again, nextInMs } = await withinTime(run(shop, place), limit, `A run of ${shop}`);
      if (again) woken.add(shop);
      else if (nextInMs !== null) wakeLater(shop, Math.min(nextInMs, 60_000));
    } catch (err) {
      log.error({ err, shop, lane: name }, "a run failed; the sweep will queue it again");
    } finally {
      runs.delete(shop);
      if (place.isSilent) silent.add(shop);
      else silent.delete(shop);
      // it waited in vain: so may many others, and they all end at once
      if (woken.delete(shop)) wakeQuietly([shop], place.isLent ? retries : news);
      place.leave();
    }
  }

  async function hasTurn(place: TakenPlace): Promise<boolean> {
    starting.add(place);
    try {
      return await place.hasPlace(options.turnLimitMs);
    } finally {
      starting.delete(place);
    }
  }

  return {
    wake: (shops, client) => wake(shops, client),
    rest,
    asks,
    async work(run, find) {
      const look = async () => {
        const shops = await find();
        await wake(shops, undefined, retries);
        // a run that was queued behind one whose process died: nothing tells that it may be taken
        if (shops.length > 0) askNow();
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
      const asking = { pollingIntervalSeconds: 2, batchSize: 1 };
      worker = await boss.work<{ shop: string }>(name, asking, async ([job]) => {
        if (job) await begin(run, job.data.shop);
        await places.oneFree();
        // there may be more
        askNow();
      });
      sweeps.begun(name);
      await sweep();
    },
    async stop() {
      await rest();
      const limit = sleep(options.endLimitMs, null, { ref: false });
      await Promise.race([Promise.all(runs.values()), limit]);
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
