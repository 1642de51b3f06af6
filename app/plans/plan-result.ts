/**
 * What is to be done for each product of a plan job. `follow`: new products of a collection get
 * offers; `coverage`: the products without plans are counted, nothing is done; `reprice`: products that
 * cost something else than before get new offers.
 */
export const planJobKinds = [
  ...(["offers", "link", "unlink", "renew", "countries", "withdraw"] as const),
  ...(["follow", "coverage", "reprice"] as const),
] as const;
export type PlanJobKind = (typeof planJobKinds)[number];

/** A plan that an offer gave a product. Prices in minor units. */
export type OfferedPlan = {
  /** ISO 3166-1 alpha-2, lower case; left out in what was written down before there were several */
  country?: string;
  title: string;
  price: number;
  /** the price until now; null: the plan is new */
  before: number | null;
  currency: string;
};

/** What a merchant should know of a product that got its plans. */
export type PlanNote =
  /** the app may not publish, or there is no online store: buyers cannot put the plans into a cart */
  | "not_published"
  /** the offer names no insurance link: a shop must show one */
  | "no_insurance_link"
  /** in a country's market the plans would be shown at another price, and so are not offered there */
  | "price_differs"
  /** Shopify did not take the translations */
  | "not_translated"
  /** some variants cost nothing: there is no plan for them */
  | "free_variants"
  /** some variants are bundles: there is no plan for them */
  | "bundle_variants";

/** Why nothing could be done for a product. */
export type PlanFailure =
  | "not_found"
  /** it is a protection product itself */
  | "is_plan"
  /** it is a bundle: orders hold its components in its place, so a plan would protect nothing */
  | "is_bundle"
  | "free"
  /** its variants have more prices than offers are fetched for */
  | "too_many_prices"
  /** the offer is in another currency or for another country than the shop sells in */
  | "other_currency"
  | "other_country"
  /** Hakuna makes no offers in that country, in its own words */
  | "country_unsupported"
  /** Hakuna makes no offer for it, in its own words */
  | "no_offer"
  /** the same, and the offer that it had has expired: its plans were taken away */
  | "offer_ended"
  /** the offer that it had has expired before there was another: its plans were taken away */
  | "expired"
  /** Shopify refused, in its own words */
  | "shopify_refused"
  /** the plans that were to be linked are gone */
  | "plans_gone"
  /** an error of ours */
  | "failed";

/** Why a product has no new plans in a country where the shop sells. */
export type CountryLack = { country: string; code: PlanFailure; words: string | null };

/** Why a country's market goes on showing its plans at another price, in Shopify's words. */
export type PriceRefusal = { country: string; words: string };

/**
 * What was done for a product. `lacking`: the countries in which it could not be done; `unpriced`:
 * those whose price list did not take the offers' prices.
 */
export type PlanResult =
  | {
      kind: "offered";
      plans: OfferedPlan[];
      notes: PlanNote[];
      lacking?: CountryLack[];
      unpriced?: PriceRefusal[];
    }
  /** it was written down where its plans are sold */
  | { kind: "noted" }
  | { kind: "linked"; plans: string[] }
  | { kind: "unlinked" }
  /**
   * its plans of these countries were taken off: they may not be sold there any more. `bundles`: all or
   * some of its variants are bundles, and have none any more
   */
  | { kind: "withdrawn"; countries: string[]; bundles?: "all" | "some" }
  /** its plans were linked by hand or taken off before its offers could be renewed */
  | { kind: "left" }
  /** it has plans by now, for what it costs, or the merchant took them off: nothing was done by itself */
  | { kind: "kept" }
  | { kind: "failed"; code: PlanFailure; words: string | null };

/** Why a whole job waits. */
export type PlanWait =
  | "no_session"
  | "no_access"
  | "no_key"
  | "key_refused"
  | "no_country"
  | "shopify_unavailable"
  | "hakuna_unavailable";

/** Nothing can be done for this product. */
export class ProductFailure extends Error {
  readonly failure: PlanFailure;
  readonly words: string | null;
  constructor(failure: PlanFailure, words: string | null = null) {
    super(failure);
    this.failure = failure;
    this.words = words;
  }
}

/** The whole job has to wait: the next product would meet the same. */
export class JobHalt extends Error {
  readonly wait: PlanWait;
  readonly words: string | null;
  readonly retryAfterMs: number | null;
  /** of the key that it is said of, or of there being none; null: it is said of no key */
  readonly keyVersion: number | null;
  constructor(
    wait: PlanWait,
    words: string | null = null,
    retryAfterMs: number | null = null,
    keyVersion: number | null = null,
  ) {
    super(wait);
    this.wait = wait;
    this.words = words;
    this.retryAfterMs = retryAfterMs;
    this.keyVersion = keyVersion;
  }
}
