import { BlockStack, Card, InlineGrid, InlineStack, Text } from "@shopify/polaris";
import type { AnalyticsPage, Earned } from "#app/analytics/analytics-page.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import { useRates } from "./rates.ts";

type Props = Pick<AnalyticsPage, "total" | "totalBefore" | "currency">;

/** The period's figures, each beside what it was before. */
export function Totals({ total, totalBefore, currency }: Props) {
  const { t, formatNumber, formatMoney } = useLocale();
  const { attachRate, change } = useRates();
  const count = (name: Exclude<keyof Earned, "net">) => ({
    name,
    now: formatNumber(total[name]),
    before: formatNumber(totalBefore[name]),
    change: change(total[name], totalBefore[name]),
  });
  const money = (of: Earned) => (currency === "" ? "–" : formatMoney(of.net, currency));
  const shown = [
    count("orders"),
    count("protected"),
    {
      name: "attachRate" as const,
      now: attachRate(total),
      before: attachRate(totalBefore),
      change: null,
    },
    count("plans"),
    count("refunded"),
    {
      name: "net" as const,
      now: money(total),
      before: money(totalBefore),
      change: change(total.net, totalBefore.net),
    },
  ];
  return (
    <InlineGrid columns={{ xs: 2, md: 3 }} gap={{ xs: "300", md: "400" }}>
      {shown.map(({ name, now, before, change }) => (
        <Card key={name}>
          <BlockStack gap="100">
            <Text as="h2" variant="bodyMd" tone="subdued">
              {t(`analytics.figure.${name}`)}
            </Text>
            <InlineStack gap="200" blockAlign="baseline">
              <Text as="p" variant="headingXl" numeric>
                {now}
              </Text>
              {change !== null && (
                <Text as="span" variant="bodySm" tone="subdued" numeric>
                  {change}
                </Text>
              )}
            </InlineStack>
            <Text as="p" variant="bodySm" tone="subdued">
              {t("analytics.before", { value: before })}
            </Text>
          </BlockStack>
        </Card>
      ))}
    </InlineGrid>
  );
}
