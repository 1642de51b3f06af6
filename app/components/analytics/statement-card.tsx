import { BlockStack, Button, Card, InlineStack, Select, Text } from "@shopify/polaris";
import { useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import { useSaveFile } from "#app/components/shared/save-file.ts";

/** A month's plans as a file, to check Hakuna's invoice against. */
export function StatementCard({ months }: { months: string[] }) {
  const { t, locale } = useLocale();
  const { save, busy } = useSaveFile(t("analytics.statement.failed"));
  const [month, setMonth] = useState(months[0] ?? "");
  const name = new Intl.DateTimeFormat(locale, { month: "long", year: "numeric", timeZone: "UTC" });
  const address = `/app/statement.csv?${new URLSearchParams({ month, locale })}`;
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t("analytics.statement.title")}
          </Text>
          <Text as="p" tone="subdued">
            {t("analytics.statement.text")}
          </Text>
        </BlockStack>
        <InlineStack gap="300" blockAlign="end">
          <Select
            label={t("analytics.statement.month")}
            options={months.map((one) => ({
              label: name.format(Date.parse(`${one}-01`)),
              value: one,
            }))}
            value={month}
            onChange={setMonth}
          />
          <Button
            loading={busy}
            onClick={() => save(address, `${t("analytics.statement.file")}-${month}.csv`)}
          >
            {t("analytics.statement.save")}
          </Button>
        </InlineStack>
      </BlockStack>
    </Card>
  );
}
