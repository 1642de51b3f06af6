import { BlockStack, Card, Text } from "@shopify/polaris";
import type { EarnedBy } from "#app/analytics/analytics-page.ts";
import { useCountryNames } from "#app/components/shared/country-names.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import { FigureTable } from "./figure-table.tsx";

/** What the plans of a product, a term or a country earned, the most first. */
export function EarnedByTable({
  kind,
  rows,
}: {
  kind: "product" | "term" | "country";
  rows: EarnedBy[];
}) {
  const { t, formatNumber, formatMoney } = useLocale();
  const countryName = useCountryNames();
  const nameOf = ({ key, title }: EarnedBy) => {
    if (key === "") return t(`analytics.by.${kind}.unknown`);
    if (kind === "term") return t("analytics.by.term.months", { count: Number(key) });
    return kind === "country" ? countryName(key) : (title ?? key);
  };
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t(`analytics.by.${kind}.title`)}
        </Text>
        {rows.length === 0 ? (
          <Text as="p" tone="subdued">
            {t("analytics.by.none")}
          </Text>
        ) : (
          <FigureTable
            label={t(`analytics.by.${kind}.title`)}
            headings={[
              t(`analytics.by.${kind}.heading`),
              t("analytics.column.plans"),
              t("analytics.column.refunded"),
              t("analytics.column.net"),
            ]}
            rows={rows.map((row) => ({
              key: `${row.key} ${row.currency}`,
              cells: [
                nameOf(row),
                formatNumber(row.plans),
                formatNumber(row.refunded),
                row.currency === "" ? "–" : formatMoney(row.net, row.currency),
              ],
            }))}
          />
        )}
      </BlockStack>
    </Card>
  );
}
