import { type Offer, type OfferPlan, textIn } from "#app/hakuna/offer.ts";
import { decimalText, minorUnits } from "#app/order/money.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { numericId } from "#app/shopify/global-id.ts";
import {
  type CatalogPlan,
  CatalogRefusal,
  type PlanPrice,
  type PlanVariant,
  type Protectable,
  publishInOnlineStore,
  readPlanProduct,
  writePlanProduct,
} from "#app/shopify/plans/plan-catalog.ts";
import type { ShopLocales } from "#app/shopify/plans/plan-translations.ts";
import type { KeptOffer, OfferMoment } from "#app/store/plan-offers.ts";
import { type Asking, fetchOffer } from "./fetch-offer.ts";
import { fixMarketPrices } from "./market-prices.ts";
import type { PriceGroup } from "./offer-prices.ts";
import { type OfferedPlan, type PlanNote, ProductFailure } from "./plan-result.ts";
import { planProductTitle, planTitles, titlesByLanguage } from "./plan-titles.ts";
import { translatePlans } from "./translate-plans.ts";

/** An offer costs a request: a product with more prices than this needs a look by a person. */
const mostPrices = 20;

/** What a product's plans in a country are made with. */
export type PlanMaking = Asking & {
  ask: AskAdmin;
  /** where plans are offered, the shop's own country first; ISO 3166-1 alpha-2, lower case */
  countries: readonly string[];
  /** what a country's plans are written in, such as `de` */
  languageIn(country: string): string;
  /** the app may publish products; read markets, to fix prices in their lists */
  mayPublish: boolean;
  mayReadMarkets: boolean;
  /** the shop's languages, where the app may translate into them */
  locales: ShopLocales | null;
  /** writes down what variants are offered with, before Shopify is told and buyers can see it */
  keep(offers: readonly KeptOffer[], moment: OfferMoment): Promise<void>;
};

/** The plans that a product has in a country now; to be written down as JSON. */
export type CountryPlans = {
  country: string;
  /** by the product's variants: ids of the plans' variants; none for one that costs nothing */
  links: Record<string, readonly string[]>;
  plans: OfferedPlan[];
  notes: PlanNote[];
  /** why the country's price list did not take the prices, in Shopify's words */
  refusal: string | null;
  /** for how many prices there is an offer, and when the first of them expires */
  prices: number;
  expiresAt: number;
};

type Planned = { group: PriceGroup; offer: Offer; plan: OfferPlan };

/**
 * Fetches offers for a product in a country, one for each of its prices there, makes their plans the
 * variants of a protection product of its own, and sells that in the online store. Done twice it
 * gives the same: the protection product is found by its handle, a plan by its name.
 *
 * @param groups the product's prices there
 * @throws ProductFailure, CatalogRefusal or JobHalt
 */
export async function makeCountryPlans(
  making: PlanMaking,
  product: Protectable,
  country: string,
  groups: readonly PriceGroup[],
): Promise<CountryPlans> {
  const { ask, countries } = making;
  const priced = groups.filter(({ price }) => price > 0);
  if (priced.length === 0) throw new ProductFailure("free");
  if (priced.length > mostPrices) throw new ProductFailure("too_many_prices");
  const planned: Planned[] = [];
  const offers: Offer[] = [];
  for (const group of priced) {
    const offer = await fetchOffer(making, product, group, country);
    offers.push(offer);
    planned.push(...offer.plans.map((plan) => ({ group, offer, plan })));
  }

  const language = making.languageIn(country);
  const titled = planned.map(({ plan, group }) => ({
    plan,
    suffix: priced.length > 1 ? ` (${decimalText(group.price, group.currency)})` : "",
  }));
  const titles = planTitles(titled, language);
  const handle = planHandle(product.id, country === countries[0] ? null : country);
  const known = (await readPlanProduct(ask, handle))?.plans ?? [];
  const ids = knownIds(known, titles, [...titlesByLanguage(titled).values()]);
  const variants = planned.map(
    (one, index): PlanVariant => ({
      id: ids[index],
      title: titles[index] ?? one.plan.id,
      ...variantOf(one, product, country, language),
    }),
  );
  const keptOf = (one: Planned, variantId?: string) =>
    variantId === undefined ? [] : [keptOffer(country, product, one, variantId)];
  await making.keep(
    known.flatMap((plan) => formerOffer(country, product, plan)),
    "former",
  );
  // a buyer may order as soon as Shopify knows it
  await making.keep(
    planned.flatMap((one, index) => keptOf(one, ids[index])),
    "coming",
  );
  const title = planProductTitle(product, language);
  const written = await writePlanProduct(ask, handle, title, variants);
  const writtenIds = planned.map(({ plan }, index) => {
    const isIt = (one: CatalogPlan) => one.planId === plan.id && one.title === titles[index];
    return written.plans.find(isIt)?.id;
  });
  await making.keep(
    planned.flatMap((one, index) => keptOf(one, writtenIds[index])),
    "current",
  );

  const made = planned.map((one, index) => {
    const variantId = writtenIds[index];
    if (variantId === undefined) throw new CatalogRefusal("A plan is missing in Shopify's answer.");
    const suffix = titled[index]?.suffix ?? "";
    return { ...one, variantId, suffix };
  });

  const notes: PlanNote[] = [];
  const isSold = making.mayPublish && (await publishInOnlineStore(ask, written.id));
  if (!isSold) notes.push("not_published");
  if (planned.some(({ plan }) => textIn(plan.insuranceUrls, language) === null)) {
    notes.push("no_insurance_link");
  }
  if (groups.length > priced.length) notes.push("free_variants");
  if (product.variants.some((one) => one.requiresComponents)) notes.push("bundle_variants");

  const prices = made.map(({ plan, group, variantId }) => ({
    ...{ id: variantId, price: { amount: plan.price.amount, currency: group.currency } },
  }));
  const market = await fixMarketPrices(ask, country, prices, making.mayReadMarkets);
  if (!market.isShown) notes.push("price_differs");
  const text = { id: written.id, plans: made };
  if (!(await isTranslated(making, product, text))) notes.push("not_translated");

  const links = groups.flatMap((group) => {
    const own = made.flatMap((one) => (one.group === group ? [one.variantId] : []));
    return group.variantIds.map((id) => [id, own] as const);
  });
  return {
    country,
    links: Object.fromEntries(links),
    plans: planned.map((one, index) => offeredPlan(one, titles[index], known, product, country)),
    notes,
    refusal: market.isShown ? null : market.refusal,
    prices: priced.length,
    expiresAt: Math.min(...offers.map(({ expiresAt }) => expiresAt)),
  };
}

