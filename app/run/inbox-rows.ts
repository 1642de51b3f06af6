import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { inTransaction } from "#app/database/transaction.ts";
import { isPayloadError } from "#app/shopify/webhooks/payload-reader.ts";
import type { OrderTopic } from "#app/shopify/webhooks/webhook-payload.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** A webhook that was taken from the inbox to be folded; `attempts` counts this try. */
export type InboxRow = {
  webhookId: string;
  topic: OrderTopic;
  triggeredAt: Date;
  payload: Buffer;
  attempts: number;
};

/** Tries of one row before it is quarantined. */
const mostAttempts = 3;
const processEnded = "The process ended at it.";

/**
 * Webhooks of each shop that count as tried and were not, because the database went away: by the
 * pool that lost it. A process that knows of them is still there, so they did not end it.
 */
const owed = new WeakMap<pg.Pool, Map<string, Set<string>>>();

function owe(pool: pg.Pool, shop: string, webhookIds: readonly string[]): void {
  const byShop = owed.get(pool) ?? new Map<string, Set<string>>();
  owed.set(pool, byShop);
  byShop.set(shop, new Set([...(byShop.get(shop) ?? []), ...webhookIds]));
}

async function payOff(pool: pg.Pool): Promise<void> {
  const byShop = owed.get(pool);
  for (const [shop, ids] of byShop ?? []) {
    byShop?.delete(shop);
    await untakeRows(pool, shop, [...ids]);
  }
}

/**
 * Takes the shop's next rows, at most `stepRows` and `stepBytes`, and counts their try before it is
 * made; those that were tried before are taken one by one. Sets those aside at which the process
 * ended three times.
 */
export async function takeRows(
  { pool, config, log }: RunContext,
  shop: string,
): Promise<InboxRow[]> {
  const { stepRows, stepBytes } = config.worker;
  await payOff(pool);
  const query = {
    name: "take-rows",
    text: `
      WITH oldest AS (
        SELECT "webhookId", "attempts", "receivedAt", octet_length("payload") AS bytes
          FROM "InboxWebhook"
         WHERE "shop" = $1 AND "foldedAt" IS NULL AND "quarantinedAt" IS NULL
         ORDER BY "receivedAt" ${firstRows("$2")}
      ), deadly AS (
        UPDATE "InboxWebhook" w SET "quarantinedAt" = now(), "error" = coalesce(w."error", $5)
          FROM oldest
         WHERE w."shop" = $1 AND w."webhookId" = oldest."webhookId" AND oldest."attempts" >= $4
        RETURNING w."webhookId", w."topic", w."triggeredAt", w."payload", w."attempts"
      ), fresh AS (
        SELECT "webhookId", sum(bytes) OVER (ORDER BY "receivedAt", "webhookId") AS total,
               row_number() OVER (ORDER BY "receivedAt", "webhookId") AS place
          FROM oldest WHERE "attempts" = 0
      ), taken AS (
        SELECT "webhookId" FROM fresh WHERE total <= $3 OR place = 1
        UNION ALL
        (SELECT "webhookId" FROM oldest
          WHERE "attempts" BETWEEN 1 AND $4 - 1 AND NOT EXISTS (SELECT 1 FROM fresh)
          ORDER BY "attempts", "receivedAt" LIMIT 1)
      ), counted AS (
        UPDATE "InboxWebhook" w SET "attempts" = w."attempts" + 1
          FROM taken WHERE w."shop" = $1 AND w."webhookId" = taken."webhookId"
        RETURNING w."webhookId", w."topic", w."triggeredAt", w."payload", w."attempts"
      )
      SELECT *, false AS "isDeadly" FROM counted UNION ALL SELECT *, true FROM deadly`,
    values: [shop, stepRows, stepBytes, mostAttempts, processEnded],
  };
  const taken: (InboxRow & { isDeadly: boolean })[] = [];
  try {
    // which they are is known before they count, also where that answer is lost
    await inTransaction(pool, async (client) => {
      taken.push(...(await client.query<(typeof taken)[number]>(query)).rows);
    });
  } catch (error) {
    owe(pool, shop, idsOf(taken));
    throw error;
  }
  return taken.filter(({ isDeadly, webhookId, topic, attempts }) => {
    if (isDeadly) log.error({ shop, webhookId, topic, attempts }, "a webhook was quarantined");
    return !isDeadly;
  });
}

/**
 * Takes the count of a try back: it was not made, or failed by no fault of these webhooks. While the
 * database is away that is owed, until the process takes rows the next time.
 */
export async function untakeRows(
  pool: pg.Pool,
  shop: string,
  webhookIds: readonly string[],
): Promise<void> {
  if (webhookIds.length === 0) return;
  try {
    await pool.query(
      `UPDATE "InboxWebhook" SET "attempts" = "attempts" - 1,
              "quarantinedAt" = CASE WHEN "error" = $3 THEN NULL ELSE "quarantinedAt" END,
              "error" = CASE WHEN "error" = $3 THEN NULL ELSE "error" END
        WHERE "shop" = $1 AND "webhookId" = ANY($2) AND "foldedAt" IS NULL AND "attempts" > 0`,
      [shop, webhookIds, processEnded],
    );
  } catch (error) {
    owe(pool, shop, webhookIds);
    throw error;
  }
}

const idsOf = (rows: readonly Pick<InboxRow, "webhookId">[]) =>
  rows.map(({ webhookId }) => webhookId);

/** Keeps why a row could not be folded, and quarantines it when its tries are used up. */
export async function noteRowFailure(
  { pool, log }: RunContext,
  shop: string,
  row: Omit<InboxRow, "payload">,
  error: unknown,
): Promise<void> {
  const last = row.attempts >= mostAttempts;
  const reason = isPayloadError(error) ? error.message : "The webhook could not be folded.";
  await pool.query(
    `UPDATE "InboxWebhook" SET "error" = $3, "quarantinedAt" = ${last ? "now()" : "NULL"}
      WHERE "shop" = $1 AND "webhookId" = $2`,
    [shop, row.webhookId, reason],
  );
  const where = { shop, webhookId: row.webhookId, topic: row.topic, attempts: row.attempts };
  if (last) log.error({ ...where, err: error }, "a webhook was quarantined");
  else log.warn({ ...where, err: error }, "a webhook was not folded; it is tried again");
}
