import { decimalText, minorUnits } from "#app/order/money.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { fixPrices, readPriceLists, readShownPrices } from "#app/shopify/plans/country-prices.ts";
import { CatalogRefusal, type PlanPrice } from "#app/shopify/plans/plan-catalog.ts";

/**
 * Fixes what plans cost in the price lists by which a country's buyers buy. Markets, catalogs and
 * price lists are the merchant's: none is made.
 *
 * @param mayReadMarkets without that nothing is fixed
 * @returns whether all are shown at their offer's price now, for the storefront offers no other; and
 *   what Shopify said where it refused to fix them
 */
export async function fixMarketPrices(
  ask: AskAdmin,
  country: string,
  plans: readonly { id: string; price: PlanPrice }[],
  mayReadMarkets: boolean,
): Promise<{ isShown: boolean; refusal: string | null }> {
  let refusal: string | null = null;
  const lists = mayReadMarkets ? await readPriceLists(ask, country) : [];
  for (const list of lists) {
    const prices = plans.flatMap(({ id, price: { amount, currency } }) =>
      currency === list.currency ? [{ variantId: id, amount: decimalText(amount, currency) }] : [],
    );
    if (prices.length > 0) refusal = (await fix(ask, list, prices)) ?? refusal;
  }
  const shown = await readShownPrices(
    ask,
    plans.map(({ id }) => id),
    country,
  );
  const isShown = plans.every(({ id, price: { amount, currency } }) => {
    const there = shown.get(id);
    if (!there) return true;
    return there.currencyCode === currency && minorUnits(there.amount, currency).amount === amount;
  });
  return { isShown, refusal };
}

/** A list that takes no prices hinders no other; answers why it does not, in Shopify's words. */
async function fix(...args: Parameters<typeof fixPrices>): Promise<string | null> {
  try {
    await fixPrices(...args);
    return null;
  } catch (error) {
    if (error instanceof CatalogRefusal) return error.message;
    throw error;
  }
}
