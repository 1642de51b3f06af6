import { BlockStack, Button, Card, InlineStack, Text } from "@shopify/polaris";
import { useState } from "react";
import type { AnalyticsPage } from "#app/analytics/analytics-page.ts";
import { useDayLabel } from "#app/components/shared/charts/day-label.ts";
import { StackedBars } from "#app/components/shared/charts/stacked-bars.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import { FigureTable } from "./figure-table.tsx";
import { useRates } from "./rates.ts";

type Props = { of: "orders" | "plans" } & Pick<
  AnalyticsPage,
  "grain" | "steps" | "total" | "currency"
>;

const colors = ["var(--p-color-bg-fill-success)", "var(--p-color-bg-fill-tertiary)"] as const;

/** Orders with and without a plan, or plans kept and refunded, step by step: a chart, or a table. */
export function PeriodChart({ of, grain, steps, total, currency }: Props) {
  const { t, formatNumber, formatMoney } = useLocale();
  const { attachRate } = useRates();
  const label = useDayLabel(grain === "month" ? "month" : "day");
  const [isTable, setTable] = useState(false);
  const money = (amount: number) => (currency === "" ? "–" : formatMoney(amount, currency));
  const isOrders = of === "orders";
  const columns = isOrders
    ? (["orders", "protected", "attachRate"] as const)
    : (["plans", "refunded", "net"] as const);
  const valuesOf = (step: AnalyticsPage["steps"][number]) =>
    isOrders
      ? [step.protected, step.orders - step.protected]
      : [step.plans - step.refunded, step.refunded];
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {t(`analytics.chart.${of}.title`)}
          </Text>
          <Button variant="plain" onClick={() => setTable(!isTable)}>
            {t(isTable ? "analytics.chart.asChart" : "analytics.chart.asTable")}
          </Button>
        </InlineStack>
        {isTable ? (
          <FigureTable
            label={t(`analytics.chart.${of}.title`)}
            headings={[
              t(`analytics.step.${grain}`),
              ...columns.map((column) => t(`analytics.column.${column}`)),
            ]}
            rows={steps.toReversed().map((step) => ({
              key: step.from,
              cells: [
                label(step.from),
                ...(isOrders
                  ? [formatNumber(step.orders), formatNumber(step.protected), attachRate(step)]
                  : [formatNumber(step.plans), formatNumber(step.refunded), money(step.net)]),
              ],
            }))}
          />
        ) : (
          <StackedBars
            label={
              isOrders
                ? t("analytics.chart.orders.summary", {
                    orders: formatNumber(total.orders),
                    protected: formatNumber(total.protected),
                  })
                : t("analytics.chart.plans.summary", {
                    plans: formatNumber(total.plans),
                    refunded: formatNumber(total.refunded),
                  })
            }
            parts={(["first", "second"] as const).map((part, index) => ({
              name: t(`analytics.chart.${of}.${part}`),
              color: colors[index] ?? colors[0],
            }))}
            bars={steps.map((step) => ({
              key: step.from,
              name: label(step.from),
              values: valuesOf(step),
            }))}
            format={formatNumber}
          />
        )}
      </BlockStack>
    </Card>
  );
}
