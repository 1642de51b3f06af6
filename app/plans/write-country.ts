import type pg from "pg";
import { minorUnits } from "#app/order/money.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { numericId } from "#app/shopify/global-id.ts";
import {
  type Protectable,
  readPlanProduct,
  writePlanCountries,
} from "#app/shopify/plans/plan-catalog.ts";
import { planHandle } from "./country-plans.ts";

/**
 * Says of the plans that the app made for a product, before there were several countries, that they
 * are sold in the shop's own, and for what price. Asks Hakuna nothing.
 */
export async function writeCountry(
  { ask, pool, shop, country }: { ask: AskAdmin; pool: pg.Pool; shop: string; country: string },
  { id, currency }: Protectable,
): Promise<void> {
  const found = await readPlanProduct(ask, planHandle(id, null));
  if (!found) return;
  const silent = found.plans.filter((plan) => plan.country === null);
  if (silent.length > 0) {
    const plans = silent.map((plan) => ({
      ...{ id: plan.id, country },
      offerPrice: plan.offerPrice ?? { amount: minorUnits(plan.price, currency).amount, currency },
    }));
    await writePlanCountries(ask, found.id, plans);
  }
  await pool.query(
    `UPDATE "PlanOffer" SET "country" = $3
      WHERE "shop" = $1 AND "planVariantId" = ANY($2) AND "country" IS NULL`,
    [shop, found.plans.map((plan) => numericId(plan.id)), country],
  );
}
