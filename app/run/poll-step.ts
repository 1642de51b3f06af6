import type pg from "pg";
import { backoffMs } from "#app/foundation/backoff.ts";
import type { ProcessingAnswer } from "#app/hakuna/client.ts";
import { processingReason, withoutWords } from "#app/hakuna/reason.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import { staysStripped } from "#app/order/fold.ts";
import { firstFailures } from "#app/store/attempts/first-failures.ts";
import { type Lease, type ShopRow, underLease } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { addEvents, type OrderEvent } from "#app/store/order-events.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import { isDecline, refuse } from "#app/store/refusal.ts";
import type { RunContext, StepContext } from "#app/store/run-context.ts";
import { addToDay } from "#app/store/shop-day.ts";
import { longestRetryAfterMs, patienceMs, probeWaitMs } from "./trouble.ts";

type Polled = {
  id: string;
  requestId: string;
  pollCount: number;
  epoch: number;
  startedAt: Date;
  orders: { id: string }[];
};

/** After so many looks without a result an accepted order stays `sent`. */
export const mostPolls = 100;

/**
 * Reads the processing status of one accepted request that is due for it. The feed is asynchronous:
 * acceptance is not processing.
 *
 * @returns whether there was one
 */
export async function pollStep(context: StepContext, lease: Lease): Promise<boolean> {
  const { pool, config, secrets, feed, place } = context;
  const due = await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    if (!shop.delivers || shop.pollsRest || shop.apiKeySealed === null) return null;
    const { rows } = await client.query<Polled>({
      name: "next-poll",
      text: `SELECT "id", "requestId", "pollCount", "epoch", "startedAt", "orders"
           FROM "Attempt"
        WHERE "shop" = $1 AND "pollAt" <= $2 ORDER BY "pollAt" LIMIT 1`,
      values: [shop.domain, new Date(shop.now)],
    });
    const attempt = rows[0];
    if (!attempt) return null;
    if (shop.pollFailures > 0 && !place.probe()) {
      const ms = probeWaitMs(config.delivery.probeTimeoutMs);
      await restPolls(client, shop, { failures: shop.pollFailures, ms });
      return null;
    }
    const apiKey = secrets.open(shop.apiKeySealed, shop.domain);
    // the shop's next order waits for it: little patience also where the last one was answered
    const timeoutMs = patienceMs(shop.pollFailures + 1, config.delivery);
    const { environment, keyVersion } = shop;
    return { attempt, keyVersion, timeoutMs, to: { environment, apiKey } };
  });
  if (due === null) return false;
  const { to, attempt, timeoutMs } = due;
  const answer = await place.away(feed.processingStatus(to, attempt.requestId, timeoutMs));
  await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    await record(context, client, shop, due, answer);
  });
  if (answer.kind !== "unavailable") place.answered();
  if ("failed" in answer && isThrough(answer, due.attempt)) {
    const { id, orders } = due.attempt;
    const ids = orders.map((order) => order.id);
    const failed = answer.failed.map(({ orderId }) => orderId).filter((one) => ids.includes(one));
    context.log.info({ shop: lease.shop, attempt: id, orders: ids, failed }, "processed by Hakuna");
  }
  return true;
}

/** An answer that tells of orders. */
type Result = Extract<ProcessingAnswer, { kind: "done" | "in_progress" }>;

/** Whether nothing more is to be told of the request. */
function isThrough(answer: Result, { orders }: Polled): boolean {
  if (answer.kind === "done") return true;
  const told = [...answer.failed.map(({ orderId }) => orderId), ...answer.successful];
  return orders.every(({ id }) => told.includes(id));
}

async function record(
  context: RunContext,
  client: pg.PoolClient,
  shop: ShopRow,
  { attempt, keyVersion }: { attempt: Polled; keyVersion: number },
  answer: ProcessingAnswer,
): Promise<void> {
  const { delivery } = context.config;
  const isAnswered = answer.kind !== "unavailable";
  if (isAnswered && shop.pollFailures > 0) await restPolls(client, shop, { failures: 0, ms: null });
  // another account or environment: this request is not its business
  if (attempt.epoch !== shop.epoch) return await pollAgain(client, shop, attempt, null);
  // a refusal of the key that was asked with says nothing of the one that was saved meanwhile
  const isRefusal = answer.kind === "key_refused" || answer.kind === "unavailable";
  if (isRefusal && keyVersion !== shop.keyVersion) {
    return await pollAgain(client, shop, attempt, 0);
  }
  switch (answer.kind) {
    case "done":
    case "in_progress": {
      await applyResult(client, shop, attempt, answer);
      const ms = isThrough(answer, attempt) ? null : nextLookMs(attempt, delivery);
      return await pollAgain(client, shop, attempt, ms);
    }
    case "unknown":
      return await pollAgain(client, shop, attempt, nextLookMs(attempt, delivery));
    case "key_refused":
    case "unavailable": {
      // nothing is known of the feed itself: deliveries go on, and find out whether it takes the key
      const failures = shop.pollFailures + 1;
      const asked = answer.kind === "unavailable" ? answer.retryAfterMs : null;
      const ms = Math.max(backoffMs(failures, delivery), asked ?? 0);
      return await restPolls(client, shop, { failures, ms });
    }
  }
}

