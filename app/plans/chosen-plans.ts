import { z } from "zod";
import { countryCodes } from "#app/order/mapping/countries.ts";
import { type AdminAccess, AdminError, openAdmin } from "#app/shopify/access/admin-api.ts";
import { numericId } from "#app/shopify/global-id.ts";
import {
  type CatalogPlan,
  CatalogRefusal,
  readPlans,
  writePlanDetails,
} from "#app/shopify/plans/plan-catalog.ts";
import { type KeptOffer, keepOffers, type OfferMoment } from "#app/store/plan-offers.ts";
import type { PlanContext } from "./plan-context.ts";

const timeLimitMs = 20_000;
const hakunaId = z.string().trim().min(1).max(200).regex(/^\S+$/);

/** What the merchant says of a plan that they chose by hand. */
export const planDetails = z.object({
  id: z.string().regex(/^gid:\/\/shopify\/ProductVariant\/\d{1,20}$/),
  offerId: hakunaId,
  planId: hakunaId,
  insuranceUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .nullable(),
  termMonths: z.int().min(1).max(600).nullable(),
  /** where alone it may be sold; null, and pages from before there were countries: everywhere */
  country: z
    .string()
    .refine((code) => countryCodes.includes(code))
    .nullable()
    .default(null),
});
export type PlanDetails = z.infer<typeof planDetails>;

/** Reads plans that were chosen. Null: Shopify does not answer. */
export async function readChosen(
  admin: AdminAccess,
  shop: string,
  ids: readonly string[],
): Promise<CatalogPlan[] | null> {
  try {
    const ask = await openAdmin(admin, shop, AbortSignal.timeout(timeLimitMs));
    return await readPlans(ask, ids);
  } catch (error) {
    if (error instanceof AdminError) return null;
    throw error;
  }
}

/**
 * Writes what the merchant said of chosen plans onto their variants, and makes them what plans are:
 * not taxable, nothing to ship, no stock.
 *
 * @returns what is wrong, if something is: nothing was changed then for the plan that it is about
 */
export async function saveChosen(
  { admin, pool, now }: Pick<PlanContext, "admin" | "pool" | "now">,
  shop: string,
  details: readonly PlanDetails[],
): Promise<{ result: "saved" } | { result: "not_protection" | "gone" | "refused"; words: string }> {
  try {
    const ask = await openAdmin(admin, shop, AbortSignal.timeout(timeLimitMs));
    const plans = await readPlans(
      ask,
      details.map(({ id }) => id),
    );
    const other = plans.find(({ isProtection }) => !isProtection);
    if (other) return { result: "not_protection", words: other.productTitle };
    if (plans.length < details.length) return { result: "gone", words: "" };
    const keep = async (chosen: Parameters<typeof keptByHand>[0][], moment: OfferMoment) => {
      const at = moment === "former" ? now() - 1 : now();
      await keepOffers(pool, shop, chosen.flatMap(keptByHand), { moment, at });
    };
    await keep(plans, "former");
    // a buyer may order as soon as Shopify knows it
    await keep([...details], "coming");
    for (const product of new Set(plans.map(({ productId }) => productId))) {
      const own = plans.filter(({ productId }) => productId === product).map(({ id }) => id);
      const written = details.filter(({ id }) => own.includes(id));
      // what it costs, the merchant says in Shopify
      const unpriced = written.map((one) => ({ ...one, offerPrice: null }));
      await writePlanDetails(ask, product, unpriced);
      await keep(written, "current");
    }
    return { result: "saved" };
  } catch (error) {
    if (error instanceof AdminError || error instanceof CatalogRefusal) {
      return { result: "refused", words: error.message };
    }
    throw error;
  }
}

/** What a merchant says of a plan; for which product and price it is, nobody says. */
function keptByHand({
  id,
  offerId,
  planId,
  termMonths,
  country,
}: Pick<CatalogPlan, "id" | "offerId" | "planId" | "termMonths" | "country">): KeptOffer[] {
  if (offerId === null || planId === null) return [];
  const unknown = {
    productId: null,
    productPrice: null,
    price: null,
    currency: null,
  };
  const ids = { planVariantId: numericId(id), offerId, planId };
  return [{ ...ids, ...unknown, country, termMonths, validUntil: null }];
}
