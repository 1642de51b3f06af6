import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { PgBoss } from "pg-boss";
import { connectionTo, type DatabaseLimits, directly } from "#app/database/connection.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import { restsUntil, type Step } from "#app/store/failing.ts";
import { notHeld } from "#app/store/hold.ts";
import { type Lane, type LaneOptions, makeQueue, openLane } from "./lane.ts";
import { namingRepeated } from "./repeated-statements.ts";
import type { LaneName, Sweeps } from "./sweeps.ts";

export type Queue = {
  /** queues a sync run for each of these shops; see `Lane` */
  wake: Lane["wake"];
  /** runs that fold and deliver */
  sync: Pick<Lane, "work">;
  /** runs that read orders from Shopify */
  scan: Pick<Lane, "wake" | "work">;
  /** runs that give products their plans */
  plans: Pick<Lane, "wake" | "work">;
  /** runs that refund plans */
  refunds: Pick<Lane, "wake" | "work">;
  /** Runs `job` once a day at this hour (UTC), in one process of all. */
  daily(hour: number, job: () => Promise<void>): Promise<void>;
  /** the lanes that ask for jobs, or need not: see `Lane.asks` */
  asking(): LaneName[];
  /** Takes no more runs; those under way go on, and `wake` still leaves work to other processes. */
  rest(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * How many runs of a lane may wait outside for each place. Of a feed's answer one waits for long only
 * where the feed is in trouble; of Shopify each scan does, for most of its time: its bucket refills.
 */
const awayPerPlace: Record<LaneName, number> = { sync: 20, scan: 50, plans: 20, refunds: 20 };

/** Many shops with silent feeds share few places, each for a second or so. */
const longestTurnMs = 60_000;

/** What is under way at the end is waited for; so long in each lane, and so long by the queue. */
const longestEndMs = 15_000;

const dailyName = "retention";

/** A job that its process did not survive is tried again. */
const dailyOptions = {
  retryLimit: 3,
  retryDelay: 600,
  expireInSeconds: 6 * 3600,
  heartbeatSeconds: 60,
  deleteAfterSeconds: 7 * 24 * 3600,
} as const;

/** Opens the queue with its lanes. A process that does not work only wakes. */
export async function startQueue(options: {
  databaseUrl: string;
  /** the same past a connection pooler: notifications come over it */
  directUrl?: string | undefined;
  /** the same as the user who makes the queue's tables, where it is another one */
  ownerUrl?: string | undefined;
  limits: DatabaseLimits;
  log: Logger;
  /** shops of a lane that are worked on at once */
  concurrency: Record<LaneName, number>;
  sweepIntervalMs: number;
  /** when a run that did not come back is given up */
  runLimitMs: number;
  sweeps: Sweeps;
  /** this process takes runs and daily jobs */
  worker: boolean;
}): Promise<Queue> {
  const { log, limits, sweepIntervalMs, runLimitMs, sweeps, concurrency } = options;
  if (options.ownerUrl !== undefined) await makeTables(options.ownerUrl, limits);
  const boss = new PgBoss({
    ...connectionOf(options),
    max: 4,
    useListenNotify: true,
    schedule: options.worker,
    monitorIntervalSeconds: 1,
    superviseIntervalSeconds: 1,
    maintenanceIntervalSeconds: 600,
  });
  boss.on("error", (reported: unknown) => {
    // some of its reports are an error's parts
    const { message } = Object(reported) as { message?: unknown };
    const err = reported instanceof Error ? reported : new Error(String(message ?? reported));
    log.warn({ err }, "the queue reported an error");
  });
  await boss.start();
  // it asks twice, each time for a free connection first
  const sweepLimitMs = 2 * (limits.statementMs + 2 * limits.connectMs);
  const shared: Omit<LaneOptions, "concurrency" | "awayPerPlace"> = {
    ...{ log, sweepIntervalMs, sweepLimitMs, runLimitMs, sweeps },
    ...{ turnLimitMs: longestTurnMs, endLimitMs: longestEndMs },
  };
  const open = (name: LaneName) =>
    openLane(boss, name, {
      ...{ ...shared, concurrency: concurrency[name], awayPerPlace: awayPerPlace[name] },
    });
  const sync = await open("sync");
  const scan = await open("scan");
  const plans = await open("plans");
  const refunds = await open("refunds");
  const lanes: Record<LaneName, Lane> = { sync, scan, plans, refunds };
  const all = Object.entries(lanes) as [LaneName, Lane][];
  return {
    wake: sync.wake,
    ...lanes,
    asking: () => all.filter(([, lane]) => lane.asks()).map(([name]) => name),
    async daily(hour, job) {
      await makeQueue(boss, dailyName, dailyOptions);
      await boss.schedule(dailyName, `17 ${hour} * * *`, null, { tz: "UTC" });
      await boss.work(dailyName, { pollingIntervalSeconds: 10, batchSize: 1 }, async () => {
        await job();
      });
    },
    async rest() {
      await Promise.all(all.map(([, lane]) => lane.rest()));
    },
    async stop() {
      await Promise.all(all.map(([, lane]) => lane.stop()));
      await boss.stop({ graceful: true, timeout: longestEndMs });
    },
  };
}

/**
 * pg-boss makes a pool, and beside it one client of its own that listens; both of what it is given.
 * Behind a pooler that is the direct address, and the clients of the pool make the pooler's of it.
 */
function connectionOf({
  databaseUrl,
  directUrl,
  limits,
}: {
  databaseUrl: string;
  directUrl?: string | undefined;
  limits: DatabaseLimits;
}) {
  const { Client: Plain, ...pooled } = connectionTo(databaseUrl, "hakuna-queue", limits);
  const Client = namingRepeated(Plain);
  if (directUrl === undefined) return { ...pooled, Client };
  class PooledClient extends Client {
    constructor() {
      super(pooled);
    }
  }
  const listener = connectionTo(directUrl, "hakuna-listen", directly(limits));
  return { ...listener, Client: PooledClient };
}

/** Indexes that a new version of pg-boss has are built while the tables are in use. */
const longestIndexMs = 30 * 60_000;

/** The queue's tables, new or changed by a new version of pg-boss, as the user who owns them. */
async function makeTables(ownerUrl: string, limits: DatabaseLimits): Promise<void> {
  const patient = { ...directly(limits), statementMs: longestIndexMs };
  const boss = new PgBoss({
    ...connectionTo(ownerUrl, "hakuna-migration", patient),
    ...{ max: 1, supervise: false, schedule: false, registerInstance: false },
  });
  // a start that fails rejects; an index that fails is built by the next start
  boss.on("error", () => undefined);
  await boss.start();
  const deadline = Date.now() + longestIndexMs;
  const isBuilding = async () =>
    (await boss.getBamStatus()).some(({ status }) => ["pending", "in_progress"].includes(status));
  while ((await isBuilding()) && Date.now() < deadline) await sleep(500);
  await boss.stop({ graceful: true, timeout: longestEndMs });
}

/**
 * The shops that have something to do now: webhooks to fold, orders to send, requests that a dead
 * process left unanswered, processing statuses or orders to read.
 */
export async function shopsWithWork(pool: pg.Pool): Promise<string[]> {
  const tries = (step: Step) => `coalesce(${restsUntil("s", step)} <= now(), true)`;
  // now; it names the shop's row, so that each shop's index is looked into, and PostgreSQL never
  // gathers what is due of all shops first; requests under way are never many, and are gathered
  const asOf = `greatest(now(), s."createdAt")`;
  const { rows } = await pool.query<{ shop: string }>(`
    SELECT DISTINCT i."shop" FROM "InboxWebhook" i LEFT JOIN "Shop" s ON s."domain" = i."shop"
     WHERE i."foldedAt" IS NULL AND i."quarantinedAt" IS NULL AND ${tries("fold")}
    UNION
    SELECT "domain" FROM "Shop" s
     WHERE (${tries("read")} AND EXISTS (SELECT 1 FROM "Order" o
                    WHERE o."shop" = s."domain" AND o."readAt" <= ${asOf}))
        OR (${tries("recover")} AND (s."leaseUntil" IS NULL OR s."leaseUntil" < now())
            AND EXISTS (SELECT 1 FROM "Attempt" a
                         WHERE a."shop" = s."domain" AND a."answeredAt" IS NULL))
        OR (${tries("review")} AND s."reviewAfter" IS NOT NULL)
        OR (${tries("redact")} AND s."redactAt" IS NOT NULL)
        OR (${tries("erase")} AND s."eraseAt" IS NOT NULL)
        OR (s."connection" = 'connected' AND NOT s."paused" AND ${notHeld("s")}
            AND (s."backoffUntil" IS NULL OR s."backoffUntil" <= now())
            AND ((${tries("deliver")} AND EXISTS (SELECT 1 FROM "Order" o
                          WHERE o."shop" = s."domain" AND o."dueAt" <= ${asOf}))
              OR (${tries("poll")} AND coalesce(s."pollAfter" <= now(), true)
                  AND EXISTS (SELECT 1 FROM "Attempt" a
                          WHERE a."shop" = s."domain" AND a."pollAt" <= ${asOf}))))`);
  return rows.map(({ shop }) => shop);
}
