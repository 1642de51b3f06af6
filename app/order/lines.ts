import { compareIds } from "./canonical.ts";
import { linkProperties } from "./link-properties.ts";
import type { Head, LineItem, OrderState, ProductFacts } from "./state.ts";
import { type Gone, goneUnits, sum } from "./units.ts";

/** A line item with what is known of it besides the head, as pairing and mapping see it. */
export type Line = LineItem & {
  variantId: string | null;
  productId: string | null;
  sku: string | null;
  vendor: string | null;
  isProtection: boolean;
  /** when the line was first seen, epoch milliseconds: lines of one checkout are of one age */
  firstSeenAt: number;
  gone: Gone;
  /** ordered units that are not gone */
  left: number;
};

/** The order's lines, sorted by id as an integer: the order of the payload never matters. */
export function linesOf(state: OrderState, head: Head): Line[] {
  const gone = goneUnits(state, head);
  return head.lineItems
    .map((item) =>
      lineOf(item, {
        facts: state.productFacts[item.id],
        gone: gone.get(item.id) ?? { units: [], refundedTooMany: false },
        firstSeenAt: state.firstSeenAt[item.id] ?? head.rank.updatedAt,
      }),
    )
    .sort((a, b) => compareIds(a.id, b.id));
}

function lineOf(
  item: LineItem,
  known: { facts: ProductFacts | undefined; gone: Gone; firstSeenAt: number },
): Line {
  const { facts, gone, firstSeenAt } = known;
  const vendor = facts?.vendor?.value ?? null;
  return {
    ...item,
    variantId: facts?.variantId?.value ?? null,
    productId: facts?.productId?.value ?? null,
    sku: facts?.sku?.value ?? null,
    vendor,
    isProtection:
      vendor?.trim().toLowerCase() === "hakuna" ||
      property(item, linkProperties.marksProtection) !== null,
    firstSeenAt,
    gone,
    left: item.quantity - sum(gone.units),
  };
}

/**
 * The value of the first of these properties that bears one, or null. Names are matched without
 * regard to case; a value without text counts as absent, also where the name stands again.
 */
export function property(line: LineItem, names: readonly string[]): string | null {
  for (const name of names) {
    const found = line.properties.find(
      (property) => property.name.trim().toLowerCase() === name && property.value.trim() !== "",
    );
    if (found) return found.value.trim();
  }
  return null;
}
