import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { giveWay } from "#app/foundation/give-way.ts";
import { openPace, type Pace } from "#app/foundation/pace.ts";
import { untilEnding } from "#app/foundation/until-ending.ts";
import type { RunResult } from "#app/queue/lane.ts";
import type { OrderPages, PageAnswer, PagedOrder } from "#app/shopify/orders/order-pages.ts";
import { holdingShop } from "#app/store/lease.ts";
import { noteMissingAccess } from "#app/store/missing-access.ts";
import { alone, type Place, type RunContext } from "#app/store/run-context.ts";
import { addToDay } from "#app/store/shop-day.ts";
import { foldPage, type ReadOrder } from "./fold-page.ts";
import { advance, listAt, type Position } from "./scan-position.ts";
import { beginReconciliation, saveCount } from "./scan-runs.ts";
import {
  backOffScan,
  claimScan,
  keepScan,
  nextScanMs,
  postponeScan,
  releaseScans,
  type Scan,
  saveProgress,
} from "./scan-store.ts";

/** `wake` queues the shop's sync run: what a page brought is to be sent. */
export type ScanContext = RunContext & { wake(shops: readonly string[]): Promise<void> };

const lookMs = 20;
/** How long a page waits for webhooks that were there before it. */
const longestInboxMs = 10_000;
/** When a page is read again whose shop has more webhooks than were folded meanwhile. */
const lateMs = 5_000;

/**
 * Reads the shop's orders at Shopify, page by page, as far as its reconciliation or its import is to
 * go on, and folds them into its own, until nothing is left or its time is over, so that no shop
 * starves another, or until the process is to end. While it waits for Shopify, which most often lets its
 * bucket refill, it lends its place to another shop. How far it came is written down with each page:
 * it is safe to kill anywhere, and goes on where it was.
 */
export async function scanShop(
  context: ScanContext,
  shop: string,
  place: Place = alone,
): Promise<RunResult> {
  const { pool, config } = context;
  const token = randomUUID();
  const until = context.now() + config.worker.stepMs;
  const pace = openPace(context.door);
  const ahead = createReadAhead(context.orderPages, pool);
  let scan: Scan | null = null;
  // Shopify may take longer than the lease lasts; a process that is gone renews nothing
  const keeping = setInterval(() => {
    if (scan) keepScan(pool, scan, config.worker.leaseMs).catch(() => undefined);
  }, config.worker.leaseMs / 3);
  try {
    while (context.now() < until && !context.ending.aborted) {
      if (!(await place.hasPlace())) break;
      await giveWay(context.door);
      await pace.rest();
      scan = await claimScan(pool, shop, token, config.worker.leaseMs);
      if (scan === null) break;
      await readPage({ ...context, pace, place }, scan, ahead);
    }
  } finally {
    clearInterval(keeping);
    await releaseScans(pool, shop, token);
  }
  // another process takes over
  if (context.ending.aborted) return { again: false, nextInMs: null };
  const ms = await nextScanMs(pool, shop);
  return ms !== null && ms <= 0 ? { again: true, nextInMs: null } : { again: false, nextInMs: ms };
}

async function readPage(
  context: ScanContext & { pace: Pace; place: Place },
  scan: Scan,
  ahead: ReadAhead,
): Promise<void> {
  const { pool, config, ending, place } = context;
  if (!scan.running) {
    const { overlapMs } = config.scan;
    const now = context.now();
    await beginReconciliation(pool, scan.shop, { now, overlapMs, planned: true });
    return;
  }
  if (scan.kind === "import" && scan.read === 0 && scan.oldest === null) {
    const counting = context.orderPages.count(scan.shop, listAt(scan, scan));
    const counted = await place.away(untilEnding(ending, counting));
    if (counted === null) return;
    if (counted.kind !== "count") return await backOffScan(context, scan, counted);
    await saveCount(pool, scan.shop, counted);
  }
  const read = await place.away(untilEnding(ending, ahead.read(scan, scan)));
  if (read === null) return;
  const { answer, askedAt } = read;
  if (answer.kind !== "page") {
    await noteMissingAccess(pool, scan.shop, { ...answer, states: [] });
    return await backOffScan(context, scan, answer);
  }
  const last = answer.orders.at(-1)?.at ?? null;
  const reached = last ?? scan.reached;
  // what changed after the start is the next run's
  const isThrough = scan.kind === "reconciliation" && reached >= scan.startedAt;
  const end = { count: answer.orders.length, last, next: answer.next };
  const next = isThrough ? null : advance(scan, end);
  if (next !== null) ahead.begin(scan, next);
  const orders = await readLarge(context, scan, answer.orders);
  if (orders === null) return;
  const isFolded = await place.away(inboxIsFolded(context, scan, askedAt));
  if (ending.aborted) return;
  // where none is free in time, what Shopify was asked for is folded all the same
  await place.hasPlace();
  if (!isFolded) return await postponeScan(pool, scan, lateMs);
  const changed = await holdingShop(pool, scan.shop, async (client, shop) => {
    const { now } = shop;
    if (!shop.installed) return null;
    const { missingAccess } = answer;
    const states = orders.map(({ state }) => state);
    await noteMissingAccess(client, shop.domain, { missingAccess, states });
    const waitMs = config.worker.waitForOrderMs;
    const { found, changed } = await foldPage(client, shop, {
      ...{ by: scan.kind, orders, waitMs },
      pace: context.pace,
    });
    const progress = { reached, next, read: orders.length, found };
    const isOurs = await saveProgress(client, scan, progress, { now, ...config.scan });
    if (!isOurs) throw new ScanLostError();
    if (scan.kind === "reconciliation" && found > 0) {
      await addToDay(client, shop, now, { recovered: found });
      context.metrics.repaired(found);
    }
    return changed;
  }).catch((error: unknown) => {
    if (error instanceof ScanLostError) return null;
    throw error;
  });
  if (changed !== null && changed.length > 0) {
    context.log.info({ shop: scan.shop, by: scan.kind, orders: changed }, "folded");
  }
  await context.wake([scan.shop]);
}

