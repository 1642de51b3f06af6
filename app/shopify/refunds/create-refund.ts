import type { Payment } from "#app/order/refunds/money-order.ts";
import { AdminError, type AskAdmin } from "#app/shopify/access/admin-api.ts";
import { numericId } from "#app/shopify/global-id.ts";
import { paymentsOf } from "./admin-money.ts";
import { readPayments } from "./refund-payments.ts";
import {
  type CreateRefundData,
  createRefundMutation,
  moneySizes,
  mostRefunds,
  type RefundNotesData,
  refundNotesQuery,
} from "./refund-queries.ts";

/** What Shopify says against a refund, told by its words: it gives no codes. */
export type RefusalCode =
  | "over_refund"
  | "gateway"
  | "locked"
  | "no_scope"
  | "no_session"
  | "refused";

export type RefundAnswer =
  /** `payments`: none where it could not be said how they stand */
  | { kind: "created"; refundId: string; payments: Payment[] }
  /** nothing was refunded; `words` are Shopify's own */
  | { kind: "refused"; code: RefusalCode; words: string }
  /** nobody knows whether it was; `retryAfterMs`: when Shopify may be asked again */
  | { kind: "lost"; words: string; retryAfterMs: number | null };

/**
 * Asks Shopify for a refund. The same variables with the same key give the same refund, for as long
 * as Shopify keeps keys: never ask again later than an hour after the first time.
 * https://shopify.dev/docs/api/usage/implementing-idempotency
 *
 * @param variables JSON text as it was made at first: {input, key}
 * @param isFirst it was never asked for before, so that a refusal of the app is an answer
 */
export async function createRefund(
  open: () => Promise<AskAdmin>,
  variables: string,
  { currency, isFirst }: { currency: string; isFirst: boolean },
): Promise<RefundAnswer> {
  try {
    const ask = await open();
    const { data, denied } = await ask<CreateRefundData>(createRefundMutation, {
      ...JSON.parse(variables),
      parts: moneySizes.parts,
    });
    const { refund, userErrors = [] } = data.refundCreate ?? {};
    if (refund) {
      const refundId = numericId(refund.id);
      const payments = await paymentsOfNew(ask, refund, { currency, isSeen: denied.length === 0 });
      return { kind: "created", refundId, payments };
    }
    const words = userErrors.map(({ message }) => message).join(" ");
    // the key's own troubles say nothing of the refund
    const isOfKey = /idempoten|currently in progress/i.test(words);
    if (words === "" || isOfKey) return lost(words || "It answered nothing.");
    return { kind: "refused", code: codeOf(words), words };
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    const { refusal } = error;
    if (refusal.kind === "no_session") {
      const words = "Shopify does not let the app in.";
      return isFirst ? { kind: "refused", code: "no_session", words } : lost(words);
    }
    const { reason, retryAfterMs } = refusal;
    if (isFirst && reason.includes("ACCESS_DENIED")) {
      return { kind: "refused", code: "no_scope", words: reason };
    }
    return lost(reason, retryAfterMs);
  }
}

/** It was made, whatever can be read of its payments now: they are looked after. */
async function paymentsOfNew(
  ask: AskAdmin,
  { id, transactions }: NonNullable<NonNullable<CreateRefundData["refundCreate"]>["refund"]>,
  { currency, isSeen }: { currency: string; isSeen: boolean },
): Promise<Payment[]> {
  if (!isSeen) return [];
  try {
    const isWhole = !transactions.pageInfo.hasNextPage;
    if (isWhole) return paymentsOf(transactions.nodes, currency);
    return (await readPayments(ask, numericId(id), currency)) ?? [];
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    return [];
  }
}

function lost(words: string, retryAfterMs: number | null = null): RefundAnswer {
  return { kind: "lost", words, retryAfterMs };
}

const signs: [RegExp, RefusalCode][] = [
  [/over.?refund|exceed|greater than|more than|maximum refundable/i, "over_refund"],
  [/gateway|payment method|not supported/i, "gateway"],
  [/lock|being edited|in progress/i, "locked"],
];

function codeOf(words: string): RefusalCode {
  return signs.find(([sign]) => sign.test(words))?.[1] ?? "refused";
}

/**
 * What is known of a refund that bears a sign: Shopify's id of it; that there is none; that nobody
 * knows, for not all of the order's refunds can be seen; that there is no such order to be seen.
 */
export type FoundRefund =
  | { kind: "found"; refundId: string }
  | { kind: "none" | "unknown" | "no_order" };

/**
 * Looks for the order's refund whose note holds `sign`.
 *
 * @throws AdminError
 */
export async function findRefund(
  ask: AskAdmin,
  orderId: string,
  sign: string,
): Promise<FoundRefund> {
  const variables = { order: `gid://shopify/Order/${orderId}`, refunds: mostRefunds };
  const { data, denied } = await ask<RefundNotesData>(refundNotesQuery, variables);
  const refunds = data.order?.refunds;
  const found = refunds?.find(({ note }) => note?.includes(sign));
  if (found) return { kind: "found", refundId: numericId(found.id) };
  if (denied.length > 0) return { kind: "unknown" };
  if (!refunds) return { kind: "no_order" };
  return { kind: refunds.length < mostRefunds ? "none" : "unknown" };
}
