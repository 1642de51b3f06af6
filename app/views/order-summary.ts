import { windowFor } from "#app/order/refunds/owed.ts";
import { nearestEnd } from "#app/order/refunds/windows.ts";
import { isUnsent } from "#app/store/attention.ts";
import type { Translate } from "#app/texts/i18n.ts";
import { findingText, noteText } from "#app/texts/order-texts.ts";
import type { OrderSummary } from "../../extensions/order-status/src/order-summary.ts";
import type { OrderPage } from "./order-page.ts";

const tones: Record<OrderPage["order"]["status"], OrderSummary["status"]["tone"]> = {
  waiting: "info",
  pending: "info",
  sent: "success",
  confirmed: "success",
  blocked: "neutral",
  rejected: "neutral",
  skipped: "neutral",
};

/** What the block on Shopify's order page shows of an order: what its page says, in short. */
export function orderSummary(
  t: Translate,
  locale: string,
  { order, lines, pairs, findings, standings }: OrderPage,
  now: number,
): OrderSummary {
  const { status, note, sentAt, needsAttention } = order;
  const titleOf = (lineId: string) => lines.find(({ id }) => id === lineId)?.title ?? lineId;
  return {
    status: needsAttention
      ? {
          text: t("queue.needsAttention"),
          tone: isUnsent(status) ? "critical" : "warning",
        }
      : { text: t(`common.status.${status}`), tone: tones[status] },
    // a finding is among the findings
    note: note === null || note.kind === "finding" ? null : noteText(t, locale, note),
    findings: findings
      .filter(({ dismissed }) => !dismissed)
      .map((finding) => ({ severity: finding.severity, text: findingText(t, locale, finding) })),
    pairs: pairs.map(({ productLineId, planLineId }) => ({
      product: titleOf(productLineId),
      plan: titleOf(planLineId),
    })),
    refunds: standings.flatMap(({ plan, owed, windows }) => {
      if (owed === null) return [];
      const why = t(`refunds.owed.${owed.reason}`, { count: owed.units });
      return [{ text: `${plan.title}: ${why}`, until: nearestEnd(windows, windowFor(owed), now) }];
    }),
    sentAt,
    canResend: status !== "skipped",
  };
}
