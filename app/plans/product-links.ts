import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import {
  linkPlans,
  type Protectable,
  readPlans,
  unlinkPlans,
} from "#app/shopify/plans/plan-catalog.ts";
import { type PlanResult, ProductFailure } from "./plan-result.ts";

/** Offers the chosen plans for every variant of the product, in the place of those that were. */
export async function linkProduct(
  ask: AskAdmin,
  product: Protectable,
  planIds: readonly string[],
): Promise<PlanResult> {
  const plans = await readPlans(ask, planIds);
  if (plans.length < planIds.length) throw new ProductFailure("plans_gone");
  await linkPlans(ask, new Map([[product.id, [...planIds]]]));
  await unlinkPlans(ask, ownersOf(product));
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
