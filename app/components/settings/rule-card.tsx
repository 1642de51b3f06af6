import { Card, Layout } from "@shopify/polaris";
import { CheckoutRuleControl, useCheckoutRule } from "#app/components/shared/checkout-rule.tsx";
import { useLocale } from "#app/components/shared/locale.tsx";

/** The rule at checkout among the settings. */
export function RuleCard() {
  const { t } = useLocale();
  const rule = useCheckoutRule();
  return (
    <Layout.AnnotatedSection title={t("rule.title")} description={t("rule.text")}>
      <Card>
        <CheckoutRuleControl {...rule} />
      </Card>
    </Layout.AnnotatedSection>
  );
}
