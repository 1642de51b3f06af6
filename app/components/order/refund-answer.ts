import { useFetcher, useParams } from "@remix-run/react";
import { useAppBridge } from "@shopify/app-bridge-react";
import { useAnswer } from "#app/components/shared/answer.ts";
import { useLocale } from "#app/components/shared/locale.tsx";
import type { Messages } from "#app/texts/messages.server.ts";
import type { RefundRequest } from "./refund-request.ts";

/** What the server made of a request; see app/routes/app.refunds.$id.ts. */
export type RefundAnswer = {
  result: "asked" | "open" | "changed" | "late" | "decided" | RefundHindrance;
  state?: string;
};

type RefundHindrance = "no_scope" | "staff_may_not" | "unavailable";

type Told = keyof Messages["refunds"]["answer"];

/**
 * Asks for a refund, or says something of one, and tells the result in a toast.
 *
 * @param whenDone called with whatever was answered
 */
export function useRefund(whenDone?: (answer: RefundAnswer) => void): {
  busy: boolean;
  ask: (request: RefundRequest) => void;
} {
  const { t } = useLocale();
  const shopify = useAppBridge();
  const { id } = useParams();
  const fetcher = useFetcher<RefundAnswer>();
  useAnswer(fetcher, (answer) => {
    const told = (answer.result === "asked" ? answer.state : answer.result) as Told;
    const isError = !["done", "paying", "decided"].includes(told);
    shopify.toast.show(t(`refunds.answer.${told}`), { isError });
    whenDone?.(answer);
  });
  return {
    busy: fetcher.state !== "idle",
    ask: (request) =>
      fetcher.submit(request, {
        ...{ method: "post", encType: "application/json", action: `/app/refunds/${id}` },
      }),
  };
}
