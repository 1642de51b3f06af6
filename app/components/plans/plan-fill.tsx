import { useAppBridge } from "@shopify/app-bridge-react";
import { Banner, BlockStack, Button, ButtonGroup, Card, InlineGrid, Text } from "@shopify/polaris";
import { useState } from "react";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { CatalogPlan } from "#app/shopify/plans/plan-catalog.ts";
import { planPageSizes } from "#app/shopify/plans/plan-queries.ts";
import { PlanDetailsDialog } from "./plan-details-dialog.tsx";
import { type PlansAnswer, usePlanRequest, useTargetPicker } from "./plan-request.ts";
import { WhyNot, type WhyNotReason } from "./why-not.tsx";

type Props = { mayWrite: boolean; why: WhyNotReason };

/** The two ways in which products get plans. */
export function PlanFill({ mayWrite, why }: Props) {
  return (
    <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
      <FetchCard why={why} />
      <HandCard mayWrite={mayWrite} />
    </InlineGrid>
  );
}

function FetchCard({ why }: { why: WhyNotReason }) {
  const { t } = useLocale();
  const pick = useTargetPicker();
  const { busy, ask } = usePlanRequest();
  const fetchFor = async (type: "product" | "collection") => {
    const target = await pick(type);
    if (target) ask({ intent: "offers", ...target });
  };
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t("plans.fetch.title")}
        </Text>
        <Text as="p">{t("plans.fetch.text")}</Text>
        <WhyNot why={why} />
        <ButtonGroup>
          <Button
            variant="primary"
            disabled={why !== null}
            loading={busy}
            onClick={() => fetchFor("product")}
          >
            {t("plans.fetch.products")}
          </Button>
          <Button disabled={why !== null} loading={busy} onClick={() => fetchFor("collection")}>
            {t("plans.fetch.collections")}
          </Button>
        </ButtonGroup>
      </BlockStack>
    </Card>
  );
}

function HandCard({ mayWrite }: { mayWrite: boolean }) {
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
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t("plans.hand.title")}
        </Text>
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
    </Card>
  );
}
