import { useSearchParams } from "@remix-run/react";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { OrderRefunds, RefundablePlan } from "#app/refunds/order-refunds.ts";
import type { OrderPage, PageFinding } from "#app/views/order-page.ts";
import { places, type Remedy, remedies } from "./finding-remedies.ts";
import { type OrderDesk, useOrderAction } from "./order-action.tsx";
import { type PairChoice, PairDialog } from "./pair-dialog.tsx";
import { RefundDialog } from "./refund-dialog.tsx";

/** What can be done about the order of the page, wherever on it a button for that stands. */
export type Remedies = OrderDesk &
  Pick<OrderPage, "lines" | "suggestion"> & {
    /** pairs what is suggested; null: nothing is */
    accept: (() => void) | null;
    /** asks which lines belong together; null: there are none to pair */
    pair: ((choice: PairChoice) => void) | null;
    /** asks for a refund; null: of this plan nothing can be refunded here */
    refund: (planLineId: string) => (() => void) | null;
  };

const Context = createContext<Remedies | null>(null);

/** The remedies of the page around. */
export function useRemedies(): Remedies {
  const remedies = useContext(Context);
  if (remedies === null) throw new Error("There is no RemedyDesk around.");
  return remedies;
}

type Props = Pick<OrderPage, "lines" | "suggestion" | "pairs"> & {
  refunds: OrderRefunds;
  children: ReactNode;
};

/** Holds the dialogs that several buttons of the page open, and what outlives the button. */
export function RemedyDesk({ lines, suggestion, pairs, refunds, children }: Props) {
  const desk = useOrderAction();
  const [choice, setChoice] = useState<PairChoice | null>(null);
  const [refunded, setRefunded] = useState<RefundablePlan | null>(null);
  const plans = lines.filter(({ isPlan }) => isPlan);
  const products = lines.filter(({ isPlan }) => !isPlan);
  const [params] = useSearchParams();
  const refundable = refunds.missing.includes("write_orders")
    ? []
    : refunds.plans.filter((plan) => canRefund(plan));
  // asked for by the list
  const isAsked = params.get("remedy") === "refund";
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page is there
  useEffect(() => {
    if (isAsked) setRefunded(refundable.find(({ owed }) => owed !== null) ?? null);
  }, []);
  const desked: Remedies = {
    ...desk,
    lines,
    suggestion,
    accept:
      suggestion === null
        ? null
        : () => {
            const { productLineId, planLineId } = suggestion;
            const isNew = !pairs.some(
              (one) => one.tier === 0 && one.productLineId === productLineId,
            );
            desk.ask(
              { action: "pair", productLineId, planLineId, offerId: "", planId: "" },
              isNew ? { action: "unpair", productLineId } : undefined,
            );
          },
    pair: plans.length > 0 && products.length > 0 ? setChoice : null,
    refund: (planLineId) => {
      const plan = refundable.find(({ id }) => id === planLineId);
      return plan ? () => setRefunded(plan) : null;
    },
  };
  return (
    <Context.Provider value={desked}>
      {children}
      {choice && (
        <PairDialog
          choice={choice}
          products={products}
          plans={plans}
          pairs={pairs}
          onClose={() => setChoice(null)}
        />
      )}
      {refunded && (
        <RefundDialog
          plan={refunded}
          units={refunded.owed?.units ?? 1}
          notify={refunds.notify}
          onClose={() => setRefunded(null)}
        />
      )}
    </Context.Provider>
  );
}

/** Whether a refund of it can be asked for: units are left, no other is under way, Hakuna takes it. */
export function canRefund({ most, isOpen, isPlanned }: RefundablePlan): boolean {
  return most > 0 && !(isOpen && !isPlanned);
}

/** What does the nearest that can be done about a finding, and its word; null: nothing here does. */
export function remedyOf(
  { code, lineItemIds }: Pick<PageFinding, "code" | "lineItemIds">,
  { accept, pair, refund, ask, lines }: Remedies,
): { remedy: Remedy; act: (() => void) | string } | null {
  const remedy = remedies[code];
  const of = lines.filter(({ id }) => lineItemIds.includes(id));
  const plan = of.findLast(({ isPlan }) => isPlan);
  switch (remedy) {
    case "accept":
      return accept && { remedy, act: accept };
    case "pair": {
      const product = of.find(({ isPlan }) => !isPlan);
      const choice = { productLineId: product?.id ?? null, planLineId: plan?.id ?? null };
      return pair && { remedy, act: () => pair(choice) };
    }
    case "refund": {
      // of a finding about the order as a whole: the plan that it can be about
      const plans = plan ? [plan] : lines.filter(({ isPlan }) => isPlan);
      const act = plans.length === 1 && plans[0] ? refund(plans[0].id) : null;
      return act && { remedy, act };
    }
    case "resend":
      return { remedy, act: () => ask({ action: "resend" }) };
    case undefined:
      return null;
    default:
      return { remedy, act: places[remedy] };
  }
}