/** Somebody else has the scan, or it was cancelled: the page is not folded. */
class ScanLostError extends Error {}

/**
 * Reads the orders one by one that are larger than a page holds. Null: the scan is not ours any more,
 * or the process is to end.
 */
async function readLarge(
  { pool, config, readOrder, ending, place }: ScanContext & { place: Place },
  scan: Scan,
  orders: readonly PagedOrder[],
): Promise<ReadOrder[] | null> {
  const read: ReadOrder[] = [];
  for (const { id, state } of orders) {
    if (state !== null) {
      read.push({ id, state });
      continue;
    }
    if (!(await keepScan(pool, scan, config.worker.leaseMs))) return null;
    const answer = await place.away(untilEnding(ending, readOrder(scan.shop, id)));
    if (answer === null) return null;
    if (answer.kind !== "not_found") {
      read.push({ id, state: answer.kind === "order" ? answer.state : null });
    }
  }
  return read;
}

/**
 * Waits until the webhooks are folded that were there before the page was asked for: a page never
 * overtakes them. False: they were not in time, and the page is read again later.
 */
async function inboxIsFolded(
  { pool, wake, ending }: ScanContext,
  { shop }: Scan,
  askedAt: Date,
): Promise<boolean> {
  for (let waited = 0; ; waited += lookMs) {
    const { rows } = await pool.query({
      name: "inbox-before",
      text: `SELECT 1 FROM "InboxWebhook" WHERE "shop" = $1 AND "foldedAt" IS NULL
                AND "quarantinedAt" IS NULL AND "receivedAt" <= $2 LIMIT 1`,
      values: [shop, askedAt],
    });
    if (rows.length === 0) return true;
    if (waited >= longestInboxMs || ending.aborted) return false;
    if (waited === 0) await wake([shop]);
    await sleep(lookMs);
  }
}

type ReadAhead = {
  read(scan: Scan, at: Position): Promise<Read>;
  begin(scan: Scan, at: Position): void;
};
/** `askedAt` by the database's clock, like `receivedAt` of webhooks */
type Read = { answer: PageAnswer; askedAt: Date };

/** Asks for the next page while the one before it is being folded. */
function createReadAhead(pages: OrderPages, pool: pg.Pool): ReadAhead {
  let begun: { key: string; read: Promise<Read> } | null = null;
  const keyOf = ({ kind, startedAt }: Scan, { bound, after }: Position) =>
    [kind, startedAt, bound, after].join();
  const ask = async (scan: Scan, at: Position): Promise<Read> => {
    const { rows } = await pool.query<{ now: Date }>("SELECT now()");
    const askedAt = rows[0]?.now ?? new Date();
    return { askedAt, answer: await pages.page(scan.shop, listAt(at, scan), at.after) };
  };
  return {
    read(scan, at) {
      const ready = begun?.key === keyOf(scan, at) ? begun.read : ask(scan, at);
      begun = null;
      return ready;
    },
    begin(scan, at) {
      const read = ask(scan, at);
      // the next read may be of another scan, and then nobody waits for this one
      read.catch(() => undefined);
      begun = { key: keyOf(scan, at), read };
    },
  };
}
