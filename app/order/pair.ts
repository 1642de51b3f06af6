import { type KnownOffers, knownOffers } from "#app/order/mapping/covers.ts";
import { Assignment } from "#app/order/pairing/assign.ts";
import { type Claim, type Claims, claimsOf } from "#app/order/pairing/claims.ts";
import { placesOf, type Relation } from "#app/order/pairing/likeness.ts";
import { type Suggestion, suggest } from "#app/order/pairing/suggest.ts";
import { type Unserved, unserved } from "#app/order/pairing/unserved.ts";
import { compareIds } from "./canonical.ts";
import { type Line, property } from "./lines.ts";
import { linkProperties } from "./link-properties.ts";

/** A pair that the merchant set by hand; ids entered with it go before the plan's properties. */
export type ManualPair = {
  productLineId: string;
  planLineId: string;
  offerId: string | null;
  planId: string | null;
};

/**
 * A pair that stays while both lines are there: Hakuna had accepted it when a pairing rule changed, or
 * it was suggested and the shop's setting took it.
 */
export type AgreedPair = { productLineId: string; planLineId: string };

/**
 * Why two lines are a pair: 0 set by hand, "agreed" (see AgreedPair), 1 equal `_hakuna_ref`, 2 links
 * that both lines confirm, 3 the product's reference, 4 the plan's reference.
 */
export type Tier = 0 | "agreed" | 1 | 2 | 3 | 4;

export type Pair = { productLineId: string; planLineId: string; tier: Tier };

export type Pairing = Unserved & {
  /** by product line id; a product line has one plan at most, a plan line perhaps several products */
  pairs: Pair[];
  /** what probably belongs together, and nothing says so */
  suggestions: Suggestion[];
  /** product lines that name a plan which is not in the order */
  danglingProducts: string[];
};

/** What is known of the lines of an order besides themselves. */
export type Known = {
  /** in the order in which people set them: the last word goes first */
  manual: readonly ManualPair[];
  agreed?: readonly AgreedPair[];
  /** only suggestions ask; absent: of no plan it is known what it was made for */
  offers?: KnownOffers | undefined;
};

/**
 * Pairs product lines with plan lines. Never depends on the order in which lines are listed, nor on
 * the ids that Shopify gave the lines of one checkout, unless nothing else tells them apart. Nothing
 * is guessed: without a link there is at most a suggestion. Quantities are the ordered ones.
 *
 * 1. Pairs by hand, the last one first, as far as the plan's quantity reaches; but for those whose
 *    plan is gone while the product is there.
 * 2. By tier; within one, products that are there before those that are gone, which take plans that
 *    are gone before those that are there; then the pair whose newer line was seen first; then by
 *    fit; then by what the lines are (`Assignment.settle`).
 * 3. Only then a product that is there gets a plan that is gone: first the one that was said by hand.
 *
 * @param lines as `linesOf` gives them
 */
