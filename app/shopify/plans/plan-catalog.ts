import { decimalText, minorUnits } from "#app/order/money.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import {
  deletePlanMetafields,
  type PlanNode,
  type PlanProductData,
  type PlanVariantsData,
  type ProductData,
  type PublicationsData,
  planPageSizes,
  planProductQuery,
  planVariantsQuery,
  productQuery,
  publicationsQuery,
  publishPlans,
  type SetPlanProductData,
  setLinks,
  setPlanProduct,
  setPlanVariants,
  type UserErrors,
} from "./plan-queries.ts";

/** A plan as its variant says; money as Shopify writes it. */
export type CatalogPlan = {
  id: string;
  productId: string;
  title: string;
  productTitle: string;
  productHandle: string;
  isProtection: boolean;
  price: string;
  offerId: string | null;
  planId: string | null;
  insuranceUrl: string | null;
  termMonths: number | null;
  /** where alone it is sold, ISO 3166-1 alpha-2, lower case; null: nobody said so */
  country: string | null;
  /** what its offer says that it costs; null: nobody wrote that down */
  offerPrice: PlanPrice | null;
};

/** In minor units; the currency upper case. */
export type PlanPrice = { amount: number; currency: string };

/** A product that plans may be linked to; `price` in the shop's currency, as Shopify writes it. */
export type Protectable = {
  id: string;
  title: string;
  vendor: string;
  productType: string;
  /** the shop's, ISO 4217, upper case */
  currency: string;
  /** ids of the plans' variants, for every variant that has none of its own */
  plans: string[];
  /** `requiresComponents`: it is a bundle; `plans`: null where the product's count */
  variants: {
    id: string;
    sku: string | null;
    price: string;
    requiresComponents: boolean;
    plans: string[] | null;
  }[];
};

/** Shopify did not do what it was asked, for a reason that the next try would meet again. */
export class CatalogRefusal extends Error {
  readonly code = "catalog";
}

/** Protection is told by its vendor, as in orders (app/order/lines.ts). */
export function isProtectionVendor(vendor: string): boolean {
  return vendor.trim().toLowerCase() === "hakuna";
}

/** Reads a product with all its variants; null where there is none. */
export async function readProtectable(ask: AskAdmin, id: string): Promise<Protectable | null> {
  const page = async (after: string | null) => {
    const variables = { id, first: planPageSizes.variants, after };
    return (await ask<ProductData>(productQuery, variables)).data;
  };
  const { product, shop } = await page(null);
  if (!product) return null;
  const nodes = [...product.variants.nodes];
  let { pageInfo } = product.variants;
  while (pageInfo.hasNextPage) {
    const next = (await page(pageInfo.endCursor)).product?.variants;
    if (!next) return null;
    nodes.push(...next.nodes);
    pageInfo = next.pageInfo;
  }
  return {
    ...product,
    currency: shop.currencyCode,
    plans: idsIn(product.plans) ?? [],
    variants: nodes.map((variant) => ({ ...variant, plans: idsIn(variant.plans) })),
  };
}

/** The ids in a metafield that lists variants; null where there is none. */
export function idsIn(list: { value: string } | null): string[] | null {
  return list === null ? null : (JSON.parse(list.value) as string[]);
}

/** The plans of the variants; those that are no variants, or gone, are left out. */
export async function readPlans(ask: AskAdmin, ids: readonly string[]): Promise<CatalogPlan[]> {
  const plans: CatalogPlan[] = [];
  for (let start = 0; start < ids.length; start += planPageSizes.variants) {
    const part = ids.slice(start, start + planPageSizes.variants);
    const { data } = await ask<PlanVariantsData>(planVariantsQuery, { ids: part });
    for (const node of data.nodes)
      if (node && "price" in node) plans.push(planOf(node as PlanNode));
  }
  return plans;
}

/** The plans in the product of this handle; null where there is none. */
export async function readPlanProduct(ask: AskAdmin, handle: string) {
  const variables = { handle, first: planPageSizes.variants };
  const { data } = await ask<PlanProductData>(planProductQuery, variables);
  const found = data.productByIdentifier;
  return found && { ...found, plans: found.variants.nodes.map(planOf) };
}

