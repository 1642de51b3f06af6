import { compareIds, type Line } from "./lines.ts";
import type { OrderState } from "./state.ts";

/** So many units at a time (epoch milliseconds). */
export type Dated = { quantity: number; at: number };

/** The line's units in fulfillments that succeeded, oldest first. */
export function fulfilledUnits(state: OrderState, lineId: string): Dated[] {
  return Object.entries(state.fulfillments)
    .filter(([, { status }]) => status === "success")
    .sort(([a, x], [b, y]) => x.createdAt - y.createdAt || compareIds(a, b))
    .flatMap(([, { units, createdAt }]) => {
      const quantity = sum(units.filter((unit) => unit.lineItemId === lineId));
      return quantity > 0 ? [{ quantity, at: createdAt }] : [];
    });
}

/**
 * The line's refunded units, oldest first, then its units removed by order edits, dated by when so
 * many were first seen removed. Never more than the ordered quantity: the newest are cut.
 *
 * Some edits write a refund record too, perhaps only after a webhook has shown the units as removed.
 * They would count twice, so refunded and removed units together are never more than were ever
 * shown gone, unless the refunds alone are.
 */
export function returnedUnits(state: OrderState, line: Line): { units: Dated[]; cut: boolean } {
  const refunded = Object.entries(state.refunds)
    .sort(([a, x], [b, y]) => x.refundedAt - y.refundedAt || compareIds(a, b))
    .flatMap(([, { units, refundedAt }]) => {
      const quantity = sum(units.filter((unit) => unit.lineItemId === line.id));
      return quantity > 0 ? [{ quantity, at: refundedAt }] : [];
    });
  const { kept, cut } = upTo(line.quantity, refunded);
  const gone = Math.min(line.quantity, state.goneUnits[line.id] ?? 0);
  const removed = upTo(gone - sum(kept), removedUnits(state, line.id));
  return { units: [...kept, ...removed.kept], cut };
}

/** {1: t1, 3: t2} is one unit at t1 and two more at t2; a smaller count seen later adds nothing. */
function removedUnits({ removedUnits }: OrderState, lineId: string): Dated[] {
  const seen = Object.entries(removedUnits[lineId] ?? {})
    .map(([count, at]) => ({ count: Number(count), at }))
    .sort((a, b) => a.at - b.at || a.count - b.count);
  const units: Dated[] = [];
  let total = 0;
  for (const { count, at } of seen) {
    if (count <= total) continue;
    units.push({ quantity: count - total, at });
    total = count;
  }
  return units;
}

/** The first `most` of the units; `cut`: there were more. */
export function upTo(most: number, units: readonly Dated[]): { kept: Dated[]; cut: boolean } {
  const kept: Dated[] = [];
  let left = Math.max(0, most);
  let cut = false;
  for (const { quantity, at } of units) {
    const taken = Math.min(quantity, left);
    if (taken < quantity) cut = true;
    if (taken > 0) kept.push({ quantity: taken, at });
    left -= taken;
  }
  return { kept, cut };
}

export function sum(units: readonly { quantity: number }[]): number {
  return units.reduce((total, { quantity }) => total + quantity, 0);
}
