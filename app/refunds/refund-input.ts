import type { SuggestedRefund } from "#app/shopify/refunds/suggested-refund.ts";
import { type PlanRefund, signOf } from "./plan-refund.ts";

/** The exact variables of a refund, JSON text, and what they pay back. */
export function inputOf(
  refund: Pick<PlanRefund, "id" | "key">,
  { input, amount, currency, canNotify }: SuggestedRefund,
  wantsNotice: boolean,
): Pick<PlanRefund, "amount" | "currency" | "notify"> & { variables: string } {
  const { key } = refund;
  const notify = wantsNotice && canNotify;
  const whole = { ...input, note: signOf(refund), notify };
  return { variables: JSON.stringify({ input: whole, key }), amount, currency, notify };
}
