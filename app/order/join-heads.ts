import { customerFields, customerValues, withCustomerValues } from "./customer-fields.ts";
import type { CustomerField, Head, Rank } from "./state.ts";

/** What is known of one field, and when it was so; null: nothing was ever known. */
type Known = { rank: Rank | null; value: string | null };

/**
 * Joins two heads of an order. The newest is what counts, but for what its answer was not allowed to
 * show: each such field keeps the newest value that is known. So the core (all but the customer) and
 * each field of the customer are maxima of their own, by rank, then by content.
 *
 * @param compareCores the order of heads without regard to their customers; never 0 for two that
 * differ in anything else
 */
export function joinHeads(a: Head, b: Head, compareCores: (a: Head, b: Head) => number): Head {
  const core = compareCores(a, b) >= 0 ? a : b;
  if (compareRanks(a.rank, b.rank) !== 0 && core.denied === undefined) return core;
  const valuesOf = { a: customerValues(a), b: customerValues(b) };
  const values = { ...valuesOf.a };
  const denied: Head["denied"] = {};
  for (const field of customerFields) {
    const of = (head: Head, value: string | null): Known => {
      const rank = head.denied?.[field];
      return { rank: rank === undefined ? head.rank : rank, value };
    };
    const known = newer(of(a, valuesOf.a[field]), of(b, valuesOf.b[field]));
    values[field] = known.value;
    if (known.rank === null || compareRanks(known.rank, core.rank) !== 0) {
      denied[field] = known.rank;
    }
  }
  const { denied: _, ...head } = withCustomerValues(core, values);
  return Object.keys(denied).length === 0 ? head : { ...head, denied };
}

/** The head without the values that were kept for denied fields and are not newer than that. */
export function forgetDenied(head: Head, through: number): Head {
  const old = Object.entries(head.denied ?? {}).flatMap(([field, rank]) =>
    rank !== null && rank.updatedAt <= through ? [field as CustomerField] : [],
  );
  if (old.length === 0) return head;
  const nothing = Object.fromEntries(old.map((field) => [field, null]));
  const forgotten = withCustomerValues(head, { ...customerValues(head), ...nothing });
  return { ...forgotten, denied: { ...head.denied, ...nothing } };
}

/** The heads without what either of them was not allowed to show. */
export function withoutDenied(heads: readonly Head[]): Head[] {
  const fields = heads.flatMap(({ denied }) => Object.keys(denied ?? {}));
  if (fields.length === 0) return [...heads];
  const nothing = Object.fromEntries(fields.map((field) => [field, null]));
  return heads.map((head) => {
    const { denied: _, ...rest } = head;
    return withCustomerValues(rest, { ...customerValues(head), ...nothing });
  });
}

function newer(a: Known, b: Known): Known {
  if (a.rank === null || b.rank === null) return a.rank === null ? b : a;
  const ranks = compareRanks(a.rank, b.rank);
  if (ranks !== 0) return ranks > 0 ? a : b;
  if (a.value === null || b.value === null) return a.value === null ? b : a;
  return a.value >= b.value ? a : b;
}

export function compareRanks(a: Rank, b: Rank): number {
  return a.updatedAt - b.updatedAt || a.observedAt - b.observedAt;
}
