import { BlockStack, Card, Link, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";

/** No order in the period, nor in the one before. */
export function NothingSold() {
  const { t } = useLocale();
  return (
    <Card>
      <BlockStack gap="200">
        <Text as="h2" variant="headingMd">
          {t("analytics.none.title")}
        </Text>
        <Text as="p" tone="subdued">
          {t("analytics.none.text")}
        </Text>
        <Link url="/app/plans">{t("analytics.none.plans")}</Link>
      </BlockStack>
    </Card>
  );
}
