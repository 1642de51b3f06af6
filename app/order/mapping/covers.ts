import type { Line } from "#app/order/lines.ts";
import { currencyDecimals, minorUnits } from "#app/order/money.ts";
import type { Money } from "#app/order/state.ts";

/**
 * An offer of Hakuna's whose plan a variant of the shop is, or was: what the app wrote onto it. A
 * renewal gives the same variant another one. What a merchant linked by hand says of neither
 * product, price nor country: null is not known.
 */
export type PlanOffer = {
  /** the plan's variant, Shopify's numeric id */
  planVariantId: string;
  offerId: string;
  planId: string;
  /** the product that it was made for, Shopify's numeric id */
  productId: string | null;
  /** the product's unit price that it was made for, in minor units of `currency` */
  productPrice: number | null;
  /** the plan's, in minor units of `currency` */
  price: number | null;
  /** ISO 4217, lower case */
  currency: string | null;
  /** ISO 3166-1 alpha-2, lower case */
  country: string | null;
  /** absent: not asked for; null: not known */
  termMonths?: number | null;
  /** since when carts may carry it, epoch milliseconds */
  knownFrom: number;
  /** since when the variant bears it, or last bore it; null: it never did, as far as is known */
  currentFrom: number | null;
};

/** The ids that Hakuna knows a cover by. */
export type CoverIds = { offerId: string | null; planId: string | null };

/** Every offer that variants ever had, and those of products, by numeric id. */
export type KnownOffers = {
  ofPlan(variantId: string | null): readonly PlanOffer[];
  ofProduct(productId: string | null): readonly PlanOffer[];
};

export function knownOffers(offers: readonly PlanOffer[]): KnownOffers {
  const byPlan = Map.groupBy(offers, ({ planVariantId }) => planVariantId);
  const byProduct = Map.groupBy(offers, ({ productId }) => productId);
  return {
    ofPlan: (variantId) => (variantId === null ? [] : (byPlan.get(variantId) ?? [])),
    ofProduct: (productId) => (productId === null ? [] : (byProduct.get(productId) ?? [])),
  };
}

/** A plan line as it was sold, and what is known of the offers it may be of. */
export type SoldPlan = {
  plan: Line;
  /** what a person entered, else what the line's properties say */
  said: CoverIds;
  /** a person entered the ids: they go before everything else */
  isEntered: boolean;
  /** what was decided for this line before; a renewal changes nothing about it */
  decided: CoverIds | null;
  /** the product lines that it is paired with */
  products: readonly Line[];
  offers: KnownOffers;
  /** when the plan was sold, which may be after its order was placed; epoch milliseconds */
  soldAt: number;
  /** of the billing address as it is sent, ISO 3166-1 alpha-2, lower case; null: not known */
  country: string | null;
};

export type CoverFinding =
  | "plan_ids_differ"
  | "plan_not_hakuna"
  | "plan_for_other_product"
  | "plan_price_differs"
  | "country_differs";

export type Cover = {
  /** what is sent */
  ids: CoverIds;
  /** to be stored with the order; null: what the line says stands */
  decided: CoverIds | null;
  findings: { code: CoverFinding; lines: readonly Line[] }[];
};

/**
 * Whether what was sold is what Hakuna offered. Line item properties are the buyer's input: ids that
 * never belonged to the plan's variant are replaced by those that it had when the plan was sold.
 * Ids of any of its offers are right, for carts and orders outlive renewals; what is missing beside
 * them is that offer's. Everything else is sent as it was sold, and told. Of what is not known nothing
 * is said.
 */
