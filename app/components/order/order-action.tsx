import { useFetcher } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { useAnswer } from "#app/components/shared/answer.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { NamedPair } from "#app/order/named-pairs.ts";
import type { Translate } from "#app/texts/i18n.ts";
import type { OrderRequest } from "./order-request.ts";

/** What the server made of a request. */
export type OrderAnswer = { done: OrderRequest["action"]; pairs: NamedPair[] } | { failed: true };

/**
 * Asks for something to be done with the order of the page, and tells the result in a toast.
 *
 * @param whenDone called when it worked
 */
export function useOrderAction(whenDone?: () => void): {
  busy: boolean;
  ask: (request: OrderRequest) => void;
} {
  const { t, locale } = useLocale();
  const shopify = useAppBridge();
  const fetcher = useFetcher<OrderAnswer>();
  useAnswer(fetcher, (answer) => {
    if ("done" in answer) {
      const pairs = pairsText(t, locale, answer.pairs);
      shopify.toast.show(t(`orderPage.done.${answer.done}`, { pairs }));
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
