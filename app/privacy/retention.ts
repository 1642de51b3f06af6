import type pg from "pg";
import { directly } from "#app/database/connection.server.ts";
import { firstRows } from "#app/database/first-rows.ts";
import {
  dropMonths,
  endOfFirst,
  endOfMonths,
  type MonthlyTable,
  makeMonths,
  monthlyTables,
} from "#app/database/months.ts";
import { openPool } from "#app/database/pool.server.ts";
import { oldestEventMs } from "#app/store/order-events.ts";
import { recount } from "#app/store/recount.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { purgeOrders } from "./purge.ts";

/** What was deleted or mended for one shop. */
export type Retained = {
  shop: string;
  documents: number;
  events: number;
  webhooks: number;
  attempts: number;
  /** requests whose processing status nobody reads any more, because their month is over */
  statuses: number;
  /** counters that were wrong */
  miscounted: number;
};

/** Rows of one statement: it shall not hold others up. */
const batch = 5000;

/**
 * Deletes what a shop's data was kept long enough for, in bounded batches, and counts its orders
 * anew. Safe to end anywhere and to repeat.
 */
export async function retainShop(
  context: Pick<RunContext, "pool" | "config" | "log" | "now">,
  shop: string,
): Promise<Retained> {
  const { pool, config, log } = context;
  const now = context.now();
  const { timelineMs, inboxMs, quarantinedMs, attemptMs } = config.retention;
  const ago = (ms: number) => new Date(now - ms);
  const retained: Retained = {
    shop,
    documents: await purgeOrders(context, shop, now),
    events: await removeEventsOfBefore(pool, shop, ago(timelineMs)),
    webhooks:
      (await removeWebhooks(pool, shop, "foldedAt", ago(inboxMs))) +
      (await removeWebhooks(pool, shop, "quarantinedAt", ago(quarantinedMs))),
    attempts: await removeAttemptsOfBefore(pool, shop, now - attemptMs),
    statuses: await endPolls(pool, shop, now - attemptMs),
    miscounted: await recount(pool, shop),
  };
  if (retained.miscounted > 0) log.warn(retained, "counters were wrong and have been set right");
  else log.info(retained, "what was kept long enough is deleted");
  return retained;
}

/** Along the index on this time: how many webhooks there are besides does not matter. */
async function removeWebhooks(
  pool: pg.Pool,
  shop: string,
  time: "foldedAt" | "quarantinedAt",
  before: Date,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const { rowCount } = await pool.query(
      `DELETE FROM "InboxWebhook" WHERE "shop" = $1 AND "webhookId" = ANY(ARRAY(
         SELECT "webhookId" FROM "InboxWebhook" WHERE "shop" = $1 AND "${time}" < $2
          ORDER BY "${time}" ${firstRows(batch)}))`,
      [shop, before],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return removed;
  }
}

/**
 * By their keys, a batch at a time along the key: each row of the shop is looked at once. The table of
 * before holds fewer every day, and then none.
 */
