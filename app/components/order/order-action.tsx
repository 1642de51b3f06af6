import { useFetcher } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { useRef } from "react";
import { useAnswer } from "#app/components/shared/answer.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { NamedPair } from "#app/order/named-pairs.ts";
import type { Translate } from "#app/texts/i18n.ts";
import type { OrderRequest } from "./order-request.ts";

/** What the server made of a request. */
export type OrderAnswer = { done: OrderRequest["action"]; pairs: NamedPair[] } | { failed: true };

export type OrderDesk = {
  busy: boolean;
  /** `undo` takes it back: the toast then offers that */
  ask: (request: OrderRequest, undo?: OrderRequest) => void;
};

/**
 * Asks for something to be done with the order of the page, and tells the result in a toast.
 *
 * @param whenDone called when it worked
 */
export function useOrderAction(whenDone?: () => void): OrderDesk {
  const { t, locale } = useLocale();
  const shopify = useAppBridge();
  const fetcher = useFetcher<OrderAnswer>();
  const undoing = useRef<OrderRequest>(undefined);
  useAnswer(fetcher, (answer) => {
    if ("done" in answer) {
      const pairs = pairsText(t, locale, answer.pairs);
      const undo = undoing.current;
      shopify.toast.show(t(`orderPage.done.${answer.done}`, { pairs }), {
        ...(undo && { action: t("queue.undo"), onAction: () => send(undo) }),
      });
      undoing.current = undefined;
      whenDone?.();
    } else {
      shopify.toast.show(t("orderPage.failed"), { isError: true });
    }
  });
  const send = (request: OrderRequest) =>
    fetcher.submit(request, { method: "post", encType: "application/json" });
  return {
    busy: fetcher.state !== "idle",
    ask: (request, undo) => {
      undoing.current = undo;
      send(request);
    },
  };
}

/** As many as a toast has room for. */
const mostPairs = 3;

function pairsText(t: Translate, locale: string, pairs: readonly NamedPair[]): string {
  if (pairs.length === 0) return t("orderPage.pairing.noPairs");
  const shown = pairs
    .slice(0, mostPairs)
    .map(({ productTitle, planTitle }) => `${productTitle} – ${planTitle}`);
  const more = pairs.length > mostPairs ? ["…"] : [];
  return new Intl.ListFormat(locale).format([...shown, ...more]);
}
