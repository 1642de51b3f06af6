import type pg from "pg";
import { reportedWith } from "#app/order/feed-order.ts";
import { staysStripped } from "#app/order/fold.ts";
import { redactFeedOrder } from "#app/order/redact-feed-order.ts";
import { evaluate } from "#app/store/evaluate.ts";
import type { ShopRow } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { moveCounts } from "#app/store/order-counts.ts";
import type { RunContext } from "#app/store/run-context.ts";
import type { Attempt } from "./draft.ts";

/**
 * Writes down that the feed took a request, for those of its orders to which nothing happened since
 * it was written: they need not be loaded for it, and their documents hold what was sent already
 * (accepted-payload.ts). The caller holds the shop's row.
 *
 * @returns the ids of the others; how many orders were sent for the first time, and their plan units
 */
export async function acceptUntouched(
  client: pg.PoolClient,
  shop: ShopRow,
  { id: attempt, epoch, orders }: Attempt,
): Promise<{ others: string[]; sent: number; plans: number }> {
  const { rows } = await client.query<{
    id: string;
    planUnits: number;
    needsAttention: boolean;
    refundUnits: number;
    isFirst: boolean;
  }>({
    name: "accept-rows",
    text: `UPDATE "Order" o SET "status" = 'sent', "reasonCode" = NULL, "statusReason" = NULL,
              "resend" = false, "acceptedHash" = r."hash", "acceptedRevision" = r."revision",
              "acceptedEpoch" = $3, "acceptedAttempt" = $4, "sentAt" = $5,
              "firstSentAt" = coalesce(o."firstSentAt", $5)
         FROM jsonb_to_recordset($2::jsonb) AS r("id" text, "revision" int, "hash" text)
        WHERE o."shop" = $1 AND o."id" = r."id" AND o."status" = 'pending' AND o."dueAt" IS NULL
          AND o."repeatAt" IS NULL AND NOT o."unanswered"
        RETURNING o."id", o."planUnits", o."needsAttention", o."refundUnits",
          o."firstSentAt" = $5 AS "isFirst"`,
    values: [
      shop.domain,
      JSON.stringify(orders.map(({ id, revision, hash }) => ({ id, revision, hash }))),
      epoch,
      attempt,
      new Date(shop.now),
    ],
  });
  const done = new Set(rows.map(({ id }) => id));
  if (rows.length > 0) {
    const moves = rows.map(({ needsAttention: attention, refundUnits }) => ({
      from: { status: "pending" as const, attention, refund: refundUnits > 0 },
      to: { status: "sent" as const, attention, refund: refundUnits > 0 },
    }));
    await moveCounts(client, shop.domain, moves);
  }
  const firsts = rows.filter(({ isFirst }) => isFirst);
  return {
    others: orders.map(({ id }) => id).filter((id) => !done.has(id)),
    sent: firsts.length,
    plans: firsts.reduce((sum, { planUnits }) => sum + planUnits, 0),
  };
}

/** The same for an order that was changed, stopped or erased while the request was under way. */
export function accept(
  { config }: RunContext,
  shop: ShopRow,
  order: StoredOrder,
  attempt: Attempt,
  sent: Attempt["orders"][number],
): void {
  const { now } = shop;
  order.acceptedHash = sent.hash;
  order.acceptedEpoch = attempt.epoch;
  order.acceptedRevision = sent.revision;
  order.acceptedAttempt = attempt.id;
  order.firstSentAt ??= now;
  order.sentAt = now;
  // the customer's data may have been let go of while the request was under way
  const isStripped = staysStripped(order.state) || order.state.head?.stripped;
  order.lastPayload = isStripped ? redactFeedOrder(sent.payload) : sent.payload;
  order.sent = null;
  order.reportedUnits = reportedWith(order.reportedUnits, sent.payload) ?? order.reportedUnits;
  if (order.repeatAt !== null && order.repeatAt <= attempt.startedAt) order.repeatAt = null;
  if (order.unanswered) {
    order.unanswered = false;
    order.repeatAt = now + config.delivery.repeatAfterUnansweredMs;
  }
  // made due again while the request was under way: it stays pending
  if (order.dueAt !== null) return;
  if (order.status !== "pending") {
    // skipped, erased or blocked meanwhile: what that means of an order that Hakuna has
    evaluate(order, shop, config.worker.waitForOrderMs);
    return;
  }
  order.status = "sent";
  order.reasonCode = null;
  order.statusReason = null;
  order.resend = false;
  order.dueAt = order.repeatAt;
}