/** What a plan's variant is to be like. */
export type PlanVariant = {
  /** the variant that there is already */
  id: string | undefined;
  title: string;
  price: string;
  sku: string | null;
  offerId: string;
  planId: string;
  insuranceUrl: string | null;
  termMonths: number | null;
  /** where alone it is sold, ISO 3166-1 alpha-2, lower case; null: everywhere */
  country: string | null;
  /** what the storefront compares with what it shows; null: nothing */
  offerPrice: PlanPrice | null;
};

/**
 * Creates the product of this handle with these plans as its variants, or makes it so. Plans are
 * services that are taxed at 0 %: not taxable, nothing to ship, no stock. `UNLISTED`: a buyer finds
 * them beside their product only. Variants that are not named are deleted.
 *
 * @returns the product's id and its plans
 */
export async function writePlanProduct(
  ask: AskAdmin,
  handle: string,
  title: string,
  plans: readonly PlanVariant[],
): Promise<{ id: string; plans: CatalogPlan[] }> {
  const option = "Plan";
  const input = {
    title,
    handle,
    vendor: "hakuna",
    productType: "Protection",
    status: "UNLISTED",
    productOptions: [{ name: option, values: plans.map((plan) => ({ name: plan.title })) }],
    variants: plans.map((plan) => ({
      ...(plan.id !== undefined && { id: plan.id }),
      optionValues: [{ optionName: option, name: plan.title }],
      price: plan.price,
      ...(plan.sku !== null && { sku: plan.sku }),
      inventoryPolicy: "CONTINUE",
      ...service,
      metafields: planMetafields(plan),
    })),
  };
  const variables = { identifier: { handle }, input, first: planPageSizes.variants };
  const { data } = await ask<SetPlanProductData>(setPlanProduct, variables);
  const { product, userErrors } = data.productSet;
  refuse(userErrors);
  if (!product) throw new CatalogRefusal("Shopify answered without a product.");
  return { id: product.id, plans: product.variants.nodes.map(planOf) };
}

/** Sells the product in the online store; answers false where the shop has none. */
export async function publishInOnlineStore(ask: AskAdmin, id: string): Promise<boolean> {
  const { data } = await ask<PublicationsData>(publicationsQuery, { first: 20 });
  const isOnlineStore = ({ catalog }: (typeof data.publications.nodes)[number]) =>
    catalog?.apps?.nodes.some(({ handle }) => handle === "online_store");
  const publication = data.publications.nodes.find(isOnlineStore);
  if (!publication) return false;
  const { data: published } = await ask<{ publishablePublish: { userErrors: UserErrors } }>(
    publishPlans,
    { id, publication: publication.id },
  );
  refuse(published.publishablePublish.userErrors);
  return true;
}

/** Details of plans in a merchant's own products, all of one product. */
export async function writePlanDetails(
  ask: AskAdmin,
  product: string,
  plans: readonly (Omit<PlanVariant, "title" | "price" | "sku" | "id"> & { id: string })[],
): Promise<void> {
  const variants = plans.map((plan) => ({
    id: plan.id,
    ...service,
    metafields: planMetafields(plan),
  }));
  const { data } = await ask<{ productVariantsBulkUpdate: { userErrors: UserErrors } }>(
    setPlanVariants,
    { product, variants },
  );
  refuse(data.productVariantsBulkUpdate.userErrors);
  // what is left out of an update stays
  const gone = plans.flatMap(({ id, insuranceUrl, termMonths, country, offerPrice }) => [
    ...(insuranceUrl === null ? [{ ownerId: id, key: "insurance_url" }] : []),
    ...(termMonths === null ? [{ ownerId: id, key: "term_months" }] : []),
    ...(country === null ? [{ ownerId: id, key: "country" }] : []),
    ...(offerPrice === null ? [{ ownerId: id, key: "offer_price" }] : []),
  ]);
  await deleteMetafields(ask, gone);
}

/** Says of plans, all of one product, in which country and for what price they were offered. */
export async function writePlanCountries(
  ask: AskAdmin,
  product: string,
  plans: readonly { id: string; country: string; offerPrice: PlanPrice }[],
): Promise<void> {
  const variants = plans.map(({ id, country, offerPrice }) => ({
    id,
    metafields: countryMetafields({ country, offerPrice }),
  }));
  const { data } = await ask<{ productVariantsBulkUpdate: { userErrors: UserErrors } }>(
    setPlanVariants,
    { product, variants },
  );
  refuse(data.productVariantsBulkUpdate.userErrors);
}

/** The most metafields that one request may set. */
const mostMetafields = 25;