async function removeEventsOfBefore(pool: pg.Pool, shop: string, before: Date): Promise<number> {
  let removed = 0;
  for (let after: [string, string] | null = ["", ""]; after !== null; ) {
    const { rows }: pg.QueryResult<{ orderId: string; source: string; isOld: boolean }> =
      await pool.query(
        `SELECT "orderId", "source", "at" < $2 AS "isOld" FROM "OrderEvent"
          WHERE "shop" = $1 AND ("orderId", "source") > ($3, $4)
          ORDER BY "orderId", "source" ${firstRows(batch)}`,
        [shop, before, ...after],
      );
    const old = rows.filter(({ isOld }) => isOld);
    if (old.length > 0) {
      const { rowCount } = await pool.query(
        `DELETE FROM "OrderEvent" WHERE "shop" = $1
            AND ("orderId", "source") IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
        [shop, old.map(({ orderId }) => orderId), old.map(({ source }) => source)],
      );
      removed += rowCount ?? 0;
    }
    const last = rows.at(-1);
    after = last && rows.length === batch ? [last.orderId, last.source] : null;
  }
  return removed;
}

/**
 * Requests that are answered and through, along their index by time: those of the table from before
 * there was one for each month. The others go with their months.
 */
async function removeAttemptsOfBefore(
  pool: pg.Pool,
  shop: string,
  before: number,
): Promise<number> {
  const end = await endOfFirst(pool, "Attempt");
  if (end === null) return 0;
  let removed = 0;
  for (;;) {
    const { rowCount } = await pool.query(
      `DELETE FROM "Attempt" WHERE "shop" = $1 AND "startedAt" < $2 AND "id" = ANY(ARRAY(
         SELECT "id" FROM "Attempt" WHERE "shop" = $1 AND "startedAt" < $2
            AND "answeredAt" IS NOT NULL AND "pollAt" IS NULL
          ORDER BY "startedAt" ${firstRows(batch)}))`,
      [shop, new Date(Math.min(before, end))],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return removed;
  }
}

/**
 * No processing status is waited for any more of requests whose month is to be dropped: their orders
 * stay as they are, sent. One without an answer is the shop's run's, and its month stays until then.
 */
async function endPolls(pool: pg.Pool, shop: string, before: number): Promise<number> {
  const end = await endOfMonths(pool, "Attempt", before);
  if (end === null) return 0;
  const { rowCount } = await pool.query(
    `UPDATE "Attempt" SET "pollAt" = NULL
      WHERE "shop" = $1 AND "startedAt" < $2 AND "pollAt" IS NOT NULL`,
    [shop, new Date(end)],
  );
  return rowCount ?? 0;
}

/**
 * Drops the months of all shops' timelines and requests that were kept long enough, whole months, and
 * gives those to come their tables. The timelines' last two months stay in any case, for what is told
 * late; of requests those that somebody is not done with.
 */
export async function retainMonths({
  pool,
  config,
  log,
  now,
}: Pick<RunContext, "pool" | "config" | "log" | "now">): Promise<void> {
  const { timelineMs, attemptMs } = config.retention;
  const kept: Record<MonthlyTable, number> = {
    TimelineEvent: Math.max(timelineMs, 2 * oldestEventMs),
    Attempt: attemptMs,
  };
  // tables are their owner's to make and drop, and no pooler's
  const address = config.MIGRATION_DATABASE_URL ?? config.DATABASE_DIRECT_URL;
  const limits = directly(config.database);
  const tables = address ? openPool({ connectionString: address, max: 1, limits }, log) : pool;
  try {
    for (const table of monthlyTables) {
      try {
        const dropped = await dropMonths(tables, log, table, now() - kept[table]);
        if (dropped.length > 0) log.info({ dropped }, "months were kept long enough");
        await makeMonths(tables, table, now());
      } catch (err) {
        log.error({ err, table }, "its months were not looked after; it is tried again tomorrow");
      }
    }
  } finally {
    if (tables !== pool) await tables.end();
  }
}

/** Every shop in turn; one that fails costs no other. @returns also the shops that failed */
export async function retainAllShops(
  context: Pick<RunContext, "pool" | "config" | "log" | "now">,
): Promise<{ retained: Retained[]; failed: string[] }> {
  const { rows } = await context.pool.query<{ domain: string }>(
    `SELECT "domain" FROM "Shop" ORDER BY "domain"`,
  );
  const retained: Retained[] = [];
  const failed: string[] = [];
  for (const { domain } of rows) {
    try {
      retained.push(await retainShop(context, domain));
    } catch (err) {
      context.log.error({ err, shop: domain }, "retention failed; it is tried again tomorrow");
      failed.push(domain);
    }
  }
  // what somebody was not done with is settled now
  await retainMonths(context);
  return { retained, failed };
}
