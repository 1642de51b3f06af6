import type { Finding, Severity } from "#app/order/findings.ts";
import type { AgreedPair } from "#app/order/pair.ts";
import type { StoredOrder } from "./order.ts";

/** Names a finding with all that it is about, so that putting it away does not put away the next one. */
export function findingKey({
  code,
  lineItemIds,
  refused,
  units,
  change,
}: Pick<Finding, "code" | "lineItemIds" | "refused" | "units" | "change">): string {
  const more = [
    ...(refused ? [refused.field] : []),
    ...(units ? [`x${units}`] : []),
    ...(change ? [change] : []),
  ];
  return [code, ...lineItemIds, ...more].join(":");
}

/** Whether a finding with this code about this line was put away, be it about fewer units than now. */
export function wasPutAway(
  dismissed: readonly string[],
  code: Finding["code"],
  lineItemId: string,
): boolean {
  return dismissed.some((key) => {
    const [of, ...about] = key.split(":");
    return of === code && about.includes(lineItemId);
  });
}

/** Names a suggested pair that is not wanted: as if its finding was put away. */
export function declinedKey({ productLineId, planLineId }: AgreedPair): string {
  return findingKey({ code: "pair_suggested", lineItemIds: [productLineId, planLineId] });
}

/** Whether a key of what was put away names such a pair. */
export function isDeclined(key: string): boolean {
  return key.startsWith("pair_suggested:");
}

/** The gravest of the findings; null: there is none. */
export function gravest(findings: readonly Finding[]): Severity | null {
  const severities = ["error", "warning", "info"] as const;
  return severities.find((grade) => findings.some(({ severity }) => severity === grade)) ?? null;
}

/** Hakuna declined a cancellation, which is told and alarms nobody: see refusal.ts. */
function isNote({ code, severity }: Finding): boolean {
  return code === "cancel_decline" && severity === "info";
}

/**
 * Whether a person should look at an order: it does not reach Hakuna as it is, or it bears a
 * warning that the merchant has not put away.
 */
export function needsAttention({
  status,
  findings,
  dismissed,
  requests,
}: Pick<StoredOrder, "status" | "findings" | "dismissed" | "requests">): boolean {
  if (status === "blocked") return true;
  if (status === "rejected" && !findings.some(isNote)) return true;
  if (status === "waiting") return false;
  // a buyer waits for an answer
  if (status !== "skipped" && Object.keys(requests).length > 0) return true;
  return findings.some(
    (finding) => finding.severity === "warning" && !dismissed.includes(findingKey(finding)),
  );
}

const unsent: readonly StoredOrder["status"][] = ["blocked", "rejected", "skipped"];

/** Whether an order of this status does not reach Hakuna as it is now: what it needs is urgent. */
export function isUnsent(status: StoredOrder["status"]): boolean {
  return unsent.includes(status);
}
