import { Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";

/** Until when a plan of an order can be refunded, beside what there is to know of it. */
export function RefundDeadline({ until }: { until: number | null }) {
  const { t, formatTime } = useLocale();
  if (until === null) return null;
  const isOver = until < Date.now();
  return (
    <Text as="p" variant="bodySm" tone={isOver ? "critical" : "caution"}>
      <span suppressHydrationWarning>
        {t(isOver ? "orders.refundEnded" : "orders.refundUntil", { time: formatTime(until) })}
      </span>
    </Text>
  );
}
