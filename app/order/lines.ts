import { compareIds } from "./canonical.ts";
import { linkProperties } from "./link-properties.ts";
import type { Head, LineItem, OrderState, ProductFacts } from "./state.ts";
import { type Gone, goneUnits, sum, upTo } from "./units.ts";

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

/** Whether the order holds protection. */
export function holdsPlans(
  state: Pick<OrderState, "productFacts" | "knownPlans">,
  head: Head,
): boolean {
  return head.lineItems.some((item) => isProtection(item, state));
}

function isProtection(
  item: LineItem,
  { productFacts, knownPlans }: Pick<OrderState, "productFacts" | "knownPlans">,
): boolean {
  const vendor = productFacts[item.id]?.vendor?.value;
  const isHakunas = vendor?.trim().toLowerCase() === "hakuna" || knownPlans?.includes(item.id);
  return isHakunas || property(item, linkProperties.marksProtection) !== null;
}

/**
 * The state that knows which lines are plans by their variant: the merchant may let a plan's product
 * bear another vendor, and what is sold by a draft order or at a till bears no properties.
 */
export function withKnownPlans(
  state: OrderState,
  isPlan: (variantId: string) => boolean,
): OrderState {
  const { knownPlans = [], productFacts } = state;
  const found = Object.entries(productFacts).flatMap(([id, { variantId }]) =>
    variantId !== null && isPlan(variantId.value) && !knownPlans.includes(id) ? [id] : [],
  );
  if (found.length === 0) return state;
  return { ...state, knownPlans: [...knownPlans, ...found].sort(compareIds) };
}

/** The order's lines, sorted by id as an integer: the order of the payload never matters. */
export function linesOf(state: OrderState, head: Head): Line[] {
  const gone = goneUnits(state, head);
  return head.lineItems
    .map((item) =>
      lineOf(item, {
        facts: state.productFacts[item.id],
        isProtection: isProtection(item, state),
        gone: gone.get(item.id) ?? { units: [], refundedTooMany: false },
        firstSeenAt: state.firstSeenAt[item.id] ?? head.rank.updatedAt,
      }),
    )
    .sort((a, b) => compareIds(a.id, b.id));
}

/**
 * When a line was sold, epoch milliseconds: with its order, or when it was first seen where an edit or
 * an exchange added it.
 *
 * @param lines of the order, all of them
 */
export function soldAt({ firstSeenAt }: Line, placedAt: number, lines: readonly Line[]): number {
  const first = Math.min(...lines.map((line) => line.firstSeenAt));
  return firstSeenAt > first ? Math.max(placedAt, firstSeenAt) : placedAt;
}

/** The lines, of some of which no more units are gone than `most` says, by line item id. */
export function withGoneAtMost(
  lines: readonly Line[],
  most: Readonly<Record<string, number>> = {},
): Line[] {
  return lines.map((line) => {
    const cap = most[line.id];
    if (cap === undefined || sum(line.gone.units) <= cap) return line;
    const units = upTo(cap, line.gone.units).kept;
    return { ...line, gone: { ...line.gone, units }, left: line.quantity - sum(units) };
  });
}

function lineOf(
  item: LineItem,
  known: { facts: ProductFacts | undefined } & Pick<Line, "isProtection" | "firstSeenAt" | "gone">,
): Line {
  const { facts, isProtection, firstSeenAt, gone } = known;
  return {
    ...item,
    variantId: facts?.variantId?.value ?? null,
    productId: facts?.productId?.value ?? null,
    sku: facts?.sku?.value ?? null,
    vendor: facts?.vendor?.value ?? null,
    isProtection,
    firstSeenAt,
    gone,
    left: item.quantity - sum(gone.units),
  };
}

/** Whether a line bears a link to its partner, wherever it leads. */
export function isLinked(line: Pick<LineItem, "properties">, as: "product" | "plan"): boolean {
  const { ref, productNamesPlan, planNamesProduct } = linkProperties;
  const names = as === "plan" ? planNamesProduct : productNamesPlan;
  return property(line, [...ref, ...names]) !== null;
}

/** The value of the first of these properties (in lower case) that the line bears, or null. */
export function property(
  line: Pick<LineItem, "properties">,
  names: readonly string[],
): string | null {
  for (const name of names) {
    const found = line.properties.find((property) => property.name === name);
    if (found) return found.value;
  }
  return null;
}
