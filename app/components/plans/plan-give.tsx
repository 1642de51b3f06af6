import { BlockStack, Button, InlineStack, Text } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { usePlanRequest, useTargetPicker } from "./plan-request.ts";
import { WhyNot, type WhyNotReason } from "./why-not.tsx";

/** @param without how many products on sale have no plans */
type Props = { without: number; why: WhyNotReason };

/** Fetches offers: for all products without plans, or for those that the merchant chooses. */
export function PlanGive({ without, why }: Props) {
  const { t, formatNumber } = useLocale();
  const pick = useTargetPicker();
  const { busy, ask } = usePlanRequest();
  const fetchFor = async (type: "product" | "collection") => {
    const target = await pick(type);
    if (target) ask({ intent: "offers", ...target });
  };
  const isOff = why !== null;
  return (
    <BlockStack gap="300">
      <Text as="p" tone="subdued">
        {t("plans.fetch.text")}
      </Text>
      <WhyNot why={why} />
      <InlineStack gap="200">
        {without > 0 && (
          <Button
            variant="primary"
            disabled={isOff}
            loading={busy}
            onClick={() => ask({ intent: "cover" })}
          >
            {t("plans.coverage.give", { count: without, without: formatNumber(without) })}
          </Button>
        )}
        <Button disabled={isOff} loading={busy} onClick={() => fetchFor("product")}>
          {t("plans.fetch.products")}
        </Button>
        <Button disabled={isOff} loading={busy} onClick={() => fetchFor("collection")}>
          {t("plans.fetch.collections")}
        </Button>
      </InlineStack>
    </BlockStack>
  );
}
