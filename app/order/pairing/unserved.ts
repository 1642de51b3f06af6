import type { Line } from "#app/order/lines.ts";
import type { Claim } from "./claims.ts";

/** Lines by id whose links led nowhere. All of them are still there. */
export type Unserved = {
  /** product lines that name a plan which other products have used up */
  uncovered: string[];
  /** product lines with further plan lines that claim them and protect nothing: too many plans */
  contested: { productLineId: string; planLineIds: string[] }[];
  /** the same, but the product has units for each of them: the feed has room for one plan alone */
  split: { productLineId: string; planLineIds: string[] }[];
};

/**
 * @param naming claims in which the product takes part itself
 * @param claims all of them
 * @param planOf the plan of each product that has one
 * @param placeOf which line goes first (`placesOf`)
 */
export function unserved(
  { naming, claims }: { naming: readonly Claim[]; claims: readonly Claim[] },
  planOf: ReadonlyMap<Line, Line>,
  placeOf: (line: Line) => number,
): Unserved {
  const busy = new Set(planOf.values());
  const byPlace = (a: Line, b: Line) => placeOf(a) - placeOf(b);
  // no product of theirs is without a plan: it would have had this one
  const claimants = new Map<Line, readonly Line[][]>();
  for (const { products, plans } of claims) {
    const idle = plans.filter((plan) => plan.left > 0 && !busy.has(plan));
    if (idle.length === 0) continue;
    const claimed = products.toSorted(byPlace);
    for (const plan of idle) claimants.set(plan, [...(claimants.get(plan) ?? []), claimed]);
  }
  const spare = claimants.size > 0 ? spareUnits(planOf, byPlace) : new Map<Line, number>();
  const contested = new Map<Line, Line[]>();
  const split = new Map<Line, Line[]>();
  for (const [plan, groups] of [...claimants].sort(([a], [b]) => byPlace(a, b))) {
    const first = (isMeant: (product: Line) => boolean) =>
      groups.flatMap((products) => products.find(isMeant) ?? []).toSorted(byPlace)[0];
    const roomy = first((product) => (spare.get(product) ?? 0) >= plan.left);
    const product = roomy ?? first(() => true);
    if (!product) continue;
    if (roomy) spare.set(roomy, (spare.get(roomy) ?? 0) - plan.left);
    const found = roomy ? split : contested;
    found.set(product, [...(found.get(product) ?? []), plan]);
  }
  const listed = (found: ReadonlyMap<Line, readonly Line[]>) =>
    [...found].map(([product, plans]) => ({
      productLineId: product.id,
      planLineIds: plans.map(({ id }) => id),
    }));
  return {
    uncovered: uncoveredProducts(naming, planOf),
    contested: listed(contested),
    split: listed(split),
  };
}

function uncoveredProducts(naming: readonly Claim[], planOf: ReadonlyMap<Line, Line>): string[] {
  const found = naming.flatMap(({ products, plans }) =>
    plans.some(({ left }) => left > 0)
      ? products.filter((product) => product.left > 0 && !planOf.has(product))
      : [],
  );
  return [...new Set(found.map(({ id }) => id))];
}

/** Product → units that are still there and that its plan does not reach. */
function spareUnits(
  planOf: ReadonlyMap<Line, Line>,
  byPlace: (a: Line, b: Line) => number,
): Map<Line, number> {
  const open = new Map<Line, number>();
  const spare = new Map<Line, number>();
  for (const [product, plan] of [...planOf].sort(([a], [b]) => byPlace(a, b))) {
    const units = open.get(plan) ?? plan.left;
    const served = Math.min(product.left, units);
    open.set(plan, units - served);
    spare.set(product, product.left - served);
  }
  return spare;
}
