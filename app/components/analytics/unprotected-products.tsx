import { BlockStack, Card, InlineStack, Link, Text } from "@shopify/polaris";
import type { Unprotected } from "#app/analytics/analytics-page.ts";
import { useLocale } from "#app/components/shared/locale.tsx";

/** What is sold most without a plan, and the way to offer one. */
export function UnprotectedProducts({ products }: { products: Unprotected[] }) {
  const { t } = useLocale();
  return (
    <Card>
      <BlockStack gap="300">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t("analytics.unprotected.title")}
          </Text>
          <Text as="p" tone="subdued">
            {t(products.length === 0 ? "analytics.unprotected.none" : "analytics.unprotected.text")}
          </Text>
        </BlockStack>
        {products.map(({ id, title, units, hasPlans }) => (
          <InlineStack key={id} align="space-between" blockAlign="center" gap="200">
            <div style={{ overflowWrap: "anywhere", flex: 1 }}>
              <Text as="p" fontWeight="semibold">
                {title ?? id}
              </Text>
              <Text as="p" tone="subdued" variant="bodySm">
                {t("analytics.unprotected.units", { count: units })}
              </Text>
            </div>
            {hasPlans ? (
              <Text as="span" tone="subdued">
                {t("analytics.unprotected.hasPlans")}
              </Text>
            ) : (
              <Link url={`/app/plans?${new URLSearchParams({ search: title ?? "" })}`}>
                {t("analytics.unprotected.offer")}
              </Link>
            )}
          </InlineStack>
        ))}
      </BlockStack>
    </Card>
  );
}
