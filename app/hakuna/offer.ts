import { z } from "zod";

/** An amount in the currency's minor unit; the currency in lower case. */
export type OfferPrice = { amount: number; currency: string };

/** What Hakuna is asked for an offer for: a product at a price, in the shop's country. */
export type OfferRequest = {
  type: "protection_product";
  /** ISO 3166-1 alpha-2, lower case */
  country: string;
  product: {
    id: string;
    category: string;
    title: string;
    brand: string;
    sku: string;
    price: OfferPrice;
  };
};

export type OfferPlan = {
  id: string;
  sku: string | null;
  price: OfferPrice;
  /** null where Hakuna does not say it in a way that can be read */
  termMonths: number | null;
  title: string;
  /** where the insurance is described: a shop must show it beside the plan; null: not found */
  insuranceUrl: string | null;
};

/** One to three plans for a product. Times are epoch milliseconds. */
export type Offer = {
  id: string;
  expiresAt: number;
  country: string;
  plans: OfferPlan[];
};

const texts = z.union([z.string(), z.record(z.string(), z.unknown())]);
const price = z.object({
  amount: z.int().nonnegative(),
  currency: z
    .string()
    .transform((code) => code.toLowerCase())
    .pipe(z.string().regex(/^[a-z]{3}$/)),
});
const term = z.union([z.number(), z.string(), z.record(z.string(), z.unknown())]).nullish();

const answer = z.object({
  id: z.string().min(1).max(200),
  expired_at: z.int().positive(),
  country: z.string().transform((code) => code.toLowerCase()),
  marketing_content: z.record(z.string(), z.unknown()).nullish(),
  plans: z
    .array(
      z.looseObject({
        id: z.string().min(1).max(200),
        sku: z.string().nullish(),
        price,
        term_length: term,
        title: texts,
      }),
    )
    .min(1)
    .max(3),
});

/**
 * Reads an offer. Hakuna's documentation leaves open how a term is written and where the insurance
 * link stands: both are assumptions, listed in docs/operations.md, and this file is the only one
 * that knows them. What cannot be done without is demanded.
 * https://docs.hellohakuna.com/get-started/how-it-works/offers
 *
 * @param language of titles and links, such as `de`; else English, else whatever there is
 * @returns the offer, or a sentence on what is wrong with it
 */
export function readOffer(body: unknown, language: string): Offer | string {
  const read = answer.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    return `Hakuna's offer cannot be read: ${issue?.path.join(".")}: ${issue?.message}`;
  }
  const { id, expired_at, country, marketing_content, plans } = read.data;
  const common = insuranceUrl({ ...(body as object), ...marketing_content }, language);
  return {
    id,
    expiresAt: expired_at,
    country,
    plans: plans.map((plan) => ({
      id: plan.id,
      sku: plan.sku || null,
      price: plan.price,
      termMonths: months(plan.term_length),
      title: (inLanguage(plan.title, language) ?? plan.id).slice(0, 200),
      insuranceUrl: insuranceUrl(plan, language) ?? common,
    })),
  };
}

/** `12`, `"12 months"`, `"P1Y"`, `{value: 1, unit: "year"}` → 12, a bare number counts months. */
function months(term: unknown): number | null {
  const text =
    typeof term === "object" && term !== null ? Object.values(term).join(" ") : String(term ?? "");
  const count = Number(/\d+/.exec(text)?.[0] ?? Number.NaN);
  if (!Number.isInteger(count) || count <= 0) return null;
  return /year|jahr|\d\s*y/i.test(text) ? count * 12 : count;
}

/** The first web address under a name that speaks of the insurance or its terms. */
function insuranceUrl(content: Record<string, unknown>, language: string): string | null {
  for (const [name, value] of Object.entries(content)) {
    if (!/insurance|terms|document|details|ipid/i.test(name)) continue;
    const url = inLanguage(value, language);
    if (url && /^https?:\/\//.test(url) && URL.canParse(url)) return url;
  }
  return null;
}

function inLanguage(value: unknown, language: string): string | null {
  if (typeof value === "string") return value || null;
  if (Array.isArray(value)) return inLanguage(value[0], language);
  if (typeof value !== "object" || value === null) return null;
  const byLanguage = value as Record<string, unknown>;
  const chosen = byLanguage[language] ?? byLanguage.en ?? Object.values(byLanguage)[0];
  return chosen === value ? null : inLanguage(chosen, language);
}
