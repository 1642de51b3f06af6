import { Banner, BlockStack, Link, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";

/**
 * Says what Shopify does not show the app of customers because it has not approved the app for it:
 * nothing that a merchant can grant.
 *
 * @param approvals `customer_data`, `name`, `address`, `email`, `phone`
 */
export function MissingApprovalsBanner({ approvals }: { approvals: string[] }) {
  const { t } = useLocale();
  const names = approvals.map((approval) =>
    t(`common.approvals.names.${approval as "name"}`, { defaultValue: approval }),
  );
  return (
    <Banner tone="warning" title={t("common.approvals.title")}>
      <BlockStack gap="100">
        <Text as="p">{t("common.approvals.text", { names: names.join(", ") })}</Text>
        <Text as="p">
          {t("common.approvals.guide")}{" "}
          <Link url="/app/help#access">{t("common.action.learnMore")}</Link>
        </Text>
      </BlockStack>
    </Banner>
  );
}
