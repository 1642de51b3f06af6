import { linkProperties } from "./link-properties.ts";
import type { Head, LineItem, OrderState, ProductFacts } from "./state.ts";

/** A line item with what is known of its product, as pairing and mapping see it. */
export type Line = LineItem & {
  variantId: string | null;
  productId: string | null;
  sku: string | null;
  vendor: string | null;
  isProtection: boolean;
};

/** The order's lines, sorted by id as an integer: the order of the payload never matters. */
export function linesOf({ productFacts }: OrderState, head: Head): Line[] {
  return head.lineItems
    .map((item) => withFacts(item, productFacts[item.id]))
    .sort((a, b) => compareIds(a.id, b.id));
}

function withFacts(item: LineItem, facts: ProductFacts | undefined): Line {
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
  };
}

/**
 * The value of the first of these properties that the line bears, or null. Names are matched
 * without regard to case; a value without text counts as absent.
 */
export function property(line: LineItem, names: readonly string[]): string | null {
  for (const name of names) {
    const found = line.properties.find((property) => property.name.trim().toLowerCase() === name);
    const value = found?.value.trim();
    if (value) return value;
  }
  return null;
}

/** Compares ids as integers, beyond 2^53 too: of digits without leading zeros the longer is larger. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
