import { Badge, type BadgeProps, InlineStack } from "@shopify/polaris";
import { isUnsent } from "#app/store/attention.ts";
import type { ListedOrder } from "#app/views/listed-order.ts";
import { useLocale } from "./locale.tsx";

const looks: Record<ListedOrder["status"], Pick<BadgeProps, "tone" | "progress">> = {
  waiting: { tone: "info", progress: "incomplete" },
  pending: { tone: "attention", progress: "incomplete" },
  sent: { tone: "success", progress: "partiallyComplete" },
  confirmed: { tone: "success", progress: "complete" },
  // needs attention as long as it has it, unless it was canceled before Hakuna had it
  blocked: {},
  rejected: {},
  skipped: {},
};

/** Where an order stands, in one word: that it needs attention goes before everything else. */
export function OrderBadges({
  order: { status, needsAttention, isTest, isCancelled = false },
}: {
  order: Pick<ListedOrder, "status" | "needsAttention" | "isTest"> & { isCancelled?: boolean };
}) {
  const { t } = useLocale();
  return (
    <InlineStack gap="100">
      {needsAttention ? (
        <Badge tone={isUnsent(status) ? "critical" : "warning"}>{t("queue.needsAttention")}</Badge>
      ) : (
        <Badge {...looks[status]}>{t(`common.status.${status}`)}</Badge>
      )}
      {isCancelled && <Badge>{t("queue.canceled")}</Badge>}
      {isTest && <Badge>{t("orders.test")}</Badge>}
    </InlineStack>
  );
}