export function coverOf(sale: SoldPlan): Cover {
  const { plan, said, isEntered, products, soldAt, country } = sale;
  const own = sale.offers.ofPlan(plan.variantId);
  if (own.length === 0) {
    const isHakuna = plan.vendor?.trim().toLowerCase() === "hakuna";
    const findings = isHakuna ? [] : [{ code: "plan_not_hakuna" as const, lines: [plan] }];
    return { ids: said, decided: null, findings };
  }
  const hasSaid = said.offerId !== null || said.planId !== null;
  const matching = hasSaid ? own.filter((one) => isOf(one, said)) : [];
  // without an offer of so early its ids may be of one that nobody wrote down
  const offer =
    validAt(matching, soldAt) ??
    matching[0] ??
    own.find((one) => sale.decided !== null && isOf(one, sale.decided)) ??
    (isEntered ? null : validAt(own, soldAt));
  const ids = offer === null ? said : idsOf(offer);
  const isChanged = ids.offerId !== said.offerId || ids.planId !== said.planId;
  const findings: Cover["findings"] = [];
  if (offer !== null && hasSaid && matching.length === 0) {
    findings.push({ code: "plan_ids_differ", lines: [plan] });
  }
  if (offer !== null) {
    const others = products.filter((product) => isForOther(offer, product, sale.offers));
    if (others.length > 0) {
      findings.push({ code: "plan_for_other_product", lines: [...others, plan] });
    }
    if (hasOtherPrice(offer, plan)) {
      findings.push({ code: "plan_price_differs", lines: [plan] });
    }
    if (country !== null && offer.country !== null && offer.country !== country) {
      findings.push({ code: "country_differs", lines: [plan] });
    }
  }
  return { ids, decided: isChanged ? ids : null, findings };
}

/** Whether all that is said is the offer's. */
function isOf(offer: PlanOffer, { offerId, planId }: CoverIds): boolean {
  return [offer.offerId, null].includes(offerId) && [offer.planId, null].includes(planId);
}

function idsOf({ offerId, planId }: PlanOffer): CoverIds {
  return { offerId, planId };
}

/** The offer that the variant bore then; null: nothing is known of so early. */
function validAt(own: readonly PlanOffer[], at: number): PlanOffer | null {
  const borne = own.filter(({ currentFrom }) => currentFrom !== null);
  const newest = (from: (offer: PlanOffer) => number) =>
    borne.filter((one) => from(one) <= at).toSorted((a, b) => from(b) - from(a))[0] ?? null;
  // one that came back later counts from when it was first there
  return newest((one) => one.currentFrom ?? 0) ?? newest((one) => one.knownFrom);
}

/** Whether one of the offers that the plan's variant ever had is of the product; null: not known. */
export function isMadeFor(plan: Line, product: Line, offers: KnownOffers): boolean | null {
  const made = offers.ofPlan(plan.variantId).filter(({ productId }) => productId !== null);
  if (made.length === 0 || product.productId === null) return null;
  return made.some((offer) => !isForOther(offer, product, offers));
}

/**
 * Made for another product, or for a price of this product that another of its offers was made for:
 * the plan of a cheaper variant. A product whose price changed since is the same product; so is one
 * that costs in another country what it was sold for here.
 */
function isForOther(offer: PlanOffer, product: Line, offers: KnownOffers): boolean {
  if (offer.productId === null || product.productId === null) return false;
  if (offer.productId !== product.productId) return true;
  const price = priceIn(product, offer.currency);
  if (price === null || offer.productPrice === null || price === offer.productPrice) return false;
  return offers
    .ofProduct(offer.productId)
    .filter(({ country, currency }) => country === offer.country && currency === offer.currency)
    .some((other) => other.planVariantId !== offer.planVariantId && other.productPrice === price);
}

/**
 * A market's price comes from the shop's by conversion and rounding: within one step of the latter it
 * is the offer's price, where that is in the shop's currency. Shopify rounds to a whole unit of the
 * buyer's currency at most, and says no number for those without decimals, whose prices are round
 * hundreds. An offer in the buyer's own currency names just what they are to pay.
 */
function hasOtherPrice(offer: PlanOffer, plan: Line): boolean {
  const price = priceIn(plan, offer.currency);
  if (price === null || offer.price === null) return false;
  const difference = Math.abs(price - offer.price);
  if (difference === 0) return false;
  const { presentmentPrice } = plan;
  if (presentmentPrice === null || isIn(presentmentPrice, offer.currency)) return true;
  const presented = Number(presentmentPrice.amount);
  if (!(presented > 0)) return true;
  const step = currencyDecimals(presentmentPrice.currency) === 0 ? 100 : 1;
  return difference > Math.ceil((price * step) / presented);
}

/** The line's unit price in a currency, in minor units; null: it was sold in others. */
function priceIn({ shopPrice, presentmentPrice }: Line, currency: string | null): number | null {
  const price = [presentmentPrice, shopPrice].find((one) => one !== null && isIn(one, currency));
  if (!price) return null;
  const { amount, exact } = minorUnits(price.amount, price.currency);
  return exact ? amount : null;
}

function isIn(price: Money, currency: string | null): boolean {
  return price.currency.toLowerCase() === currency;
}