export function pairLines(
  lines: readonly Line[],
  { manual, agreed = [], offers = knownOffers([]) }: Known,
): Pairing {
  const plans = lines.filter((line) => line.isProtection);
  const products = lines.filter((line) => !line.isProtection);
  if (plans.length === 0 || products.length === 0) return unpaired(products);
  const placeOf = lazyPlaces(lines, [
    ...manual.map(({ productLineId, planLineId }) => relation(productLineId, planLineId, "hand")),
    ...agreed.map(({ productLineId, planLineId }) => relation(productLineId, planLineId, "agreed")),
  ]);
  const claims = claimsOf(products, plans);
  const agreedClaims = named(agreed, products, plans);
  const tiers = tiersOf(claims, agreedClaims);

  const made = new Assignment<Tier>(placeOf);
  const byHand = named(manual, products, plans);
  const lastSaidFirst = byHand.toReversed();
  const pairByHand = (claims: readonly Claim[]) => {
    for (const { products, plans } of claims) {
      const [[product], [plan]] = [products, plans];
      if (product && plan) made.pair(product, plan, 0);
    }
  };
  pairByHand(lastSaidFirst.filter((claim) => !lostPlan(claim)));
  if (lines.every(isThere)) {
    for (const [tier, claims] of tiers) made.settle(claims, tier);
  } else {
    for (const [tier, claims] of tiers) {
      made.settle(only(claims, { products: isThere, plans: isThere }), tier);
      made.settle(only(claims, { products: isGone, plans: isGone }), tier);
      made.settle(only(claims, { products: isGone, plans: isThere }), tier);
    }
    pairByHand(lastSaidFirst.filter(lostPlan));
    for (const [tier, claims] of tiers) {
      made.settle(only(claims, { products: isThere, plans: isGone }), tier);
    }
  }

  const pairs = [...made.pairs]
    .map(([product, { plan, tier }]) => ({
      ...{ productLineId: product.id, planLineId: plan.id, tier },
    }))
    .sort((a, b) => compareIds(a.productLineId, b.productLineId));
  const planOf = new Map([...made.pairs].map(([product, { plan }]) => [product, plan]));
  const naming = [...claims.ref, ...claims.product];
  const left = unserved(
    { naming, claims: [...byHand, ...naming, ...claims.plan] },
    planOf,
    placeOf,
  );
  const uncovered = new Set(left.uncovered);
  return {
    pairs,
    suggestions: suggest(products, plans, { planOf, offers }),
    danglingProducts: claims.dangling
      .filter((product) => !made.pairs.has(product) && !uncovered.has(product.id))
      .map(({ id }) => id)
      .sort(compareIds),
    ...left,
  };
}

/** An agreed pair is weaker than every rule once one of its lines is gone. */
function tiersOf(claims: Claims, agreed: readonly Claim[]): [Tier, readonly Claim[]][] {
  const stands = ({ products, plans }: Claim) => [...products, ...plans].every(isThere);
  return [
    ["agreed", agreed.filter(stands)],
    [1, claims.ref],
    [2, claims.both],
    [3, claims.product],
    [4, claims.plan],
    ["agreed", agreed.filter((claim) => !stands(claim))],
  ];
}

function named(
  pairs: readonly AgreedPair[],
  products: readonly Line[],
  plans: readonly Line[],
): Claim[] {
  if (pairs.length === 0) return [];
  const productOf = new Map(products.map((line) => [line.id, line]));
  const planOf = new Map(plans.map((line) => [line.id, line]));
  return pairs.flatMap(({ productLineId, planLineId }) => {
    const product = productOf.get(productLineId);
    const plan = planOf.get(planLineId);
    return product && plan ? [{ products: [product], plans: [plan] }] : [];
  });
}

/** Without products or without plans there is nothing to pair, but a name may lead nowhere. */
function unpaired(products: readonly Line[]): Pairing {
  const dangling = products.filter(
    (product) => property(product, linkProperties.productNamesPlan) !== null,
  );
  return {
    ...{ pairs: [], suggestions: [], uncovered: [], contested: [], split: [] },
    danglingProducts: dangling.map(({ id }) => id).sort(compareIds),
  };
}

/** Most orders are paired without asking for a place. */
function lazyPlaces(lines: readonly Line[], relations: readonly Relation[]) {
  let places: ReadonlyMap<string, number> | null = null;
  return ({ id }: Line) => {
    places ??= placesOf(lines, relations);
    return places.get(id) ?? 0;
  };
}

function relation(from: string, to: string, by: string): Relation {
  return { from, to, by };
}

const isThere = ({ left }: Line) => left > 0;
const isGone = ({ left }: Line) => left <= 0;

/** The product is there and the plan is gone, so that a plan that is there would serve it better. */
function lostPlan({ products, plans }: Claim): boolean {
  return products.every(isThere) && plans.every(isGone);
}

function only(
  claims: readonly Claim[],
  are: { products: (line: Line) => boolean; plans: (line: Line) => boolean },
): Claim[] {
  return claims.map(({ products, plans }) => ({
    products: products.filter(are.products),
    plans: plans.filter(are.plans),
  }));
}
