import { Badge, type BadgeProps, InlineStack } from "@shopify/polaris";
import type { ListedOrder } from "#app/views/listed-order.ts";
import { useLocale } from "./locale.tsx";

const looks: Record<ListedOrder["status"], Pick<BadgeProps, "tone" | "progress">> = {
  waiting: { tone: "info", progress: "incomplete" },
  pending: { tone: "attention", progress: "incomplete" },
  sent: { tone: "success", progress: "partiallyComplete" },
  confirmed: { tone: "success", progress: "complete" },
  blocked: { tone: "critical" },
  rejected: { tone: "critical" },
  skipped: {},
};

/** Where an order stands, in a word, and what to know besides. */
export function OrderBadges({
  order: { status, needsAttention, isTest },
}: {
  order: Pick<ListedOrder, "status" | "needsAttention" | "isTest">;
}) {
  const { t } = useLocale();
  // a cancellation that Hakuna declined is no failure
  const isFailed = status === "blocked" || (status === "rejected" && needsAttention);
  const look = status === "rejected" && !isFailed ? {} : looks[status];
  return (
    <InlineStack gap="100">
      <Badge {...look}>{t(`common.status.${status}`)}</Badge>
      {needsAttention && !isFailed && <Badge tone="warning">{t("orders.check")}</Badge>}
      {isTest && <Badge>{t("orders.test")}</Badge>}
    </InlineStack>
  );
}
