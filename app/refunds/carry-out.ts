import { databaseTime } from "#app/database/clock.ts";
import { AdminError, type AskAdmin, openAdmin } from "#app/shopify/access/admin-api.ts";
import { createRefund, findRefund, type RefundAnswer } from "#app/shopify/refunds/create-refund.ts";
import { readPayments } from "#app/shopify/refunds/refund-payments.ts";
import { mayRepeat } from "./ask-again.ts";
import { type PlanRefund, refundById, signOf } from "./plan-refund.ts";
import { putOff, troubleOf } from "./put-off.ts";
import { mayArrive, mayAskAgain, recordAnswer, recordPayments } from "./record-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { changeRefund, refundLeaseMs } from "./refund-store.ts";

/** Shorter than the lease of a refund. */
const timeLimitMs = 20_000;

/** Opens the shop's Admin API for one visit. */
export function openShop({ admin }: RefundContext, shop: string): Promise<AskAdmin> {
  return openAdmin(admin, shop, AbortSignal.timeout(timeLimitMs));
}

/**
 * Asks Shopify for a refund that is written down, and writes down what it answered. The caller holds
 * the refund's lease.
 *
 * @param lookedAt when it was begun to see that the order is as it was confirmed, by the database's
 *   clock: of a process that slept since, nothing is sent
 * @returns the refund as it is then
 */
export async function carryOut(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
  lookedAt: number,
): Promise<PlanRefund> {
  const { pool, log } = context;
  const { id, variables, currency } = refund;
  if (variables === null || currency === null)
    throw new TypeError("A refund has no variables yet.");
  const asks = refund.asks + 1;
  // counted before it is done: an answer to a repeat says less
  const calledAt = await databaseTime(pool);
  const isOurs = await changeRefund(pool, shop, id, ["asking"], { asks, calledAt });
  const now = await databaseTime(pool);
  if (isOurs && mayAskAgain(refund, now) && now - lookedAt < refundLeaseMs) {
    const isFirst = asks === 1;
    const open = () => openShop(context, shop);
    const told = await createRefund(open, variables, { currency, isFirst });
    const isSure = isFirst || told.kind !== "refused";
    const answer = isSure ? told : await refusedRepeat(context, shop, refund, told);
    log.info(
      { shop, refund: id, orders: [refund.orderId], answer: answer.kind },
      "asked for a refund",
    );
    await recordAnswer(context, shop, { ...refund, asks }, answer);
    await context.wake([shop]);
  }
  return (await refundById(pool, shop, id)) ?? refund;
}

/**
 * What the refusal of a repeat means: an earlier call may have been what speaks against it.
 * Where Shopify has the refund it is made, and where nobody can say, or an earlier call may still
 * arrive, it stays lost.
 */
async function refusedRepeat(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
  refused: Extract<RefundAnswer, { kind: "refused" }>,
): Promise<RefundAnswer> {
  const lost = { kind: "lost", words: refused.words, retryAfterMs: null } as const;
  try {
    const ask = await openShop(context, shop);
    const found = await whatBecameOf(ask, refund);
    if (found.kind === "found") {
      const { refundId } = found;
      const payments = await readPayments(ask, refundId, refund.currency ?? "");
      return { kind: "created", refundId, payments: payments ?? [] };
    }
    const isOver = !mayArrive(refund, await databaseTime(context.pool));
    return found.kind === "none" && isOver ? refused : lost;
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    return lost;
  }
}

/**
 * Finds out about a refund whose answer is not known, or whose money has not moved yet. Where none
 * of the order's refunds is ours, and the order is as it was, Shopify is asked once more with the
 * same bytes and the same key, if that is still safe; else a person decides. The caller holds the
 * refund's lease.
 */
export async function lookAfter(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
): Promise<void> {
  const lookedAt = await databaseTime(context.pool);
  try {
    const ask = await openShop(context, shop);
    const found = await whatBecameOf(ask, refund);
    if (found.kind === "found") {
      const { refundId } = found;
      const payments = await readPayments(ask, refundId, refund.currency ?? "");
      // it is there, however its payments stand
      if (payments !== null || refund.refundId === null) {
        await recordPayments(context, shop, refund, { refundId, payments: payments ?? [] });
        await context.wake([shop]);
        return;
      }
    }
    const mayAsk = refund.state === "asking" && mayAskAgain(refund, lookedAt);
    if (found.kind !== "none" || !mayAsk) {
      await putOff(context, shop, refund, { problem: null, words: null, waitMs: 0 });
    } else if (await mayRepeat(context, shop, ask, refund)) {
      await carryOut(context, shop, refund, lookedAt);
    }
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble.problem === "app_error") throw error;
    await putOff(context, shop, refund, trouble);
  }
}

async function whatBecameOf(ask: AskAdmin, refund: PlanRefund) {
  const { refundId, orderId } = refund;
  if (refundId !== null) return { kind: "found" as const, refundId };
  return await findRefund(ask, orderId, signOf(refund));
}
