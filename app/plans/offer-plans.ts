import { createHash } from "node:crypto";
import type { FeedTarget } from "#app/hakuna/feed-target.ts";
import type { Offer, OfferPlan } from "#app/hakuna/offer.ts";
import type { OffersClient } from "#app/hakuna/offers-client.ts";
import { decimalText, minorUnits } from "#app/order/money.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { numericId } from "#app/shopify/global-id.ts";
import {
  type CatalogPlan,
  CatalogRefusal,
  linkPlans,
  type PlanVariant,
  type Protectable,
  publishInOnlineStore,
  readPlanProduct,
  unlinkPlans,
  writePlanProduct,
} from "#app/shopify/plans/plan-catalog.ts";
import type { KeptOffer, OfferMoment } from "#app/store/plan-offers.ts";
import { type PriceGroup, priceGroups } from "./offer-prices.ts";
import {
  JobHalt,
  type OfferedPlan,
  type PlanNote,
  type PlanResult,
  ProductFailure,
} from "./plan-result.ts";

/** An offer costs a request: a product with more prices than this needs a look by a person. */
const mostPrices = 20;

/** What offers are fetched with, for the products of one job. */
export type Offering = {
  ask: AskAdmin;
  offers: OffersClient;
  target: FeedTarget;
  /** of the key in `target` */
  keyVersion: number;
  /** ISO 3166-1 alpha-2, lower case */
  country: string;
  /** of the plans' titles: `de` or `en` */
  language: string;
  /** the app may publish products */
  mayPublish: boolean;
  /** a repetition with the same key makes no second offer */
  key: string;
  /** writes down what variants are offered with, before Shopify is told and buyers can see it */
  keep(offers: readonly KeptOffer[], moment: OfferMoment): Promise<void>;
};

/** The offers that a product has now; `price` in minor units, `expiresAt` in epoch milliseconds. */
export type ProductOffers = { price: number; offerId: string; expiresAt: number }[];

/**
 * Fetches offers for a product, one for each of its prices, makes their plans the variants of a
 * protection product of its own, sells that in the online store and links both. Done twice it gives
 * the same: the protection product is found by its handle, a plan by its term or its name.
 *
 * @throws ProductFailure or JobHalt
 */
export async function offerPlans(
  offering: Offering,
  product: Protectable,
): Promise<{ result: PlanResult; offers: ProductOffers }> {
  const { ask, language } = offering;
  const groups = priceGroups(product);
  const priced = groups.filter(({ price }) => price > 0);
  if (priced.length === 0) throw new ProductFailure("free");
  if (priced.length > mostPrices) throw new ProductFailure("too_many_prices");
  const offers: { group: PriceGroup; offer: Offer }[] = [];
  for (const group of priced) {
    offers.push({ group, offer: await fetchOffer(offering, product, group) });
  }

  const handle = handleOf(product.id);
  const known = (await readPlanProduct(ask, handle))?.plans ?? [];
  const planned = offers.flatMap(({ group, offer }) =>
    offer.plans.map((plan) => {
      const title =
        priced.length > 1 ? `${plan.title} (${text(group.price, product)})` : plan.title;
      return { group, offer, plan, title };
    }),
  );
  const titles = distinct(planned.map(({ title }) => title));
  const variants: PlanVariant[] = planned.map(({ offer, plan }, index) => ({
    id: known.find(({ title }) => title === titles[index])?.id,
    title: titles[index] ?? plan.title,
    price: text(plan.price.amount, product),
    sku: plan.sku,
    offerId: offer.id,
    planId: plan.id,
    insuranceUrl: plan.insuranceUrl,
    termMonths: plan.termMonths,
  }));
  const keptOf = ({ group, offer, plan }: (typeof planned)[number], variantId?: string) =>
    variantId === undefined
      ? []
      : [keptOffer(offering, product, { group, offer, plan, variantId })];
  await offering.keep(
    known.flatMap((plan) => formerOffer(product, plan)),
    "former",
  );
  // a buyer may order as soon as Shopify knows it
  await offering.keep(
    planned.flatMap((one, index) => keptOf(one, variants[index]?.id)),
    "coming",
  );
  const written = await writePlanProduct(ask, handle, titleOf(product, language), variants);
  const idOf = (planId: string, title: string) =>
    written.plans.find((plan) => plan.planId === planId && plan.title === title)?.id;

  await offering.keep(
    planned.flatMap((one, index) => keptOf(one, idOf(one.plan.id, titles[index] ?? ""))),
    "current",
  );

  const notes: PlanNote[] = [];
  const isSold = offering.mayPublish && (await publishInOnlineStore(ask, written.id));
  if (!isSold) notes.push("not_published");
  if (planned.some(({ plan }) => plan.insuranceUrl === null)) notes.push("no_insurance_link");
  if (groups.length > priced.length) notes.push("free_variants");

  const plansOf = (group: PriceGroup) =>
    planned.flatMap((one, index) => {
      if (one.group !== group) return [];
      const id = idOf(one.plan.id, titles[index] ?? "");
      if (id === undefined) throw new CatalogRefusal("A plan is missing in Shopify's answer.");
      return [id];
    });
  await link(ask, product, groups, plansOf);
  const plans = planned.map(({ plan }, index): OfferedPlan => {
    const before = known.find(({ title }) => title === titles[index]);
    return {
      title: titles[index] ?? plan.title,
      price: plan.price.amount,
      before: before ? minorUnits(before.price, product.currency).amount : null,
      currency: product.currency,
    };
  });
  return {
    result: { kind: "offered", plans, notes },
    offers: offers.map(({ group, offer }) => ({
      price: group.price,
      offerId: offer.id,
      expiresAt: offer.expiresAt,
    })),
  };
}

