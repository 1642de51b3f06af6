import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
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
  const remove = (table: string, condition: string, before: Date) =>
    removeRows(pool, { table, condition, shop, before });
  const retained: Retained = {
    shop,
    documents: await purgeOrders(context, shop, now),
    events: await remove("OrderEvent", `"at" < $2`, ago(timelineMs)),
    webhooks:
      (await removeWebhooks(pool, shop, "foldedAt", ago(inboxMs))) +
      (await removeWebhooks(pool, shop, "quarantinedAt", ago(quarantinedMs))),
    attempts: await remove(
      "Attempt",
      `"startedAt" < $2 AND "answeredAt" IS NOT NULL AND "pollAt" IS NULL`,
      ago(attemptMs),
    ),
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

async function removeRows(
  pool: pg.Pool,
  {
    table,
    condition,
    shop,
    before,
  }: { table: string; condition: string; shop: string; before: Date },
): Promise<number> {
  let removed = 0;
  for (;;) {
    const { rowCount } = await pool.query(
      `DELETE FROM "${table}" WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM "${table}" WHERE "shop" = $1 AND ${condition} LIMIT ${batch}))`,
      [shop, before],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return removed;
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
  return { retained, failed };
}
