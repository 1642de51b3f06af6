import { useFetcher } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { useCallback } from "react";
import { useAnswer } from "#app/components/shared/answer.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { CatalogPlan } from "#app/shopify/plans/plan-catalog.ts";
import type { PlansRequest } from "./plans-request.ts";

/** What the server made of a request of the page of plans. */
export type PlansAnswer =
  | { result: "read"; plans: CatalogPlan[] | null }
  | { result: "started"; job: string }
  | { result: "cancelled" | "resumed" | "followed" | "unfollowed" | "looking" | "nothing" }
  | { result: "invalid" | "not_protection" | "gone" | "refused"; words: string };

/** Asks the page's server for something; `whenDone` gets each answer once. */
export function usePlanRequest(whenDone?: (answer: PlansAnswer) => void): {
  busy: boolean;
  ask: (request: PlansRequest) => void;
} {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const fetcher = useFetcher<PlansAnswer>();
  useAnswer(fetcher, (answer) => {
    if (answer.result === "started") shopify.toast.show(t("plans.started"));
    if (answer.result === "followed" || answer.result === "unfollowed") {
      shopify.toast.show(t(`plans.follow.${answer.result}`));
    }
    whenDone?.(answer);
  });
  return {
    busy: fetcher.state !== "idle",
    ask: (request) => fetcher.submit(request, { method: "post", encType: "application/json" }),
  };
}

/** What a job is for, as the merchant chose it; null: they chose nothing. */
export type Target = { productIds: string[]; collectionIds: string[] };

/** Lets the merchant choose products or collections in Shopify's own picker. */
export function useTargetPicker(): (type: "product" | "collection") => Promise<Target | null> {
  const shopify = useAppBridge();
  return useCallback(
    async (type) => {
      const chosen = await shopify.resourcePicker({
        type,
        multiple: true,
        action: "select",
        filter: { variants: false, query: "-vendor:hakuna" },
      });
      const ids = (chosen ?? []).map(({ id }) => id);
      if (ids.length === 0) return null;
      return type === "product"
        ? { productIds: ids, collectionIds: [] }
        : { productIds: [], collectionIds: ids };
    },
    [shopify],
  );
}
