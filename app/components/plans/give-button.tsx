import { Button } from "@shopify/polaris";
import { useLocale } from "#app/components/shared/locale.tsx";
import { usePlanRequest } from "./plan-request.ts";
import type { WhyNotReason } from "./why-not.tsx";

/** Gives a product plans. */
export function GiveButton({ id, title, why }: { id: string; title: string; why: WhyNotReason }) {
  const { t } = useLocale();
  const { busy, ask } = usePlanRequest();
  return (
    <Button
      variant="plain"
      disabled={why !== null}
      loading={busy}
      accessibilityLabel={t("plans.coverage.giveTo", { title })}
      onClick={() => ask({ intent: "offers", productIds: [id], collectionIds: [] })}
    >
      {t("plans.coverage.giveOne")}
    </Button>
  );
}
