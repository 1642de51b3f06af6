import { useFetcher } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { useAnswer } from "#app/components/shared/answer.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { OrderRequest } from "./order-request.ts";

/** What the server made of a request. */
export type OrderAnswer = { done: OrderRequest["action"] } | { failed: true };

/**
 * Asks for something to be done with the order of the page, and tells the result in a toast.
 *
 * @param whenDone called when it worked
 */
export function useOrderAction(whenDone?: () => void): {
  busy: boolean;
  ask: (request: OrderRequest) => void;
} {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const fetcher = useFetcher<OrderAnswer>();
  useAnswer(fetcher, (answer) => {
    if ("done" in answer) {
      shopify.toast.show(t(`orderPage.done.${answer.done}`));
      whenDone?.();
    } else {
      shopify.toast.show(t("orderPage.failed"), { isError: true });
    }
  });
  return {
    busy: fetcher.state !== "idle",
    ask: (request) => fetcher.submit(request, { method: "post", encType: "application/json" }),
  };
}
