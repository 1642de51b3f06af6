import { Badge, type BadgeProps } from "@shopify/polaris";
import type { ListedOrder } from "#app/sync/listed-order.ts";
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

/** Where an order stands, in a word. */
export function OrderStatusBadge({ status }: { status: ListedOrder["status"] }) {
  const { t } = useLocale();
  return <Badge {...looks[status]}>{t(`common.status.${status}`)}</Badge>;
}
