import type pg from "pg";
import type { FeedAnswer } from "#app/hakuna/client.ts";
import { withoutWords } from "#app/hakuna/reason.ts";
import { firstFailures } from "#app/store/attempts/first-failures.ts";
import { loadOffers } from "#app/store/evaluate.ts";
import {
  holdingShop,
  isLeaseLost,
  type Lease,
  type ShopRow,
  underLease,
} from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import { isDecline, refuse } from "#app/store/refusal.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { addToDay } from "#app/store/shop-day.ts";
import { accept, acceptUntouched } from "./acceptance.ts";
import { sendAgain } from "./attempt.ts";
import type { Attempt } from "./draft.ts";
import { backOff, breakConnection } from "./trouble.ts";

/**
 * Records what the feed said to a request, valid only while lease and epoch are still those of the
 * request. Where they are not, the answer came too late: somebody else has taken over, and the
 * orders are sent once more, because this request may have arrived after theirs. An answer to a
 * former key says nothing of the one that was saved meanwhile.
 *
 * @returns whether it counted for the connection as it is now
 */
export async function recordAnswer(
  context: RunContext,
  lease: Lease,
  attempt: Attempt,
  answer: FeedAnswer,
): Promise<boolean> {
  const { pool, config } = context;
  try {
    return await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
      const counts = isAbout(shop, attempt, answer);
      const isTaken = counts && answer.kind === "accepted";
      const { others, ...first } = isTaken
        ? await acceptUntouched(client, shop, attempt)
        : { others: attempt.orders.map(({ id }) => id), sent: 0, plans: 0 };
      const orders = await loadOthers(client, shop.domain, others);
      const told = withoutErased(answer, orders.values());
      await noteAnswer(client, shop, attempt, told);
      if (counts) await applyAnswer(context, client, shop, attempt, orders, told, first);
      else await sendByNewKey(client, shop, attempt, orders, told);
      return counts;
    });
  } catch (error) {
    if (!isLeaseLost(error)) throw error;
    await holdingShop(pool, lease.shop, async (client, shop) => {
      if (shop.epoch !== attempt.epoch) return;
      const ids = attempt.orders.map(({ id }) => id);
      await sendAgain(client, shop, ids);
    });
    throw error;
  }
}

async function loadOthers(
  client: pg.PoolClient,
  shop: string,
  ids: readonly string[],
): Promise<Map<string, StoredOrder>> {
  return ids.length === 0 ? new Map() : await loadOrders(client, shop, ids);
}

/** Hakuna's words may be about a customer whose data was erased while the request was under way. */
function withoutErased(answer: FeedAnswer, orders: Iterable<StoredOrder>): FeedAnswer {
  if (answer.kind === "accepted" || ![...orders].some(({ redacted }) => redacted)) return answer;
  return { ...answer, reason: withoutWords(answer.reason) };
}

/** Whether an answer counts for the connection as it is now. */
function isAbout(shop: ShopRow, attempt: Attempt, { kind }: FeedAnswer): boolean {
  if (shop.epoch !== attempt.epoch) return false;
  // an account has what it accepted, whichever of its keys was used
  return shop.keyVersion === attempt.keyVersion || kind === "accepted";
}

/** The connection was changed while the request was under way: its orders are due again at once. */
async function sendByNewKey(
  client: pg.PoolClient,
  shop: ShopRow,
  attempt: Attempt,
  orders: Map<string, StoredOrder>,
  { kind }: FeedAnswer,
): Promise<void> {
  const loaded = asLoaded(orders.values());
  for (const order of orders.values()) {
    if (order.status === "pending") order.dueAt ??= shop.now;
    if (kind === "unanswered" && shop.epoch === attempt.epoch) order.unanswered = true;
  }
  await saveOrders(client, shop.domain, [...orders.values()], loaded);
}

async function noteAnswer(
  client: pg.PoolClient,
  shop: ShopRow,
  attempt: Attempt,
  answer: FeedAnswer,
): Promise<void> {
  const reason = answer.kind === "accepted" ? null : answer.reason;
  await client.query({
    name: "note-answer",
    text: `UPDATE "Attempt" SET "answeredAt" = $8, "outcome" = $3, "httpStatus" = $4,
            "durationMs" = $5, "reason" = $6, "requestId" = $7
      WHERE "shop" = $1 AND "id" = $2 AND "startedAt" = $9`,
    values: [
      shop.domain,
      attempt.id,
      answer.kind,
      answer.httpStatus,
      Math.round(answer.durationMs),
      reason,
      answer.kind === "accepted" ? answer.requestId : null,
      new Date(shop.now),
      new Date(attempt.startedAt),
    ],
  });
}

