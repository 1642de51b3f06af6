import type { Line } from "#app/order/lines.ts";
import { minorUnits } from "#app/order/money.ts";

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
  /** since when it was on the variant, epoch milliseconds */
  validFrom: number;
};

/** The ids that Hakuna knows a cover by. */
export type CoverIds = { offerId: string | null; planId: string | null };

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
  /** every offer that its variant ever had, and those of the products */
  offers: readonly PlanOffer[];
  /** epoch milliseconds */
  placedAt: number;
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
 * never belonged to the plan's variant are replaced by those that it had when the order was placed.
 * Ids of any of its offers are right, for carts and orders outlive renewals. Everything else is sent
 * as it was sold, and told. Of what is not known nothing is said.
 */
export function coverOf(sale: SoldPlan): Cover {
  const { plan, said, isEntered, products, placedAt, country } = sale;
  const own = sale.offers.filter(({ planVariantId }) => planVariantId === plan.variantId);
  if (own.length === 0) {
    const isHakuna = plan.vendor?.trim().toLowerCase() === "hakuna";
    const findings = isHakuna ? [] : [{ code: "plan_not_hakuna" as const, lines: [plan] }];
    return { ids: said, decided: null, findings };
  }
  const offer = own.find((one) => isOf(one, said)) ?? null;
  // earlier than what is known of the variant: its ids may be of an offer that nobody wrote down
  const current = offer ?? (isEntered ? null : validAt(own, placedAt));
  const decided = offer === null && current !== null ? (sale.decided ?? idsOf(current)) : null;
  const compared = offer ?? own.find((one) => decided !== null && isOf(one, decided)) ?? current;
  const findings: Cover["findings"] = [];
  const hasSaid = said.offerId !== null || said.planId !== null;
  if (decided !== null && hasSaid) findings.push({ code: "plan_ids_differ", lines: [plan] });
  if (compared !== null) {
    const others = products.filter((product) => isForOther(compared, product, sale.offers));
    if (others.length > 0) {
      findings.push({ code: "plan_for_other_product", lines: [...others, plan] });
    }
    if (hasOtherPrice(compared, plan)) {
      findings.push({ code: "plan_price_differs", lines: [plan] });
    }
    if (country !== null && compared.country !== null && compared.country !== country) {
      findings.push({ code: "country_differs", lines: [plan] });
    }
  }
  return { ids: decided ?? said, decided, findings };
}

function isOf(offer: PlanOffer, { offerId, planId }: CoverIds): boolean {
  return offer.offerId === offerId && offer.planId === planId;
}

function idsOf({ offerId, planId }: PlanOffer): CoverIds {
  return { offerId, planId };
}

/** The newest offer that the variant had by then; null: nothing is known of so early. */
function validAt(own: readonly PlanOffer[], placedAt: number): PlanOffer | null {
  const earlier = own.filter(({ validFrom }) => validFrom <= placedAt);
  return earlier.toSorted((a, b) => b.validFrom - a.validFrom)[0] ?? null;
}

/**
 * Made for another product, or for a price of this product that another of its offers was made for:
 * the plan of a cheaper variant. A product whose price changed since is the same product.
 */
function isForOther(offer: PlanOffer, product: Line, offers: readonly PlanOffer[]): boolean {
  if (offer.productId === null || product.productId === null) return false;
  if (offer.productId !== product.productId) return true;
  const price = shopPriceOf(product, offer.currency);
  if (price === null || offer.productPrice === null || price === offer.productPrice) return false;
  return offers.some(
    (other) =>
      other.productId === offer.productId &&
      other.planVariantId !== offer.planVariantId &&
      other.productPrice === price,
  );
}

/**
 * A market's price comes from the shop's by conversion and rounding, which Shopify does to a whole
 * unit of the buyer's currency at most: within one such unit it is the offer's price.
 */
function hasOtherPrice(offer: PlanOffer, plan: Line): boolean {
  const price = shopPriceOf(plan, offer.currency);
  if (price === null || offer.price === null) return false;
  const difference = Math.abs(price - offer.price);
  if (difference === 0) return false;
  const { shopPrice, presentmentPrice } = plan;
  if (presentmentPrice === null || presentmentPrice.currency === shopPrice.currency) return true;
  const presented = Number(presentmentPrice.amount);
  if (!(presented > 0)) return true;
  return difference > Math.ceil(price / presented);
}

/** The line's unit price in the shop's currency, in minor units; null: it is not in this currency. */
function shopPriceOf({ shopPrice }: Line, currency: string | null): number | null {
  if (shopPrice.currency.toLowerCase() !== currency) return null;
  const { amount, exact } = minorUnits(shopPrice.amount, shopPrice.currency);
  return exact ? amount : null;
}
