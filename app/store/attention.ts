import type { Finding } from "#app/order/findings.ts";
import type { StoredOrder } from "./order.ts";

/** Names a finding with its lines, so that putting it away does not put away the next one. */
export function findingKey({
  code,
  lineItemIds,
  refused,
}: Pick<Finding, "code" | "lineItemIds" | "refused">): string {
  return [code, ...lineItemIds, ...(refused ? [refused.field] : [])].join(":");
}

/**
 * Whether a person should look at an order: it does not reach Hakuna as it is, or it bears a
 * warning that the merchant has not put away.
 */
export function needsAttention({
  status,
  findings,
  dismissed,
}: Pick<StoredOrder, "status" | "findings" | "dismissed">): boolean {
  if (status === "blocked" || status === "rejected") return true;
  if (status === "skipped" || status === "waiting") return false;
  return findings.some(
    (finding) => finding.severity === "warning" && !dismissed.includes(findingKey(finding)),
  );
}