function keptOffer(
  { country }: Pick<Offering, "country">,
  product: Protectable,
  {
    group,
    offer,
    plan,
    variantId,
  }: { group: PriceGroup; offer: Offer; plan: OfferPlan; variantId: string },
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
function formerOffer(
  product: Protectable,
  { id, offerId, planId, price, termMonths }: CatalogPlan,
): KeptOffer[] {
  if (offerId === null || planId === null) return [];
  const former = { planVariantId: numericId(id), offerId, planId, termMonths };
  const priced = {
    productId: numericId(product.id),
    productPrice: null,
    price: minorUnits(price, product.currency).amount,
    currency: product.currency.toLowerCase(),
    country: null,
  };
  return [{ ...former, ...priced, validUntil: null }];
}

/** The first price's plans stand on the product, those of other prices on their variants. */
async function link(
  ask: AskAdmin,
  product: Protectable,
  groups: readonly PriceGroup[],
  plansOf: (group: PriceGroup) => string[],
): Promise<void> {
  const main = groups.find(({ price }) => price > 0);
  if (!main) return;
  const links = new Map([[product.id, plansOf(main)]]);
  for (const group of groups) {
    if (group === main) continue;
    // an empty list: no plans for a variant that costs nothing
    const ids = group.price > 0 ? plansOf(group) : [];
    for (const variantId of group.variantIds) links.set(variantId, ids);
  }
  await linkPlans(ask, links);
  const former = product.variants.filter(({ id, hasOwnPlans }) => hasOwnPlans && !links.has(id));
  await unlinkPlans(
    ask,
    former.map(({ id }) => id),
  );
}

async function fetchOffer(
  { offers, target, keyVersion, country, language, key }: Offering,
  { id, title, vendor, productType, currency }: Protectable,
  group: PriceGroup,
): Promise<Offer> {
  const asked = {
    type: "protection_product" as const,
    country,
    product: {
      id: numericId(id),
      category: productType || "other",
      title,
      brand: vendor,
      sku: group.sku,
      price: { amount: group.price, currency: currency.toLowerCase() },
    },
  };
  // the request is part of the key: a price that changed meanwhile is another request
  const digest = createHash("sha256")
    .update(JSON.stringify([key, asked]))
    .digest("hex");
  const answer = await offers.fetchOffer(target, asked, digest, language);
  if (answer.kind === "key_refused") {
    throw new JobHalt("key_refused", answer.reason, null, keyVersion);
  }
  if (answer.kind === "unavailable") {
    throw new JobHalt("hakuna_unavailable", answer.reason, answer.retryAfterMs);
  }
  if (answer.kind === "refused") throw new ProductFailure("no_offer", answer.reason);
  const { offer } = answer;
  if (offer.country !== country) throw new ProductFailure("other_country", offer.country);
  const other = offer.plans.find(({ price }) => price.currency !== currency.toLowerCase());
  if (other) throw new ProductFailure("other_currency", other.price.currency);
  return offer;
}

/** The protection product's handle: it tells which product's plans it holds. */
function handleOf(productId: string): string {
  return `hakuna-protection-${numericId(productId)}`;
}

function titleOf({ title }: Protectable, language: string): string {
  return (language === "de" ? `Schutz für ${title}` : `Protection for ${title}`).slice(0, 255);
}

function text(amount: number, { currency }: Protectable): string {
  return decimalText(amount, currency);
}

/** Options of a product have different names. */
function distinct(titles: readonly string[]): string[] {
  return titles.map((title, index) => {
    const earlier = titles.slice(0, index).filter((one) => one === title).length;
    return earlier === 0 ? title : `${title} (${earlier + 1})`;
  });
}
