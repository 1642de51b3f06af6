import { AdminError, type AskAdmin, openAdmin } from "#app/shopify/access/admin-api.ts";
import { createRefund, findRefund, readPayments } from "#app/shopify/refunds/create-refund.ts";
import { type PlanRefund, refundById, signOf } from "./plan-refund.ts";
import { mayAskAgain, nextLook, recordAnswer, recordPayments } from "./record-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { changeRefund } from "./refund-store.ts";

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
 * @returns the refund as it is then
 */
export async function carryOut(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
): Promise<PlanRefund> {
  const { pool, log } = context;
  const { id, variables, currency } = refund;
  if (variables === null || currency === null)
    throw new TypeError("A refund has no variables yet.");
  const asks = refund.asks + 1;
  // counted before it is done: an answer to a repeat says less
  const isOurs = await changeRefund(pool, shop, id, ["asking"], { asks });
  // written down, but the process slept: it is too late to send anything
  if (isOurs && mayAskAgain(refund, context.now())) {
    const isFirst = asks === 1;
    const open = () => openShop(context, shop);
    const answer = await createRefund(open, variables, { currency, isFirst });
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
 * Finds out about a refund whose answer is not known, or whose money has not moved yet. Where none
 * of the order's refunds is ours, Shopify is asked once more with the same bytes and the same key,
 * if that is still safe; else a person decides. The caller holds the refund's lease.
 */
export async function lookAfter(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
): Promise<void> {
  try {
    const ask = await openShop(context, shop);
    const isKnown = refund.refundId !== null;
    const refundId = refund.refundId ?? (await findRefund(ask, refund.orderId, signOf(refund)));
    const isFound = refundId !== null && refundId !== "unknown";
    const payments = isFound ? await readPayments(ask, refundId, refund.currency ?? "") : null;
    if (isFound && payments !== null) {
      await recordPayments(context, shop, refund, { refundId, payments });
      await context.wake([shop]);
      return;
    }
    const isAbsent = refundId === null && refund.state === "asking";
    if (!isKnown && isAbsent && mayAskAgain(refund, context.now())) {
      await carryOut(context, shop, refund);
      return;
    }
    await postpone(context, shop, refund, null);
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    const { refusal } = error;
    const wait = refusal.kind === "unavailable" ? refusal.retryAfterMs : null;
    await postpone(context, shop, refund, error.message, wait ?? 0);
  }
}

/** Shopify could not say, or there is nothing to be found: it is looked again, ever more rarely. */
async function postpone(
  { pool, now }: RefundContext,
  shop: string,
  refund: PlanRefund,
  words: string | null,
  waitMs = 0,
): Promise<void> {
  const at = now();
  const isOver = refund.state === "asking" && !mayAskAgain(refund, at);
  await changeRefund(pool, shop, refund.id, [refund.state], {
    ...(isOver && { state: "unclear", problem: "hour_over" }),
    ...(words !== null && { words }),
    looks: refund.looks + 1,
    dueAt: nextLook(refund.looks, at, waitMs),
  });
}
