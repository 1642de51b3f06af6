import { useLocale } from "#app/components/shared/locale.tsx";
import type { PlanFailure } from "#app/plans/plan-result.ts";

/** Says why something could not be done for a product, with Hakuna's or Shopify's words to it. */
export function useFailureText() {
  const { t } = useLocale();
  return ({ code, words }: { code: PlanFailure; words: string | null }): string => {
    const reason = t(`plans.failure.${code}`);
    // Hakuna's words to that one are its code
    if (!words || code === "country_unsupported") return reason;
    return `${reason} ${t("common.quoted", { text: words })}`;
  };
}
