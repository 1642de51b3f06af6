import { decimalText, minorUnits } from "#app/order/money.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { fixPrices, readPriceLists, readShownPrices } from "#app/shopify/plans/country-prices.ts";
import { CatalogRefusal, type PlanPrice } from "#app/shopify/plans/plan-catalog.ts";

/**
 * Fixes what plans cost in the price lists by which a country's buyers buy. Markets, catalogs and
 * price lists are the merchant's: none is made.
 *
 * @param mayReadMarkets without that nothing is fixed
 * @returns whether all are shown at their offer's price now; the storefront offers no other
 */
export async function fixMarketPrices(
  ask: AskAdmin,
  country: string,
  plans: readonly { id: string; price: PlanPrice }[],
  mayReadMarkets: boolean,
): Promise<boolean> {
  const lists = mayReadMarkets ? await readPriceLists(ask, country) : [];
  for (const list of lists) {
    const prices = plans.flatMap(({ id, price: { amount, currency } }) =>
      currency === list.currency ? [{ variantId: id, amount: decimalText(amount, currency) }] : [],
    );
    if (prices.length > 0) await fix(ask, list, prices);
  }
  const shown = await readShownPrices(
    ask,
    plans.map(({ id }) => id),
    country,
  );
  return plans.every(({ id, price: { amount, currency } }) => {
    const there = shown.get(id);
    if (!there) return true;
    return there.currencyCode === currency && minorUnits(there.amount, currency).amount === amount;
  });
}

/** A list that takes no prices leaves the plans unshown, which the caller finds out. */
async function fix(...args: Parameters<typeof fixPrices>): Promise<void> {
  try {
    await fixPrices(...args);
  } catch (error) {
    if (!(error instanceof CatalogRefusal)) throw error;
  }
}