/** When a request without a whole result is looked at next, in milliseconds; null: never again. */
function nextLookMs(
  { pollCount }: Polled,
  { pollMinMs, pollMaxMs }: RunContext["config"]["delivery"],
): number | null {
  if (pollCount + 1 >= mostPolls) return null;
  return Math.min(pollMaxMs, pollMinMs * 2 ** Math.min(pollCount, 20));
}

/** The shop reads no processing status for `ms` milliseconds; null: it goes on. */
async function restPolls(
  client: pg.PoolClient,
  shop: ShopRow,
  { failures, ms }: { failures: number; ms: number | null },
): Promise<void> {
  const after = ms === null ? null : new Date(shop.now + Math.min(ms, longestRetryAfterMs));
  await client.query(
    `UPDATE "Shop" SET "pollFailures" = $2, "pollAfter" = $3 WHERE "domain" = $1`,
    [shop.domain, Math.min(failures, 30), after],
  );
}

/** When this request is looked at next: in `ms` milliseconds, or never again (null). */
async function pollAgain(
  client: pg.PoolClient,
  shop: ShopRow,
  attempt: Polled,
  ms: number | null,
): Promise<void> {
  await client.query({
    name: "poll-again",
    text: `UPDATE "Attempt" SET "pollCount" = "pollCount" + 1, "pollAt" = $4
      WHERE "shop" = $1 AND "id" = $2 AND "startedAt" = $3`,
    values: [
      shop.domain,
      attempt.id,
      attempt.startedAt,
      ms === null ? null : new Date(shop.now + ms),
    ],
  });
}

/** Changes only orders whose latest acceptance is this request; to read a result again changes nothing. */
async function applyResult(
  client: pg.PoolClient,
  shop: ShopRow,
  attempt: Polled,
  result: Result,
): Promise<void> {
  const { now } = shop;
  const errors = new Map(result.failed.map(({ orderId, errors }) => [orderId, errors]));
  const isProcessed = (id: string) =>
    result.kind === "done" ? !result.unclear.includes(id) : result.successful.includes(id);
  if (result.kind === "in_progress" && errors.size + result.successful.length === 0) return;
  const orders = await loadOrders(
    client,
    shop.domain,
    attempt.orders.map(({ id }) => id),
  );
  const loaded = asLoaded(orders.values());
  // a newer one knows the customer where the accepted one does not any more
  const sent = [...orders.values()].flatMap(({ lastPayload, sent }) =>
    sent ? [lastPayload, sent.payload] : [lastPayload],
  );
  const events: OrderEvent[] = [];
  const refused: string[] = [];
  for (const order of orders.values()) {
    if (order.acceptedAttempt !== attempt.id) continue;
    // nobody knows yet: the order stays as it is
    if (!errors.has(order.id) && !isProcessed(order.id)) continue;
    const reason = reasonOf(order, errors.get(order.id), sent);
    const wentWell = order.confirmedAttempt === attempt.id;
    if (reason === null) order.confirmedAttempt = attempt.id;
    else order.acceptedHash = null;
    // a newer state is on its way: this result is not about it
    if (order.status === "sent" || order.status === "confirmed") {
      if (reason === null) order.status = "confirmed";
      else {
        if (!isDecline(reason, order.lastPayload)) refused.push(order.id);
        refuse(order, order.lastPayload, reason);
        order.repeatAt = null;
      }
    }
    events.push({
      orderId: order.id,
      source: `processing:${attempt.id}${wentWell && reason !== null ? ":later" : ""}`,
      // each look finds it again
      at: attempt.startedAt.getTime(),
      kind: "processing",
      detail: { at: now, result: reason === null ? "successful" : "failed", reason },
    });
  }
  await saveOrders(client, shop.domain, [...orders.values()], loaded);
  await addEvents(client, shop.domain, events);
  const failed = await firstFailures(client, shop, refused, attempt.id);
  if (failed > 0) await addToDay(client, shop, now, { failed });
}

/** Why the processing refused an order; null: it did not. */
function reasonOf(
  order: StoredOrder,
  errors: readonly string[] | undefined,
  sent: readonly (FeedOrder | null)[],
): string | null {
  if (errors === undefined) return null;
  const reason = processingReason(errors, sent);
  // what is not known any more cannot be found in Hakuna's words
  return staysStripped(order.state) || order.state.head?.stripped ? withoutWords(reason) : reason;
}
