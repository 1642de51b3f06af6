import { compareText } from "./canonical.ts";
import type { Property } from "./state.ts";

/**
 * The line-item properties that link products with plans, in lower case: names are matched without
 * regard to case, the first one that bears a value counts. docs/mapping.md tells theme developers.
 */
export const linkProperties = {
  /** on both lines: equal keys are a pair */
  ref: ["_hakuna_ref"],
  /** on a product: names its plan */
  productNamesPlan: ["_hakuna_protection", "_protection_line_item_id", "protection_line_item_id"],
  /** on a plan: names its product */
  planNamesProduct: ["_hakuna_product", "_product_reference", "product_reference"],
  /** on a plan */
  offerId: ["_hakuna_offer_id", "_offer_id", "offer_id"],
  planId: ["_hakuna_plan_id", "_plan_id", "plan_id"],
  /** whatever bears one of these is protection */
  marksProtection: ["_hakuna_offer_id", "_hakuna_plan_id", "_hakuna_product"],
} as const;

const known = new Set<string>(Object.values(linkProperties).flat());

/** Whether pairing reads this property; all others stay where they are (data minimization). */
export function isLinkProperty(name: string): boolean {
  return known.has(name.trim().toLowerCase());
}

/**
 * Properties in their one spelling: each name once, in lower case, with the first value that has
 * text, by name. Their order in the payload means nothing.
 */
export function normalProperties(properties: readonly Property[]): Property[] {
  const values = new Map<string, string>();
  for (const { name, value } of properties) {
    const plain = name.trim().toLowerCase();
    const text = value.trim();
    if (text !== "" && !values.has(plain)) values.set(plain, text);
  }
  return [...values]
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => compareText(a.name, b.name));
}
