import { BlockStack, Button, Card, DataTable, InlineStack, Text } from "@shopify/polaris";
import { useState } from "react";
import { useDayLabel } from "#app/components/shared/charts/day-label.ts";
import { StackedBars } from "#app/components/shared/charts/stacked-bars.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { HomeDay } from "#app/views/home.ts";

const colors = {
  sent: "var(--p-color-bg-fill-success)",
  failed: "var(--p-color-bg-fill-critical)",
};
const series = ["sent", "failed"] as const;

/** Orders synced and failed per day, as a chart or as a table. Drawn by the server too. */
export function SyncChart({ days }: { days: HomeDay[] }) {
  const { t, formatNumber } = useLocale();
  const dayLabel = useDayLabel();
  const [isTable, setTable] = useState(false);
  const total = (name: (typeof series)[number]) => days.reduce((sum, day) => sum + day[name], 0);
  const isEmpty = total("sent") + total("failed") === 0;
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {t("home.chart.title")}
          </Text>
          {!isEmpty && (
            <Button variant="plain" onClick={() => setTable(!isTable)}>
              {t(isTable ? "home.chart.asChart" : "home.chart.asTable")}
            </Button>
          )}
        </InlineStack>
        {isEmpty ? (
          <Text as="p" tone="subdued">
            {t("home.chart.none")}
          </Text>
        ) : isTable ? (
          <Table days={days} />
        ) : (
          <StackedBars
            label={t("home.chart.summary", {
              sent: formatNumber(total("sent")),
              failed: formatNumber(total("failed")),
            })}
            parts={series.map((name) => ({
              name: t(`home.chart.${name}`),
              color: colors[name],
            }))}
            bars={days.map(({ day, sent, failed }) => ({
              key: day,
              name: dayLabel(day),
              values: [sent, failed],
            }))}
            format={formatNumber}
          />
        )}
      </BlockStack>
    </Card>
  );
}

function Table({ days }: { days: HomeDay[] }) {
  const { t, formatNumber } = useLocale();
  const dayLabel = useDayLabel();
  return (
    <DataTable
      columnContentTypes={["text", "numeric", "numeric"]}
      headings={[t("home.chart.day"), t("home.chart.sent"), t("home.chart.failed")]}
      rows={days
        .toReversed()
        .map(({ day, sent, failed }) => [dayLabel(day), formatNumber(sent), formatNumber(failed)])}
      increasedTableDensity
    />
  );
}
