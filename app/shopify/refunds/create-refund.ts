import type { Payment } from "#app/order/refunds/money-order.ts";
import { AdminError, type AskAdmin } from "#app/shopify/access/admin-api.ts";
import { numericId } from "#app/shopify/global-id.ts";
import { paymentsOf } from "./admin-money.ts";
import {
  type CreateRefundData,
  createRefundMutation,
  moneySizes,
  mostRefunds,
  type RefundNotesData,
  type RefundPaymentsData,
  refundNotesQuery,
  refundPaymentsQuery,
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
      if (denied.length > 0) return lost("The app may not read its own refund.");
      const payments = paymentsOf(refund, currency);
      return { kind: "created", refundId: numericId(refund.id), payments };
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
 * The id of the order's refund whose note holds `sign`; null: none does. "unknown": there are more
 * refunds than were read, or no such order.
 *
 * @throws AdminError
 */
export async function findRefund(
  ask: AskAdmin,
  orderId: string,
  sign: string,
): Promise<string | null | "unknown"> {
  const order = `gid://shopify/Order/${orderId}`;
  const { data } = await ask<RefundNotesData>(refundNotesQuery, { order, refunds: mostRefunds });
  const refunds = data.order?.refunds;
  if (!refunds) return "unknown";
  const found = refunds.find(({ note }) => note?.includes(sign));
  if (found) return numericId(found.id);
  return refunds.length < mostRefunds ? null : "unknown";
}

/** How the payments of a refund stand now; null: there is no such refund. @throws AdminError */
export async function readPayments(
  ask: AskAdmin,
  refundId: string,
  currency: string,
): Promise<Payment[] | null> {
  const refund = `gid://shopify/Refund/${refundId}`;
  const { parts } = moneySizes;
  const { data } = await ask<RefundPaymentsData>(refundPaymentsQuery, { refund, parts });
  return data.node && paymentsOf(data.node, currency);
}
