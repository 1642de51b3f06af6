import { BlockStack, Box, Button, Card, DataTable, InlineStack, Text } from "@shopify/polaris";
import { scaleBand, scaleLinear } from "d3-scale";
import { useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { HomeDay } from "#app/views/home.ts";

const height = 160;
const colors = {
  sent: "var(--p-color-bg-fill-success)",
  failed: "var(--p-color-bg-fill-critical)",
};
const series = ["sent", "failed"] as const;

/** Orders synced and failed per day, as a chart or as a table. Drawn by the server too. */
export function SyncChart({ days }: { days: HomeDay[] }) {
  const { t, formatNumber } = useLocale();
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
          <>
            <Bars
              days={days}
              label={t("home.chart.summary", {
                sent: formatNumber(total("sent")),
                failed: formatNumber(total("failed")),
              })}
            />
            <InlineStack gap="400">
              {series.map((name) => (
                <InlineStack key={name} gap="150" blockAlign="center">
                  <span
                    style={{ width: 10, height: 10, borderRadius: 2, background: colors[name] }}
                  />
                  <Text as="span" variant="bodySm">
                    {t(`home.chart.${name}`)}
                  </Text>
                </InlineStack>
              ))}
            </InlineStack>
          </>
        )}
      </BlockStack>
    </Card>
  );
}

/** Across in percent, so that it fits any width without being drawn again. */
function Bars({ days, label }: { days: HomeDay[]; label: string }) {
  const { formatNumber } = useLocale();
  const dayLabel = useDayLabel();
  const most = Math.max(1, ...days.map(({ sent, failed }) => sent + failed));
  const x = scaleBand(
    days.map(({ day }) => day),
    [4, 100],
  ).padding(0.25);
  const y = scaleLinear([0, most], [height, 12]).nice(4);
  const ticks = y.ticks(4).filter(Number.isInteger);
  const ends = [days[0], days[Math.floor(days.length / 2)], days.at(-1)].flatMap(
    (day) => day ?? [],
  );
  return (
    <div>
      <svg role="img" aria-label={label} width="100%" height={height} style={{ display: "block" }}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line
              x1="4%"
              x2="100%"
              y1={y(tick)}
              y2={y(tick)}
              stroke="var(--p-color-border-secondary)"
            />
            <text x="0" y={y(tick) - 3} fontSize="11" fill="var(--p-color-text-secondary)">
              {formatNumber(tick)}
            </text>
          </g>
        ))}
        {days.map(({ day, sent, failed }) => (
          <g key={day}>
            <Bar
              x={x(day) ?? 0}
              width={x.bandwidth()}
              from={y(0)}
              to={y(sent)}
              fill={colors.sent}
            />
            <Bar
              x={x(day) ?? 0}
              width={x.bandwidth()}
              from={y(sent)}
              to={y(sent + failed)}
              fill={colors.failed}
            />
          </g>
        ))}
      </svg>
      <Box paddingInlineStart="300" paddingBlockStart="100">
        <InlineStack align="space-between" wrap={false}>
          {ends.map(({ day }) => (
            <Text key={day} as="span" variant="bodyXs" tone="subdued">
              {dayLabel(day)}
            </Text>
          ))}
        </InlineStack>
      </Box>
    </div>
  );
}

type BarProps = { x: number; width: number; from: number; to: number; fill: string };

function Bar({ x, width, from, to, fill }: BarProps) {
  if (from === to) return null;
  return <rect x={`${x}%`} width={`${width}%`} y={to} height={from - to} fill={fill} rx="1" />;
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

/** A day such as "Nov 3". It has no time zone any more. */
function useDayLabel(): (day: string) => string {
  const { locale } = useLocale();
  const format = new Intl.DateTimeFormat(locale, {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  });
  return (day) => format.format(Date.parse(day));
}
