import type { Line } from "#app/order/lines.ts";
import type { OrderState } from "#app/order/state.ts";
import { sum } from "#app/order/units.ts";

/** Shopify takes the units off a cancelled order in a moment; not always in the same second. */
const sameMomentMs = 60_000;

/**
 * Units of a plan for which a cancelled order's payment was kept, as far as the order says so by
 * itself: those that were left when it was cancelled. Whether the plan's part was paid back, where
 * some of the payment was, Shopify alone says (`cancelledPart`).
 */
export function keptUnits(
  { head, cancelledAt, deletedAt }: Pick<OrderState, "head" | "cancelledAt" | "deletedAt">,
  plan: Pick<Line, "gone" | "left">,
): number {
  if (cancelledAt === null || deletedAt !== null || !head?.moneyKept) return 0;
  return plan.left + sum(plan.gone.units.filter(({ at }) => at >= cancelledAt - sameMomentMs));
}