/**
 * @param orders those of the request that are not dealt with yet
 * @param firstOfUntouched how many of the others were sent for the first time, and their plan units
 */
async function applyAnswer(
  context: RunContext,
  client: pg.PoolClient,
  shop: ShopRow,
  attempt: Attempt,
  orders: Map<string, StoredOrder>,
  answer: FeedAnswer,
  firstOfUntouched: { sent: number; plans: number },
): Promise<void> {
  const { now } = shop;
  const others = Array.from(orders.values()).filter(({ status }) => status !== "pending");
  await loadOffers(client, shop, others);
  const loaded = asLoaded(orders.values());
  const alone = attempt.orders.length === 1;
  let { sent: firsts, plans } = firstOfUntouched;
  for (const sent of attempt.orders) {
    const order = orders.get(sent.id);
    if (!order) continue;
    if (answer.kind === "accepted") {
      if (order.firstSentAt === null) {
        firsts += 1;
        plans += order.planUnits;
      }
      accept(context, shop, order, attempt, sent);
    } else if (answer.kind === "invalid" && alone) {
      // news that came meanwhile may mend it
      if (order.revision === sent.revision) refuse(order, sent.payload, answer.reason);
    } else {
      order.dueAt ??= now;
      if (answer.kind === "unanswered") order.unanswered = true;
    }
  }
  await saveOrders(client, shop.domain, [...orders.values()], loaded);
  await applyToShop(context, client, shop, attempt, answer);
  if (answer.kind === "accepted") {
    if (firsts > 0) await addToDay(client, shop, now, { sent: firsts, plans });
  } else if (answer.kind === "invalid" && alone && !isDeclined(attempt, answer.reason)) {
    const ids = attempt.orders.map(({ id }) => id);
    const failed = await firstFailures(client, shop, ids, attempt.id);
    if (failed > 0) await addToDay(client, shop, now, { failed });
  }
}

async function applyToShop(
  context: RunContext,
  client: pg.PoolClient,
  shop: ShopRow,
  attempt: Attempt,
  answer: FeedAnswer,
): Promise<void> {
  const { config } = context;
  switch (answer.kind) {
    case "accepted":
      await client.query(
        `UPDATE "Shop" SET "loneRefusals" = 0, "backoffCount" = 0, "backoffUntil" = NULL,
                "backoffReason" = NULL, "backoffSince" = NULL, "lastAcceptedAt" = $3,
                "testedAt" = CASE WHEN "keyVersion" = $2 THEN $3 ELSE "testedAt" END
          WHERE "domain" = $1`,
        [shop.domain, attempt.keyVersion, new Date(shop.now)],
      );
      if (answer.requestId !== null) {
        await client.query({
          name: "poll-later",
          text: `UPDATE "Attempt" SET "pollAt" = $4
            WHERE "shop" = $1 AND "id" = $2 AND "startedAt" = $3`,
          values: [
            shop.domain,
            attempt.id,
            new Date(attempt.startedAt),
            new Date(shop.now + config.delivery.pollMinMs),
          ],
        });
      }
      return;
    case "invalid":
      // a declined cancellation is no sign that something is wrong with the connection
      if (attempt.orders.length > 1 || isDeclined(attempt, answer.reason)) return;
      await client.query(
        `UPDATE "Shop" SET "loneRefusals" = "loneRefusals" + 1 WHERE "domain" = $1`,
        [shop.domain],
      );
      if (shop.loneRefusals + 1 >= config.delivery.loneRefusalsBeforePause) {
        await breakConnection(client, shop, "feed_refuses", answer.reason);
      }
      return;
    case "key_refused":
    case "wrong_address":
      await breakConnection(client, shop, answer.kind, answer.reason);
      return;
    case "unavailable":
    case "unanswered":
      await backOff(client, shop, answer.reason, answer.retryAfterMs, config.delivery);
      return;
  }
}

/** Of a request with one order. */
function isDeclined({ orders }: Attempt, reason: string): boolean {
  return orders.every(({ payload }) => isDecline(reason, payload));
}
