import { compareIds, type Line, property } from "./lines.ts";
import { linkProperties } from "./link-properties.ts";

/** A pair that the merchant set by hand; ids entered with it go before the plan's properties. */
export type ManualPair = {
  productLineId: string;
  planLineId: string;
  offerId: string | null;
  planId: string | null;
};

/** 0 by hand, 1 equal `_hakuna_ref`, 2 the product's reference, 3 the plan's reference. */
export type Tier = 0 | 1 | 2 | 3;

export type Pair = { productLineId: string; planLineId: string; tier: Tier };

export type Pairing = {
  /** by product line id; a product line has one plan at most, a plan line perhaps several products */
  pairs: Pair[];
  /** the only plan and the only shippable product, where neither bears a link */
  suggestion: { productLineId: string; planLineId: string } | null;
  /** product lines that name a plan which is not in the order */
  danglingProducts: string[];
  /** product lines with further plan lines that claim them and protect nothing */
  contested: { productLineId: string; planLineIds: string[] }[];
};

const { ref, productNamesPlan, planNamesProduct } = linkProperties;

type Edge = { product: Line; plan: Line; tier: Tier };

/**
 * Pairs product lines with plan lines. Never depends on the order in which lines are listed, and
 * nothing is guessed: without a link there is at most a suggestion. Quantities are the ordered ones.
 *
 * Edges are taken from the least on, by (tier, the newer of both line ids, fit, product line, plan
 * line), so a line that is added later never changes a pair of an earlier tier or age.
 *
 * @param lines as `linesOf` gives them
 */
export function pairLines(lines: readonly Line[], manual: readonly ManualPair[]): Pairing {
  const plans = lines.filter((line) => line.isProtection);
  const products = lines.filter((line) => !line.isProtection);
  const dangling = new Set<string>();
  const edges = [
    ...manualEdges(products, plans, manual),
    ...refEdges(products, plans),
    ...productEdges(products, plans, dangling),
    ...planEdges(products, plans),
  ].sort(compareEdges);

  const open = new Map(lines.map((line) => [line.id, line.quantity]));
  const paired = new Map<string, Pair>();
  const linked = new Map<string, Set<string>>();
  for (const { product, plan, tier } of edges) {
    linked.set(product.id, (linked.get(product.id) ?? new Set()).add(plan.id));
    const left = open.get(plan.id) ?? 0;
    if (paired.has(product.id) || left <= 0) continue;
    paired.set(product.id, { productLineId: product.id, planLineId: plan.id, tier });
    open.set(plan.id, left - Math.min(product.quantity, left));
  }
  const pairs = [...paired.values()].sort((a, b) => compareIds(a.productLineId, b.productLineId));
  return {
    pairs,
    suggestion: suggest(products, plans, pairs),
    danglingProducts: [...dangling].filter((id) => !paired.has(id)),
    contested: contestedProducts(linked, pairs),
  };
}

function manualEdges(
  products: readonly Line[],
  plans: readonly Line[],
  manual: readonly ManualPair[],
): Edge[] {
  return manual.flatMap(({ productLineId, planLineId }) => {
    const product = products.find((line) => line.id === productLineId);
    const plan = plans.find((line) => line.id === planLineId);
    return product && plan ? [{ product, plan, tier: 0 as const }] : [];
  });
}

function refEdges(products: readonly Line[], plans: readonly Line[]): Edge[] {
  return products.flatMap((product) => {
    const key = property(product, ref);
    if (key === null) return [];
    const same = plans.filter((plan) => property(plan, ref) === key);
    return same.map((plan) => ({ product, plan, tier: 1 as const }));
  });
}

function productEdges(
  products: readonly Line[],
  plans: readonly Line[],
  dangling: Set<string>,
): Edge[] {
  return products.flatMap((product) => {
    const reference = property(product, productNamesPlan);
    if (reference === null) return [];
    const named = resolve(reference, product, plans);
    if (named.length === 0) dangling.add(product.id);
    return named.map((plan) => ({ product, plan, tier: 2 as const }));
  });
}

