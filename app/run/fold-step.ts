import type pg from "pg";
import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { SecretError } from "#app/foundation/secrets.server.ts";
import { headsConflict, join } from "#app/order/fold.ts";
import type { OrderState } from "#app/order/state.ts";
import { isPayloadError } from "#app/shopify/webhooks/payload-reader.ts";
import { type OrderTopic, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { evaluate, markChanged } from "#app/store/evaluate.ts";
import { isLeaseLost, type Lease, underLease } from "#app/store/lease.ts";
import { newOrder, type StoredOrder } from "#app/store/order.ts";
import { addEvents, type OrderEvent } from "#app/store/order-events.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { type Attempt, type Evaluated, takeAttempt } from "./attempt.ts";

type Row = {
  webhookId: string;
  topic: OrderTopic;
  triggeredAt: Date;
  payload: Buffer;
  attempts: number;
};
type Lifted = { row: Row; orderId: string; state: OrderState | null; missing: string[] };

/** Tries of one row before it is quarantined. */
const mostAttempts = 3;

/** `rows`: how many were taken; 0: nothing is left to fold. `attempt`: to be sent at once. */
export type FoldResult = { rows: number; attempt: Attempt | null };

/**
 * Folds the shop's next inbox rows into its orders: at most `stepRows` rows and `stepBytes` bytes,
 * and writes down the request that sends them, so that an order is loaded and saved once for both.
 * Every row's try is counted and committed before it is made, so a row that ends the process is
 * found out; a row that was tried before is tried alone, and after three tries it is quarantined.
 */
export async function foldStep(context: RunContext, lease: Lease): Promise<FoldResult> {
  const { pool, log } = context;
  const rows = await takeRows(context, lease.shop);
  const lifted: Lifted[] = [];
  for (const row of rows) {
    try {
      lifted.push({ row, ...readWebhook(row.topic, row.payload, row.triggeredAt.getTime()) });
    } catch (error) {
      await noteFailure(context, lease.shop, row, error);
    }
  }
  if (lifted.length === 0) return { rows: rows.length, attempt: null };
  let attempt: Attempt | null = null;
  const size = { shop: lease.shop, webhooks: lifted.length };
  try {
    attempt = await context.tracing.span("fold", size, () => fold(context, lease, lifted));
    context.metrics.folded(lifted.length);
    log.info({ ...size, orders: [...new Set(lifted.map(({ orderId }) => orderId))] }, "folded");
  } catch (error) {
    if (isLeaseLost(error) || isDatabaseTrouble(error)) {
      // not the webhooks' fault: it does not count as their try
      await untake(pool, lease.shop, lifted).catch(() => undefined);
      throw error;
    }
    const [only] = lifted;
    if (lifted.length > 1 || !only) {
      // counted as tried, so each is tried alone next
      log.warn({ err: error, shop: lease.shop, rows: lifted.length }, "a group was not folded");
    } else {
      await noteFailure(context, lease.shop, only.row, error);
    }
  }
  return { rows: rows.length, attempt };
}

/** Takes the next rows, and sets those aside at which the process ended three times. */
async function takeRows({ pool, config, log }: RunContext, shop: string): Promise<Row[]> {
  const { stepRows, stepBytes } = config.worker;
  const { rows } = await pool.query<Row & { isDeadly: boolean }>({
    name: "take-rows",
    text: `
      WITH oldest AS (
        SELECT "webhookId", "attempts", "receivedAt", octet_length("payload") AS bytes
          FROM "InboxWebhook"
         WHERE "shop" = $1 AND "foldedAt" IS NULL AND "quarantinedAt" IS NULL
         ORDER BY "receivedAt" LIMIT $2
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
    values: [shop, stepRows, stepBytes, mostAttempts, "The process ended at it."],
  });
  return rows.filter(({ isDeadly, webhookId, topic, attempts }) => {
    if (isDeadly) log.error({ shop, webhookId, topic, attempts }, "a webhook was quarantined");
    return !isDeadly;
  });
}

/** Takes the count of a try back. */
async function untake(pool: pg.Pool, shop: string, lifted: Lifted[]): Promise<void> {
  await pool.query(
    `UPDATE "InboxWebhook" SET "attempts" = "attempts" - 1
      WHERE "shop" = $1 AND "webhookId" = ANY($2) AND "foldedAt" IS NULL`,
    [shop, lifted.map(({ row }) => row.webhookId)],
  );
}

/** Keeps why a row could not be folded, and quarantines it when its tries are used up. */
async function noteFailure(
  { pool, log }: RunContext,
  shop: string,
  row: Row,
  error: unknown,
): Promise<void> {
  const last = row.attempts >= mostAttempts;
  const reason = isPayloadError(error) ? error.message : "The webhook could not be folded.";
  await pool.query(
    `UPDATE "InboxWebhook" SET "error" = $3, "quarantinedAt" = CASE WHEN $4 THEN now() END
      WHERE "shop" = $1 AND "webhookId" = $2`,
    [shop, row.webhookId, reason, last],
  );
  const where = { shop, webhookId: row.webhookId, topic: row.topic, attempts: row.attempts };
  if (last) log.error({ ...where, err: error }, "a webhook was quarantined");
  else log.warn({ ...where, err: error }, "a webhook was not folded; it is tried again");
}

async function fold(context: RunContext, lease: Lease, lifted: Lifted[]): Promise<Attempt | null> {
  const { pool, config } = context;
  const byOrder = Map.groupBy(lifted, ({ orderId }) => orderId);
  return await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    const { now } = shop;
    const stored = await loadOrders(client, lease.shop, [...byOrder.keys()]);
    const loaded = asLoaded(stored.values());
    const folded: Evaluated[] = [];
    const events: OrderEvent[] = [];
    for (const [orderId, changes] of byOrder) {
      const order = stored.get(orderId) ?? newOrder(orderId, now);
      foldInto(order, changes, now);
      folded.push({ order, payload: evaluate(order, shop, config.worker.waitForOrderMs) });
      events.push({
        orderId,
        source: `fold:${order.revision}`,
        at: now,
        kind: "fold",
        detail: { revision: order.revision, webhooks: changes.length, status: order.status },
      });
      for (const { row } of changes) {
        events.push({
          orderId,
          source: `webhook:${row.webhookId}`,
          at: row.triggeredAt.getTime(),
          kind: "webhook",
          detail: { topic: row.topic },
        });
      }
    }
    // what an import brought goes after all others
    const live = folded.filter(({ order }) => !order.imported);
    const attempt = await takeAttempt(context, client, shop, live).catch((error: unknown) => {
      // it is no fault of the webhooks'; the step that only delivers says so
      if (error instanceof SecretError) return null;
      throw error;
    });
    const orders = folded.map(({ order }) => order);
    await saveOrders(client, lease.shop, orders, loaded);
    await addEvents(client, lease.shop, events);
    await client.query(
      `UPDATE "InboxWebhook" SET "foldedAt" = now(), "payload" = NULL, "error" = NULL
        WHERE "shop" = $1 AND "webhookId" = ANY($2)`,
      [lease.shop, lifted.map(({ row }) => row.webhookId)],
    );
    return attempt;
  });
}

function foldInto(order: StoredOrder, changes: Lifted[], now: number): void {
  let state = order.state;
  let read = false;
  for (const change of changes) {
    if (change.state === null) {
      read = true;
      continue;
    }
    if (headsConflict(state, change.state)) read = true;
    state = join(state, change.state);
  }
  if (isNewer(state, order.state)) order.unread = false;
  if (state.head !== null && order.state.head === null) order.readAt = null;
  if (read) {
    order.readAt = now;
    order.readAttempts = 0;
  }
  order.state = state;
  markChanged(order, now);
}

function isNewer({ head }: OrderState, { head: former }: OrderState): boolean {
  return head !== null && (former === null || head.rank.updatedAt > former.rank.updatedAt);
}
