import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { hasBundledPlans } from "#app/shopify/plans/bundles.ts";
import {
  type CatalogPlan,
  linkPlans,
  type Protectable,
  readPlans,
  readProtectable,
  unlinkPlans,
} from "#app/shopify/plans/plan-catalog.ts";
import { type CountryPlans, planHandlePrefix } from "./country-plans.ts";
import { type PlanResult, ProductFailure } from "./plan-result.ts";

/** Offers the chosen plans for every variant that is no bundle, in the place of those that were. */
export async function linkProduct(
  ask: AskAdmin,
  product: Protectable,
  planIds: readonly string[],
): Promise<PlanResult> {
  const plans = await readPlans(ask, planIds);
  if (plans.length < planIds.length) throw new ProductFailure("plans_gone");
  const bundles = product.variants.filter((one) => one.requiresComponents).map(({ id }) => id);
  const none = bundles.map((id): [string, string[]] => [id, []]);
  await linkPlans(ask, new Map([...none, [product.id, [...planIds]]]));
  await unlinkPlans(
    ask,
    ownersOf(product).filter((id) => !bundles.includes(id)),
  );
  return { kind: "linked", plans: plans.map(({ title }) => title) };
}

/** Offers no plans for the product any more. The plans themselves stay in the shop. */
export async function unlinkProduct(ask: AskAdmin, product: Protectable): Promise<PlanResult> {
  await unlinkPlans(ask, [product.id, ...ownersOf(product)]);
  return { kind: "unlinked" };
}

/** The variants that have plans of their own. */
function ownersOf(product: Protectable): string[] {
  return product.variants.filter(({ plans }) => plans !== null).map(({ id }) => id);
}

/**
 * Takes those of the app's own plans off a product that may not be sold any more, and whatever is linked
 * to bundles; answers what is linked then.
 */
export async function withoutPlans(
  ask: AskAdmin,
  product: Protectable,
  isGone: (plan: CatalogPlan) => boolean,
): Promise<{ product: Protectable; linked: CatalogPlan[] }> {
  const ids = new Set([product.plans, ...product.variants.map(({ plans }) => plans ?? [])].flat());
  const plans = ids.size > 0 ? await readPlans(ask, [...ids]) : [];
  const isOurs = ({ productHandle }: CatalogPlan) => productHandle.startsWith(planHandlePrefix);
  const gone = new Set(plans.filter((plan) => isOurs(plan) && isGone(plan)).map(({ id }) => id));
  if (gone.size === 0 && !hasBundledPlans(product)) return { product, linked: plans };
  await linkOffered(ask, product, [], new Set([...ids].filter((id) => !gone.has(id))));
  const others = product.variants.filter((one) => !one.requiresComponents);
  const left = new Set(others.flatMap((one) => one.plans ?? product.plans));
  return {
    product: (await readProtectable(ask, product.id)) ?? product,
    linked: plans.filter(({ id }) => left.has(id) && !gone.has(id)),
  };
}

/**
 * Links the plans that were made, and those that are kept: the first priced variant's stand on the
 * product, those of variants that differ on these. Bundles have none.
 */
export async function linkOffered(
  ask: AskAdmin,
  product: Protectable,
  made: readonly CountryPlans[],
  kept: ReadonlySet<string>,
): Promise<void> {
  const plansOf = product.variants.map(({ id, plans, requiresComponents }) =>
    requiresComponents
      ? []
      : [
          ...made.flatMap(({ links }) => links[id] ?? []),
          ...(plans ?? product.plans).filter((plan) => kept.has(plan)),
        ],
  );
  const main = plansOf.find((plans) => plans.length > 0) ?? [];
  const links = new Map<string, string[]>();
  const followers: string[] = [];
  product.variants.forEach(({ id, plans: own }, index) => {
    const plans = plansOf[index] ?? [];
    if (plans.join() !== main.join()) links.set(id, plans);
    else if (own !== null) followers.push(id);
  });
  if (main.length > 0) links.set(product.id, main);
  else if (product.plans.length > 0) followers.push(product.id);
  await linkPlans(ask, links);
  await unlinkPlans(ask, followers);
}