function planEdges(products: readonly Line[], plans: readonly Line[]): Edge[] {
  return plans.flatMap((plan) => {
    const reference = property(plan, planNamesProduct);
    if (reference === null) return [];
    const named = resolve(reference, plan, products);
    return named.map((product) => ({ product, plan, tier: 3 as const }));
  });
}

/**
 * The lines that a reference names: by the first kind that matches anything. A line that is newer
 * than both ends of an edge is not asked, so that it cannot take an older edge away by matching a
 * kind that goes before.
 */
function resolve(reference: string, from: Line, lines: readonly Line[]): Line[] {
  const matches = lines.flatMap((line) => {
    const kind = matchingKind(reference, line);
    return kind === null ? [] : [{ line, kind }];
  });
  matches.sort((a, b) => compareIds(a.line.id, b.line.id));
  const isOlder = ({ line }: { line: Line }) => compareIds(line.id, from.id) <= 0;
  const firstOfOlder = Math.min(...matches.filter(isOlder).map(({ kind }) => kind));
  let first = Number.POSITIVE_INFINITY;
  return matches.flatMap((match) => {
    first = Math.min(first, match.kind);
    const goesBefore = isOlder(match) ? firstOfOlder : first;
    return match.kind === goesBefore ? [match.line] : [];
  });
}

/** Which kind of name this is of the line: 0 line id, 1 variant, 2 SKU, 3 product; null: none. */
function matchingKind(reference: string, line: Line): number | null {
  const [, type, number] = /^gid:\/\/shopify\/(\w+)\/(\d+)/.exec(reference) ?? [];
  const id = (number ?? reference).replace(/^0+(?=\d)/, "");
  if (line.id === id && (!type || type === "LineItem")) return 0;
  if (line.variantId === id && (!type || type === "ProductVariant")) return 1;
  if (line.sku?.trim() === reference) return 2;
  if (line.productId === id && (!type || type === "Product")) return 3;
  return null;
}

function compareEdges(a: Edge, b: Edge): number {
  return (
    a.tier - b.tier ||
    compareIds(newer(a.product.id, a.plan.id), newer(b.product.id, b.plan.id)) ||
    misfit(a) - misfit(b) ||
    compareIds(a.product.id, b.product.id) ||
    compareIds(a.plan.id, b.plan.id)
  );
}

function newer(a: string, b: string): string {
  return compareIds(a, b) > 0 ? a : b;
}

/** Equal quantities, then more products than plans, then more plans than products. */
function misfit({ product, plan }: Edge): number {
  return product.quantity === plan.quantity ? 0 : product.quantity > plan.quantity ? 1 : 2;
}

function suggest(
  products: readonly Line[],
  plans: readonly Line[],
  pairs: readonly Pair[],
): Pairing["suggestion"] {
  const shippable = products.filter(isShippable);
  const [product] = shippable;
  const [plan] = plans;
  if (!product || !plan || shippable.length > 1 || plans.length > 1) return null;
  const linked =
    property(product, [...ref, ...productNamesPlan]) !== null ||
    property(plan, [...ref, ...planNamesProduct]) !== null ||
    pairs.some(({ planLineId }) => planLineId === plan.id);
  return linked ? null : { productLineId: product.id, planLineId: plan.id };
}

/** No gift card; and no tip or custom line, which belong to no product of the shop. */
function isShippable(line: Line): boolean {
  const isProduct = line.productId !== null || line.variantId !== null;
  return line.requiresShipping && !line.giftCard && isProduct;
}

function contestedProducts(
  linked: ReadonlyMap<string, ReadonlySet<string>>,
  pairs: readonly Pair[],
): Pairing["contested"] {
  const busy = new Set(pairs.map(({ planLineId }) => planLineId));
  return [...linked].flatMap(([productLineId, planIds]) => {
    const planLineIds = [...planIds].filter((id) => !busy.has(id)).sort(compareIds);
    return planIds.size > 1 && planLineIds.length > 0 ? [{ productLineId, planLineIds }] : [];
  });
}
