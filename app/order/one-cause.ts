import type { Finding, FindingCode, Severity } from "./findings.ts";

/**
 * What stands for others: where these two are about the same lines, one thing is wrong, and what is
 * to be done about the first mends the second, too.
 */
const standsFor: Partial<Record<FindingCode, readonly FindingCode[]>> = {
  pair_suggested: ["plan_without_product", "plan_not_in_order", "plan_used_up"],
  exchange_suggested: ["plan_without_product"],
  several_plans_for_product: ["plan_without_product"],
  plan_not_hakuna: ["plan_without_offer"],
};

/** A finding, and those that have the same cause. */
export type Cause<F> = { finding: F; also: F[] };

/** An order's findings by their causes, in their order; each finding is in one of them. */
export function oneCause<F extends Pick<Finding, "code" | "lineItemIds">>(
  findings: readonly F[],
): Cause<F>[] {
  const taken = new Set<F>();
  const also = new Map<F, F[]>();
  for (const finding of findings) {
    const codes = standsFor[finding.code] ?? [];
    const same = findings.filter(
      ({ code, lineItemIds }) =>
        codes.includes(code) && lineItemIds.every((id) => finding.lineItemIds.includes(id)),
    );
    also.set(
      finding,
      same.filter((one) => !taken.has(one)),
    );
    for (const one of same) taken.add(one);
  }
  return findings
    .filter((finding) => !taken.has(finding))
    .map((finding) => ({ finding, also: also.get(finding) ?? [] }));
}

/** How grave a cause is: what asks for attention is a warning, also where what stands for it is none. */
export function severityOf({ finding, also }: Cause<Pick<Finding, "severity">>): Severity {
  const isWarning = also.some(({ severity }) => severity === "warning");
  return finding.severity === "info" && isWarning ? "warning" : finding.severity;
}
