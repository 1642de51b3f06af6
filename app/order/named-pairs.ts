import { linesOf } from "./lines.ts";
import { type PairingContext, pairingOf } from "./map.ts";
import type { OrderState } from "./state.ts";

/** A product line and the plan line that protects it, by id and title. */
export type NamedPair = {
  productLineId: string;
  productTitle: string;
  planLineId: string;
  planTitle: string;
};

/**
 * The pairs that an order has as things are: what somebody who has just set or taken one back wants
 * to know, because a plan reaches only as far as its quantity.
 */
export function namedPairs(state: OrderState, context: PairingContext): NamedPair[] {
  if (state.head === null) return [];
  const lines = linesOf(state, state.head);
  const titles = new Map(lines.map(({ id, title }) => [id, title]));
  return pairingOf(lines, context).pairs.map(({ productLineId, planLineId }) => ({
    productLineId,
    productTitle: titles.get(productLineId) ?? "",
    planLineId,
    planTitle: titles.get(planLineId) ?? "",
  }));
}
