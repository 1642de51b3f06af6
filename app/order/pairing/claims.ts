import { type Line, property } from "#app/order/lines.ts";
import { linkProperties } from "#app/order/link-properties.ts";

/** Each of these products with each of these plans: what links say, before anything is decided. */
export type Claim = { products: readonly Line[]; plans: readonly Line[] };

/** What the lines' links say, by the rule that they follow. */
export type Claims = {
  /** equal `_hakuna_ref` */
  ref: Claim[];
  /** the product names the plan, and the plan the product */
  both: Claim[];
  /** the product names the plan */
  product: Claim[];
  /** the plan names the product */
  plan: Claim[];
  /** products that name a plan which is not in the order */
  dangling: Line[];
};

/** Lines that bear one reference, and the lines of the other side that it names. */
type Naming = { from: readonly Line[]; named: readonly Line[] };

/**
 * Collects the claims of an order's lines, indexed by key: their number of members grows with the
 * lines, where pairs of lines that name each other would with its square.
 */
export function claimsOf(products: readonly Line[], plans: readonly Line[]): Claims {
  const byProducts = namings(products, linkProperties.productNamesPlan, plans);
  const byPlans = namings(plans, linkProperties.planNamesProduct, products);
  return {
    ref: refClaims(products, plans),
    both: mutual(byProducts, byPlans),
    product: byProducts.map(({ from, named }) => ({ products: from, plans: named })),
    plan: byPlans.map(({ from, named }) => ({ products: named, plans: from })),
    dangling: byProducts.flatMap(({ from, named }) => (named.length === 0 ? from : [])),
  };
}

function refClaims(products: readonly Line[], plans: readonly Line[]): Claim[] {
  const keyOf = (line: Line) => property(line, linkProperties.ref);
  const plansByKey = Map.groupBy(plans, keyOf);
  return [...Map.groupBy(products, keyOf)].flatMap(([key, group]) => {
    const same = plansByKey.get(key);
    return key !== null && same ? [{ products: group, plans: same }] : [];
  });
}

/**
 * What the lines' references name: the first kind that matches anything counts, of line id, variant,
 * SKU, product. A line that is newer than both ends of a claim is not asked, so that it cannot take
 * an older pair away by matching a kind that goes before.
 */
function namings(
  from: readonly Line[],
  names: readonly string[],
  others: readonly Line[],
): Naming[] {
  const index = indexOf(others);
  return [...Map.groupBy(from, (line) => property(line, names))].flatMap(([reference, bearers]) => {
    if (reference === null) return [];
    const matches = matchesOf(reference, index);
    const firstKindAt = firstKinds(matches);
    const groups = Map.groupBy(bearers, ({ firstSeenAt }) => firstKindAt(firstSeenAt));
    return [...groups].map(([kind, group]) => ({
      from: group,
      named: matches
        .filter((match) => match.kind === Math.min(kind, firstKindAt(match.line.firstSeenAt)))
        .map(({ line }) => line),
    }));
  });
}

/** `kind`: 0 line id, 1 variant, 2 SKU, 3 product. */
type Match = { line: Line; kind: number };

/** The first kind that matched anything by then; infinite before. */
function firstKinds(matches: readonly Match[]): (at: number) => number {
  const steps: { at: number; kind: number }[] = [];
  for (const { line, kind } of matches.toSorted(
    (a, b) => a.line.firstSeenAt - b.line.firstSeenAt,
  )) {
    if (kind < (steps.at(-1)?.kind ?? Number.POSITIVE_INFINITY)) {
      steps.push({ at: line.firstSeenAt, kind });
    }
  }
  return (at) => steps.findLast((step) => step.at <= at)?.kind ?? Number.POSITIVE_INFINITY;
}

type Index = Record<"id" | "variantId" | "sku" | "productId", Map<string | null, Line[]>>;

function indexOf(lines: readonly Line[]): Index {
  return {
    id: Map.groupBy(lines, ({ id }) => id),
    variantId: Map.groupBy(lines, ({ variantId }) => variantId),
    sku: Map.groupBy(lines, ({ sku }) => sku?.trim() ?? null),
    productId: Map.groupBy(lines, ({ productId }) => productId),
  };
}

function matchesOf(reference: string, index: Index): Match[] {
  const { id, type } = readReference(reference);
  const isOf = (kind: string) => type === undefined || type === kind;
  const kinds = [
    isOf("LineItem") ? index.id.get(id) : undefined,
    isOf("ProductVariant") ? index.variantId.get(id) : undefined,
    index.sku.get(reference),
    isOf("Product") ? index.productId.get(id) : undefined,
  ];
  const kindOf = new Map<Line, number>();
  kinds.forEach((lines, kind) => {
    for (const line of lines ?? []) if (!kindOf.has(line)) kindOf.set(line, kind);
  });
  return [...kindOf].map(([line, kind]) => ({ line, kind }));
}

/** A number, or Shopify's gid://shopify/ProductVariant/123, whose type then counts. */
export function readReference(reference: string): { id: string; type: string | undefined } {
  const [, type, number] = /^gid:\/\/shopify\/(\w+)\/(\d+)/.exec(reference) ?? [];
  return { id: (number ?? reference).replace(/^0+(?=\d)/, ""), type };
}

/** Claims of products and plans that name each other. */
function mutual(byProducts: readonly Naming[], byPlans: readonly Naming[]): Claim[] {
  const namingOf = bearers(byPlans);
  const productsOf = bearers(byProducts);
  return byProducts.flatMap((own) => {
    const answers = Map.groupBy(own.named, (plan) => namingOf.get(plan));
    return [...answers].flatMap(([answer, plans]) => {
      const products = answer?.named.filter((product) => productsOf.get(product) === own);
      return products ? [{ products, plans }] : [];
    });
  });
}

function bearers(namings: readonly Naming[]): Map<Line, Naming> {
  return new Map(namings.flatMap((naming) => naming.from.map((line) => [line, naming])));
}
