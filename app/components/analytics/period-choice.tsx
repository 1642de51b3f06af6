import { useSearchParams } from "@remix-run/react";
import { Box, InlineStack, Select, Text } from "@shopify/polaris";
import { type Grain, grains, type Span } from "#app/analytics/periods.ts";
import { useLocale } from "#app/components/shared/locale.tsx";

/** Which period is shown, and how finely; it stands in the address, so that it can be shared. */
export function PeriodChoice({ grain, period }: { grain: Grain; period: Span }) {
  const { t, locale } = useLocale();
  const [params, setParams] = useSearchParams();
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const choose = (by: string) => {
    const next = new URLSearchParams(params);
    next.set("by", by);
    setParams(next, { preventScrollReset: true });
  };
  return (
    <Box paddingInline={{ xs: "400", sm: "0" }}>
      <InlineStack gap="300" blockAlign="center">
        <Select
          label={t("analytics.period.label")}
          labelHidden
          options={grains.map((one) => ({ label: t(`analytics.period.${one}`), value: one }))}
          value={grain}
          onChange={choose}
        />
        <Text as="p" tone="subdued">
          {`${date.format(Date.parse(period.from))} – ${date.format(Date.parse(period.to))}`}
        </Text>
      </InlineStack>
    </Box>
  );
}
