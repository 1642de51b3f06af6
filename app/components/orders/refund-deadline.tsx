import { Link, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";

/** `until`: epoch milliseconds; null: without a deadline. `url`: where the refund is asked for. */
type Props = { toRefund: boolean; until: number | null; url: string };

/** Until when a plan of an order can be refunded, beside what there is to know of it, and how. */
export function RefundDeadline({ toRefund, until, url }: Props) {
  const { t, formatTime } = useLocale();
  if (!toRefund) return null;
  const isOver = until !== null && until < Date.now();
  return (
    <Text as="p" variant="bodySm" tone={isOver ? "critical" : "caution"}>
      {until !== null && (
        <span suppressHydrationWarning>
          {t(isOver ? "orders.refundEnded" : "orders.refundUntil", {
            time: formatTime(until),
          })}{" "}
        </span>
      )}
      {!isOver && <Link url={url}>{t("refunds.refund")}</Link>}
    </Text>
  );
}
