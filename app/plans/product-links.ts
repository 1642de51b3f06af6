import type { AskAdmin } from "#app/shopify/admin-api.ts";
import {
  isProtectionVendor,
  linkPlans,
  type Protectable,
  readPlans,
  readProtectable,
  unlinkPlans,
} from "#app/shopify/plan-catalog.ts";
import { type PlanResult, ProductFailure } from "./plan-result.ts";

/** Reads a product that plans may be linked to. @throws ProductFailure where it is none */
export async function protectable(ask: AskAdmin, productId: string): Promise<Protectable> {
  const product = await readProtectable(ask, productId);
  if (product === null) throw new ProductFailure("not_found");
  if (isProtectionVendor(product.vendor)) throw new ProductFailure("is_plan");
  return product;
}

/** Offers the chosen plans for every variant of the product, in the place of those that were. */
export async function linkProduct(
  ask: AskAdmin,
  productId: string,
  planIds: readonly string[],
): Promise<PlanResult> {
  const product = await protectable(ask, productId);
  const plans = await readPlans(ask, planIds);
  if (plans.length < planIds.length) throw new ProductFailure("plans_gone");
  await linkPlans(ask, new Map([[product.id, [...planIds]]]));
  await unlinkPlans(ask, ownersOf(product));
  return { kind: "linked", plans: plans.map(({ title }) => title) };
}

/** Offers no plans for the product any more. The plans themselves stay in the shop. */
export async function unlinkProduct(ask: AskAdmin, productId: string): Promise<PlanResult> {
  const product = await readProtectable(ask, productId);
  if (product === null) throw new ProductFailure("not_found");
  await unlinkPlans(ask, [product.id, ...ownersOf(product)]);
  return { kind: "unlinked" };
}

/** The variants that have plans of their own. */
function ownersOf(product: Protectable): string[] {
  return product.variants.filter(({ hasOwnPlans }) => hasOwnPlans).map(({ id }) => id);
}
