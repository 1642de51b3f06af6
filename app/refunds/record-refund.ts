import { databaseTime } from "#app/database/clock.ts";
import { type Payment, type PaymentState, paymentState } from "#app/order/refunds/money-order.ts";
import { endRequest } from "#app/refunds/requests/end-request.ts";
import type { RefundAnswer } from "#app/shopify/refunds/create-refund.ts";
import { changeWithOrder } from "./change-with-order.ts";
import type { PlanRefund, RefundState } from "./plan-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { changeRefund, type RefundChanges } from "./refund-store.ts";
import { uncapGone } from "./refunded-order.ts";

/** A repeat with the same key is safe for as long as Shopify keeps keys; this is well within. */
const askAgainMs = 55 * 60_000;
/** Looks at Shopify's refunds, first and at most this far apart. */
const firstLookMs = 60_000;
const longestLookMs = 24 * 3_600_000;
/** With doubling: about a month. */
const mostLooks = 40;

/** So long a call may be under way whose answer nobody waits for any more. */
const underWayMs = 2 * 60_000;

/**
 * Whether Shopify may still be asked with the key that it was asked with first.
 *
 * @param now by the database's clock, as `askedAt` (`databaseTime`)
 */
export function mayAskAgain({ askedAt }: Pick<PlanRefund, "askedAt">, now: number): boolean {
  return askedAt !== null && now - askedAt < askAgainMs;
}

/** Whether a call that was given up may still arrive. `now`: by the database's clock */
export function mayArrive(
  { askedAt, calledAt }: Pick<PlanRefund, "askedAt" | "calledAt">,
  now: number,
): boolean {
  return now - Math.max(askedAt ?? 0, calledAt ?? 0) < underWayMs;
}

/** When to look next; null: not by itself any more, for a person has to. */
export function nextLook(looks: number, now: number, atLeastMs = 0): number | null {
  if (looks >= mostLooks) return null;
  return now + Math.max(atLeastMs, Math.min(longestLookMs, firstLookMs * 2 ** Math.min(looks, 20)));
}

const asked: readonly RefundState[] = ["asking", "unclear"];

/**
 * Writes down what Shopify answered. Hakuna is told of the plan's end when the money has moved, and
 * keeps the plan where nothing was refunded.
 */
export async function recordAnswer(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
  answer: RefundAnswer,
): Promise<void> {
  if (answer.kind === "created") return await recordPayments(context, shop, refund, answer);
  if (answer.kind === "lost") return await recordLost(context, shop, refund, answer);
  const { code: problem, words } = answer;
  const ended = { state: "refused", problem, words, dueAt: null } as const;
  await changeWithOrder(
    ...([context, shop, refund, asked] as const),
    (now) => ({ ...ended, endedAt: now }),
    (inHand) => {
      uncapGone(inHand, refund.planLineId);
      inHand.tell(eventOf(refund, "refused", { words }));
    },
  );
}

async function recordLost(
  { pool }: RefundContext,
  shop: string,
  refund: PlanRefund,
  { words, retryAfterMs }: Extract<RefundAnswer, { kind: "lost" }>,
): Promise<void> {
  const at = await databaseTime(pool);
  const looks = refund.looks + 1;
  const dueAt = nextLook(refund.looks, at, retryAfterMs ?? 0);
  const isOver = !mayAskAgain(refund, at);
  const problem = dueAt === null ? "gave_up" : isOver ? "hour_over" : "lost";
  const state = problem === "lost" ? "asking" : "unclear";
  await changeRefund(pool, shop, refund.id, asked, { state, problem, words, looks, dueAt });
}

/** Writes down that Shopify holds the refund, and how its payments stand. */
export async function recordPayments(
  context: RefundContext,
  shop: string,
  refund: PlanRefund,
  { refundId, payments }: { refundId: string; payments: Payment[] },
): Promise<void> {
  // a refund of nothing is paid
  const stand = refund.amount === 0 ? "succeeded" : stateOf(refund, payments);
  const state = ({ succeeded: "done", pending: "paying", failed: "unpaid" } as const)[stand];
  const isSame = refund.state === state && refund.refundId === refundId;
  const looks = isSame ? refund.looks + 1 : 0;
  const changesAt = (now: number): RefundChanges => {
    if (state === "done") {
      const end = { dueAt: null, endedAt: now };
      return { state, refundId, payments, looks: 0, problem: null, words: null, ...end };
    }
    const dueAt = nextLook(looks, now);
    const problem = dueAt === null ? ("gave_up" as const) : null;
    return { state, refundId, payments, looks, problem, words: null, dueAt, endedAt: null };
  };
  const from = [...asked, "paying", "unpaid"] as const;
  await changeWithOrder(context, shop, refund, from, changesAt, async (inHand) => {
    if (isSame) return;
    if (state === "done") {
      uncapGone(inHand, refund.planLineId);
      await endRequest(inHand, refund);
    }
    // its webhooks may be late or lost
    inHand.order.readAt ??= inHand.shop.now;
    inHand.tell(eventOf(refund, state, { refundId }));
  });
}

/** Payments that have succeeded and are less than was asked for are not all of them. */
function stateOf({ amount }: PlanRefund, payments: readonly Payment[]): PaymentState {
  const state = paymentState(payments);
  const paid = payments.reduce((total, payment) => total + payment.amount, 0);
  return state === "succeeded" && paid < (amount ?? 0) ? "pending" : state;
}

/** A line of the order's timeline about a refund; each step is told once. */
export function eventOf(
  refund: Pick<PlanRefund, "id" | "planTitle" | "units" | "amount" | "currency" | "staffId">,
  step: string,
  more: Record<string, string | number | null> = {},
) {
  const { id, planTitle: title, units, amount, currency, staffId } = refund;
  const by = staffId === null ? "setting" : `user:${staffId}`;
  return {
    source: `refund:${id}:${step}`,
    detail: { step, title, units, amount, currency, by, ...more },
  };
}