/** What Shopify refuses of translations takes no plan out of the shop. */
async function isTranslated(
  { ask, locales }: PlanMaking,
  product: Protectable,
  texts: Parameters<typeof translatePlans>[3],
): Promise<boolean> {
  try {
    if (locales) await translatePlans(ask, locales, product, texts);
    return true;
  } catch (error) {
    if (error instanceof CatalogRefusal) return false;
    throw error;
  }
}

/** Tells products that the app made for plans from others. */
export const planHandlePrefix = "hakuna-protection-";

/**
 * The handle of the product that holds a product's plans, which tells whose they are.
 *
 * @param country null: the shop's own
 */
export function planHandle(productId: string, country: string | null): string {
  const own = `${planHandlePrefix}${numericId(productId)}`;
  return country === null ? own : `${own}-${country}`;
}

/** The variants that there are already, by title, in whichever language it was written. */
function knownIds(
  known: readonly CatalogPlan[],
  titles: readonly string[],
  others: readonly (readonly string[])[],
): (string | undefined)[] {
  const free = new Map(known.map(({ title, id }) => [title, id]));
  const take = (title: string | undefined) => {
    const id = free.get(title ?? "");
    free.delete(title ?? "");
    return id;
  };
  const same = titles.map(take);
  return same.map(
    (id, index) => id ?? others.map((other) => take(other[index])).find((one) => one !== undefined),
  );
}

function variantOf(
  { group, offer, plan }: Planned,
  product: Protectable,
  country: string,
  language: string,
): Omit<PlanVariant, "id" | "title"> {
  const price = decimalText(plan.price.amount, group.currency);
  return {
    price: group.currency === product.currency ? price : inShopCurrency(plan, group, product),
    sku: plan.sku,
    offerId: offer.id,
    planId: plan.id,
    insuranceUrl: textIn(plan.insuranceUrls, language),
    termMonths: plan.termMonths,
    country,
    offerPrice: { amount: plan.price.amount, currency: group.currency },
  };
}

/** At the rate at which the product itself is sold there: what is shown where no price is fixed. */
function inShopCurrency(plan: OfferPlan, group: PriceGroup, { currency }: Protectable): string {
  return decimalText(Math.round((plan.price.amount * group.shopPrice) / group.price), currency);
}

function offeredPlan(
  { plan, group }: Planned,
  title: string | undefined,
  known: readonly CatalogPlan[],
  product: Protectable,
  country: string,
): OfferedPlan {
  const currency = plan.price.currency.toUpperCase();
  // where a product has several prices a plan's title names its own, which may have changed
  const own = new Set(
    product.variants
      .filter(({ id }) => group.variantIds.includes(id))
      .flatMap(({ plans }) => plans ?? product.plans),
  );
  const former =
    known.find((one) => one.title === title) ??
    known.find(({ id, termMonths }) => own.has(id) && termMonths === plan.termMonths);
  const paid = former && paidFor(former, product);
  return {
    country,
    title: title ?? plan.id,
    price: plan.price.amount,
    before: paid?.currency === currency ? paid.amount : null,
    currency,
  };
}

/** What a plan was sold for: where its offer's price was not written down, that was the variant's. */
function paidFor({ offerPrice, price }: CatalogPlan, { currency }: Protectable): PlanPrice {
  return offerPrice ?? { amount: minorUnits(price, currency).amount, currency };
}

function keptOffer(
  country: string,
  product: Protectable,
  { group, offer, plan }: Planned,
  variantId: string,
): KeptOffer {
  return {
    planVariantId: numericId(variantId),
    offerId: offer.id,
    planId: plan.id,
    productId: numericId(product.id),
    productPrice: group.price,
    price: plan.price.amount,
    currency: plan.price.currency,
    country,
    termMonths: plan.termMonths,
    validUntil: offer.expiresAt,
  };
}

/** What a variant says of the offer that it had before, where nobody has written that down. */
function formerOffer(country: string, product: Protectable, plan: CatalogPlan): KeptOffer[] {
  const { id, offerId, planId, termMonths } = plan;
  if (offerId === null || planId === null) return [];
  const former = { planVariantId: numericId(id), offerId, planId, termMonths };
  const paid = paidFor(plan, product);
  const priced = {
    productId: numericId(product.id),
    productPrice: null,
    price: paid.amount,
    currency: paid.currency.toLowerCase(),
    country: plan.country ?? country,
  };
  return [{ ...former, ...priced, validUntil: null }];
}
