import { compareIds } from "#app/order/canonical.ts";
import { isLinked, type Line } from "#app/order/lines.ts";
import { isMadeFor, type KnownOffers } from "#app/order/mapping/covers.ts";

export type Suggestion = {
  productLineId: string;
  planLineId: string;
  /** one of the lines seems to be in the place of one that is gone, which only a person knows */
  replaces: boolean;
};

type Candidate = { product: Line; plan: Line };

/**
 * What probably belongs together, where nothing says so: a plan without a partner and the only
 * product without one that it was made for; else the only plan and the only shippable product that
 * are left over; else a line that was added later and the one whose partner is gone, as after an
 * exchange. Never a plan with a product that it was not made for. Several are independent of each
 * other.
 */
export function suggest(
  products: readonly Line[],
  plans: readonly Line[],
  { planOf, offers }: { planOf: ReadonlyMap<Line, Line>; offers: KnownOffers },
): Suggestion[] {
  const productsOf = Map.groupBy(planOf.keys(), (product) => planOf.get(product));
  const shippable = products.filter(isShippable);
  const left = {
    products: shippable.filter((product) => !planOf.has(product)),
    plans: plans.filter((plan) => !productsOf.has(plan)),
  };
  const free = {
    products: left.products.filter((product) => !isLinked(product, "product")),
    plans: left.plans.filter((plan) => !isLinked(plan, "plan")),
  };
  const made = madeForOne(free, offers);
  if (made.length > 0) return made.map((one) => suggestion(one, false));

  const isWrong = ({ product, plan }: Candidate) => isMadeFor(plan, product, offers) === false;
  const [product, ...otherProducts] = left.products;
  const [plan, ...otherPlans] = left.plans;
  if (product && plan && otherProducts.length === 0 && otherPlans.length === 0) {
    const isFree = free.products.length > 0 && free.plans.length > 0;
    return isFree && !isWrong({ product, plan }) ? [suggestion({ product, plan }, false)] : [];
  }

  const there = { products: shippable.filter(isThere), plans: plans.filter(isThere) };
  function* replacements(): Generator<Candidate> {
    for (const plan of there.plans) {
      const gone = productsOf.get(plan) ?? [];
      if (gone.length === 0 || gone.some(isThere)) continue;
      for (const product of free.products) if (isAfter(product, gone)) yield { product, plan };
    }
    for (const product of there.products) {
      const gone = planOf.get(product);
      if (gone === undefined || isThere(gone)) continue;
      for (const plan of free.plans) if (isAfter(plan, [gone])) yield { product, plan };
    }
  }
  const found: Suggestion[] = [];
  for (const one of replacements()) {
    if (isWrong(one)) continue;
    if (found.length > 0) return [];
    found.push(suggestion(one, true));
  }
  return found;
}

/** Of so many lines of one product nobody can say which a plan was made for. */
const mostAlike = 20;

/** Plans and products that were made for each other and for none else of these. */
function madeForOne(
  { products, plans }: { products: readonly Line[]; plans: readonly Line[] },
  offers: KnownOffers,
): Candidate[] {
  const byId = Map.groupBy(products, ({ productId }) => productId);
  const made = plans.flatMap((plan) => {
    const ids = new Set(offers.ofPlan(plan.variantId).map(({ productId }) => productId));
    const alike = [...ids].flatMap((id) => (id === null ? [] : (byId.get(id) ?? [])));
    if (alike.length > mostAlike) return [];
    const of = alike.filter((product) => isMadeFor(plan, product, offers));
    return of.length === 1 ? of.map((product) => ({ product, plan })) : [];
  });
  const claims = Map.groupBy(made, ({ product }) => product);
  return made
    .filter(({ product }) => claims.get(product)?.length === 1)
    .sort((a, b) => compareIds(a.product.id, b.product.id));
}

function suggestion({ product, plan }: Candidate, replaces: boolean): Suggestion {
  return { productLineId: product.id, planLineId: plan.id, replaces };
}

/** No gift card; and no tip or custom line, which belong to no product of the shop. */
function isShippable(line: Line): boolean {
  const isProduct = line.productId !== null || line.variantId !== null;
  return line.requiresShipping && !line.giftCard && isProduct;
}

function isThere({ left }: Line): boolean {
  return left > 0;
}

/** Whether the line is there and was added when the others were already known. */
function isAfter(line: Line, others: readonly Line[]): boolean {
  return isThere(line) && others.every(({ firstSeenAt }) => line.firstSeenAt > firstSeenAt);
}
