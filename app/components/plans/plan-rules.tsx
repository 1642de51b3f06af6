import { BlockStack, Link, List, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";

/** What the app sets on plans by itself, and what the merchant has to see to. */
export function PlanRules() {
  const { t } = useLocale();
  return (
    <BlockStack gap="300">
      <Text as="p">{t("plans.rules.set")}</Text>
      <List>
        {(["discounts", "tax", "stock", "unlisted"] as const).map((rule) => (
          <List.Item key={rule}>
            {t(`plans.rules.${rule}`)}{" "}
            {rule === "discounts" && (
              <Link url="/app/orders?finding=discounted_plan">{t("plans.rules.discounted")}</Link>
            )}
          </List.Item>
        ))}
      </List>
    </BlockStack>
  );
}
