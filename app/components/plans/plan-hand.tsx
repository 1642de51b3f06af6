import { useAppBridge } from "@shopify/app-bridge-react";
import { Banner, BlockStack, Button, ButtonGroup, Text } from "@shopify/polaris";
import { useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { CatalogPlan } from "#app/shopify/plans/plan-catalog.ts";
import { planPageSizes } from "#app/shopify/plans/plan-queries.ts";
import { PlanDetailsDialog } from "./plan-details-dialog.tsx";
import { type PlansAnswer, usePlanRequest } from "./plan-request.ts";
import { WhyNot } from "./why-not.tsx";

/** Links plans that the merchant keeps in the shop. */
export function PlanHand({ mayWrite }: { mayWrite: boolean }) {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const [plans, setPlans] = useState<CatalogPlan[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const read = (answer: PlansAnswer) => {
    if (answer.result !== "read") return;
    const other = answer.plans?.find(({ isProtection }) => !isProtection);
    if (!answer.plans || answer.plans.length === 0) setProblem(t("plans.hand.notRead"));
    else if (other) setProblem(t("plans.problem.not_protection", { words: other.productTitle }));
    else setPlans(answer.plans);
  };
  const { busy, ask } = usePlanRequest(read);
  const choose = async () => {
    setProblem(null);
    const chosen = await shopify.resourcePicker({
      type: "variant",
      multiple: planPageSizes.plans,
      action: "select",
      filter: { query: "vendor:hakuna" },
    });
    const ids = (chosen ?? []).map(({ id }) => id);
    if (ids.length > 0) ask({ intent: "read", ids });
  };
  return (
    <>
      <BlockStack gap="300">
        <Text as="p">{t("plans.hand.text")}</Text>
        {problem && <Banner tone="warning">{problem}</Banner>}
        {!mayWrite && <WhyNot why="access" />}
        <ButtonGroup>
          <Button disabled={!mayWrite} loading={busy} onClick={choose}>
            {t("plans.hand.choose")}
          </Button>
        </ButtonGroup>
      </BlockStack>
      {plans.length > 0 && (
        <PlanDetailsDialog
          key={plans.map(({ id }) => id).join()}
          plans={plans}
          onClose={() => setPlans([])}
        />
      )}
    </>
  );
}