/**
 * Offers these plans for products or variants, in the place of those that were.
 *
 * @param links owner → ids of the plans' variants
 */
export async function linkPlans(ask: AskAdmin, links: ReadonlyMap<string, string[]>) {
  const metafields = [...links].map(([ownerId, ids]) => ({
    ownerId,
    namespace: "$app",
    key: "plans",
    type: "list.variant_reference",
    value: JSON.stringify(ids),
  }));
  for (let start = 0; start < metafields.length; start += mostMetafields) {
    const part = metafields.slice(start, start + mostMetafields);
    const variables = { metafields: part };
    const { data } = await ask<{ metafieldsSet: { userErrors: UserErrors } }>(setLinks, variables);
    refuse(data.metafieldsSet.userErrors);
  }
}

/** Offers no plans any more for these products or variants. */
export async function unlinkPlans(ask: AskAdmin, owners: readonly string[]): Promise<void> {
  await deleteMetafields(
    ask,
    owners.map((ownerId) => ({ ownerId, key: "plans" })),
  );
}

async function deleteMetafields(
  ask: AskAdmin,
  metafields: readonly { ownerId: string; key: string }[],
): Promise<void> {
  for (let start = 0; start < metafields.length; start += mostMetafields) {
    const part = metafields.slice(start, start + mostMetafields);
    const variables = { metafields: part.map((one) => ({ namespace: "$app", ...one })) };
    const { data } = await ask<{ metafieldsDelete: { userErrors: UserErrors } }>(
      deletePlanMetafields,
      variables,
    );
    refuse(data.metafieldsDelete.userErrors);
  }
}

const text = "single_line_text_field";

const service = {
  taxable: false,
  inventoryItem: { tracked: false, requiresShipping: false },
} as const;

function planMetafields(
  plan: Pick<
    PlanVariant,
    "offerId" | "planId" | "insuranceUrl" | "termMonths" | "country" | "offerPrice"
  >,
) {
  const { offerId, planId, insuranceUrl, termMonths } = plan;
  const own = [
    { key: "offer_id", type: text, value: offerId },
    { key: "plan_id", type: text, value: planId },
    ...(insuranceUrl === null ? [] : [{ key: "insurance_url", type: "url", value: insuranceUrl }]),
    ...(termMonths === null
      ? []
      : [{ key: "term_months", type: "number_integer", value: String(termMonths) }]),
  ].map((metafield) => ({ namespace: "$app", ...metafield }));
  return [...own, ...countryMetafields(plan)];
}

function countryMetafields({ country, offerPrice }: Pick<PlanVariant, "country" | "offerPrice">) {
  const price = offerPrice && priceText(offerPrice);
  return Object.entries({ country, offer_price: price }).flatMap(([key, value]) =>
    value === null ? [] : [{ namespace: "$app", key, type: text, value }],
  );
}

/** `5900 EUR`: in hundredths whatever the currency, as Liquid counts. */
function priceText({ amount, currency }: PlanPrice): string {
  return `${Math.round(Number(decimalText(amount, currency)) * 100)} ${currency}`;
}

function priceIn(text: string | undefined): PlanPrice | null {
  const [, hundredths, currency] = /^(\d{1,12}) ([A-Z]{3})$/.exec(text ?? "") ?? [];
  if (hundredths === undefined || currency === undefined) return null;
  return { amount: minorUnits(decimalText(Number(hundredths), "EUR"), currency).amount, currency };
}

export function planOf(node: PlanNode): CatalogPlan {
  const { id, title, price, product } = node;
  const months = Number(node.termMonths?.value ?? Number.NaN);
  return {
    ...{ id, title, price },
    productId: product.id,
    productTitle: product.title,
    productHandle: product.handle,
    isProtection: isProtectionVendor(product.vendor),
    offerId: node.offerId?.value ?? null,
    planId: node.planId?.value ?? null,
    insuranceUrl: node.insuranceUrl?.value ?? null,
    termMonths: Number.isInteger(months) ? months : null,
    country: node.country?.value ?? null,
    offerPrice: priceIn(node.offerPrice?.value),
  };
}

export function refuse(errors: UserErrors): void {
  const [first] = errors;
  if (!first) return;
  const field = first.field ? `${first.field.join(".")}: ` : "";
  throw new CatalogRefusal(`${field}${first.message}`.slice(0, 300));
}
