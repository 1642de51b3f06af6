import { useFetcher } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { useEffect, useRef } from "react";
import type { OrderRequest } from "../order-request.ts";
import { useLocale } from "./locale.tsx";

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
  const { data, state } = fetcher;
  const told = useRef<OrderAnswer | undefined>(undefined);
  useEffect(() => {
    if (state !== "idle" || !data || told.current === data) return;
    told.current = data;
    if ("done" in data) {
      shopify.toast.show(t(`orderPage.done.${data.done}`));
      whenDone?.();
    } else {
      shopify.toast.show(t("orderPage.failed"), { isError: true });
    }
  }, [data, state, shopify, t, whenDone]);
  return {
    busy: state !== "idle",
    ask: (request) => fetcher.submit(request, { method: "post", encType: "application/json" }),
  };
}
