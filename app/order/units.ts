import { compareIds } from "./canonical.ts";
import type { Head, LineItem, LineUnits, OrderState } from "./state.ts";

/** So many units at a time (epoch milliseconds). */
export type Dated = { quantity: number; at: number };

/** Line item id → its units in fulfillments that succeeded, oldest first. */
export function fulfilledUnits({ fulfillments }: OrderState): Map<string, Dated[]> {
  const succeeded = Object.entries(fulfillments)
    .filter(([, { status }]) => status === "success")
    .sort(([a, x], [b, y]) => x.createdAt - y.createdAt || compareIds(a, b));
  return byLine(succeeded.map(([, { units, createdAt }]) => ({ units, at: createdAt })));
}

/** `refundedTooMany`: more units were refunded than ordered, and the newest are left out. */
export type Gone = { units: Dated[]; refundedTooMany: boolean };

/**
 * Line item id → its units that are gone: the refunded ones, oldest first, then those removed by
 * order edits, dated by when so many were first seen removed. Never more than the ordered quantity.
 *
 * How many are gone is what the head says (quantity − current quantity), because a removal can be
 * taken back. Refunds that the head does not list yet count in addition, but those that are not newer
 * than it are first the records of units that it shows gone without a refund. Where the head does not
 * say, it is what refunds name, or what was ever shown gone.
 */
export function goneUnits(state: OrderState, head: Head): Map<string, Gone> {
  const { all, ...by } = refundedUnits(state, head);
  return new Map(
    head.lineItems.map((item) => {
      const refunded = upTo(item.quantity, all.get(item.id) ?? []);
      const unitsOf = (lines: Map<string, Dated[]>) => sum(lines.get(item.id) ?? []);
      const count = goneCount(state, item, {
        all: sum(refunded.kept),
        listed: unitsOf(by.listed),
        unlisted: unitsOf(by.unlisted),
        newer: unitsOf(by.newer),
      });
      if (count === 0) return [item.id, { units: [], refundedTooMany: refunded.cut }];
      const { kept } = upTo(count, refunded.kept);
      const removed = upTo(count - sum(kept), removedUnits(state, head, item));
      return [item.id, { units: [...kept, ...removed.kept], refundedTooMany: refunded.cut }];
    }),
  );
}

function goneCount(
  { goneUnits }: OrderState,
  { id, quantity, currentQuantity }: LineItem,
  refunded: { all: number; listed: number; unlisted: number; newer: number },
): number {
  if (typeof currentQuantity !== "number") {
    return Math.min(quantity, Math.max(refunded.all, goneUnits[id] ?? 0));
  }
  const shown = quantity - currentQuantity;
  const unrecorded = Math.max(0, shown - refunded.listed);
  const gone = shown + Math.max(0, refunded.unlisted - unrecorded) + refunded.newer;
  return Math.min(quantity, Math.max(0, gone));
}

/**
 * Refunded units by line, oldest first: all; those of refunds that the head lists; those that it does
 * not list though they are not newer than it; those that are newer.
 */
function refundedUnits({ refunds }: OrderState, { refundIds, rank }: Head) {
  const listed = refundIds && new Set(refundIds);
  const dated = Object.entries(refunds)
    .sort(([a, x], [b, y]) => x.refundedAt - y.refundedAt || compareIds(a, b))
    .map(([id, { units, refundedAt }]) => ({
      ...{ units, at: refundedAt },
      isListed: listed ? listed.has(id) : refundedAt <= rank.updatedAt,
      isNewer: refundedAt > rank.updatedAt,
    }));
  return {
    all: byLine(dated),
    listed: byLine(dated.filter(({ isListed }) => isListed)),
    unlisted: byLine(dated.filter(({ isListed, isNewer }) => !isListed && !isNewer)),
    newer: byLine(dated.filter(({ isListed, isNewer }) => !isListed && isNewer)),
  };
}

function byLine(dated: readonly { units: readonly LineUnits[]; at: number }[]) {
  const lines = new Map<string, Dated[]>();
  for (const { units, at } of dated) {
    for (const { lineItemId, quantity } of units) {
      const line = lines.get(lineItemId) ?? [];
      line.push({ quantity, at });
      lines.set(lineItemId, line);
    }
  }
  return lines;
}

/**
 * {1: t1, 3: t2} is one unit at t1 and two more at t2; a smaller count seen later adds nothing. As
 * many as the line has: what no date is known of is dated by the head.
 */
function removedUnits({ removedUnits }: OrderState, { rank }: Head, item: LineItem): Dated[] {
  const seen = Object.entries(removedUnits[item.id] ?? {})
    .map(([count, at]) => ({ count: Number(count), at }))
    .sort((a, b) => a.at - b.at || a.count - b.count);
  const units: Dated[] = [];
  let total = 0;
  for (const { count, at } of seen) {
    if (count <= total) continue;
    units.push({ quantity: count - total, at });
    total = count;
  }
  if (total < item.quantity) units.push({ quantity: item.quantity - total, at: rank.updatedAt });
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

/** Each line once, by id: the same units have one spelling, in whichever order they are listed. */
export function unitsByLine(units: readonly LineUnits[]): LineUnits[] {
  const quantities = new Map<string, number>();
  for (const { lineItemId, quantity } of units) {
    quantities.set(lineItemId, (quantities.get(lineItemId) ?? 0) + quantity);
  }
  return [...quantities]
    .filter(([, quantity]) => quantity > 0)
    .map(([lineItemId, quantity]) => ({ lineItemId, quantity }))
    .sort((a, b) => compareIds(a.lineItemId, b.lineItemId));
}
