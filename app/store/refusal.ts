import { codesIn, refusalCodes } from "#app/hakuna/refusal.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import { type Finding, finding } from "#app/order/findings.ts";
import { gravest } from "./attention.ts";
import type { StoredOrder } from "./order.ts";

/** Writes into an order that Hakuna refused it as it was sent: it waits for a change or a hand. */
export function refuse(order: StoredOrder, sent: FeedOrder | null, reason: string): void {
  order.status = "rejected";
  order.reasonCode = null;
  order.statusReason = reason;
  order.dueAt = null;
  order.resend = false;
  noteRefusal(order, sent);
}

/**
 * Puts before the findings of a refused order those that the codes in Hakuna's words stand for. They
 * are made from what is stored of the refusal, and are there as long as it stands.
 */
export function noteRefusal(order: StoredOrder, sent: FeedOrder | null): void {
  const codes = codesIn(order.statusReason ?? "");
  const severity = isDecline(order.statusReason, sent) ? "info" : "error";
  const refusals = codes.map((code): Finding => ({ ...finding(code, []), severity }));
  order.findings = [...refusals, ...withoutRefusals(order.findings)];
  order.findingSeverity = gravest(order.findings);
}

/** The refusal does not stand any more. */
export function dropRefusal(order: StoredOrder): void {
  order.findings = withoutRefusals(order.findings);
  order.findingSeverity = gravest(order.findings);
}

/**
 * Whether Hakuna only declined a cancellation: what becomes of the plan is with its support, and
 * nothing here can be mended.
 */
export function isDecline(reason: string | null, sent: FeedOrder | null): boolean {
  const codes = codesIn(reason ?? "");
  return sent?.status === "cancelled" && codes.length === 1 && codes[0] === "cancel_decline";
}

/** Whether a finding is of Hakuna's refusal: it bears its code. */
export function isRefusal({ code }: Finding): boolean {
  return refusalCodes.some((one) => one === code);
}

function withoutRefusals(findings: readonly Finding[]): Finding[] {
  return findings.filter((one) => !isRefusal(one));
}
