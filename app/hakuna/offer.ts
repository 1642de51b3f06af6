import { z } from "zod";

/** An amount in the currency's minor unit; the currency in lower case. */
export type OfferPrice = { amount: number; currency: string };

/** What Hakuna is asked for an offer for: a product at a price, for buyers of a country. */
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

/** A text by language, such as `de`; under `und` where Hakuna names none. */
export type Texts = Readonly<Record<string, string>>;

export type OfferPlan = {
  id: string;
  sku: string | null;
  price: OfferPrice;
  /** null where Hakuna does not say it in a way that can be read */
  termMonths: number | null;
  titles: Texts;
  /** where the insurance is described: a shop must show it beside the plan; empty: not found */
  insuranceUrls: Texts;
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
 * @returns the offer, or a sentence on what is wrong with it
 */
export function readOffer(body: unknown): Offer | string {
  const read = answer.safeParse(body);
  if (!read.success) {
    const [issue] = read.error.issues;
    return `Hakuna's offer cannot be read: ${issue?.path.join(".")}: ${issue?.message}`;
  }
  const { id, expired_at, country, marketing_content, plans } = read.data;
  const common = insuranceUrls({ ...(body as object), ...marketing_content });
  return {
    id,
    expiresAt: expired_at,
    country,
    plans: plans.map((plan) => {
      const titles = Object.entries(textsOf(plan.title)).map(([language, title]) => [
        language,
        title.slice(0, 200),
      ]);
      const own = insuranceUrls(plan);
      return {
        id: plan.id,
        sku: plan.sku || null,
        price: plan.price,
        termMonths: months(plan.term_length),
        titles: titles.length > 0 ? Object.fromEntries(titles) : { und: plan.id },
        insuranceUrls: Object.keys(own).length > 0 ? own : common,
      };
    }),
  };
}

/** The text in the language, else the one of no language, else in English, else whatever there is. */
export function textIn(texts: Texts, language: string): string | null {
  return texts[language] ?? texts.und ?? texts.en ?? Object.values(texts)[0] ?? null;
}

/** `12`, `"12 months"`, `"P1Y"`, `{value: 1, unit: "year"}` → 12, a bare number counts months. */
function months(term: unknown): number | null {
  const text =
    typeof term === "object" && term !== null ? Object.values(term).join(" ") : String(term ?? "");
  const count = Number(/\d+/.exec(text)?.[0] ?? Number.NaN);
  if (!Number.isInteger(count) || count <= 0) return null;
  return /year|jahr|\d\s*y/i.test(text) ? count * 12 : count;
}

/** The first web addresses under a name that speaks of the insurance or its terms. */
function insuranceUrls(content: Record<string, unknown>): Texts {
  for (const [name, value] of Object.entries(content)) {
    if (!/insurance|terms|document|details|ipid/i.test(name)) continue;
    const urls = Object.entries(textsOf(value)).filter(
      ([, url]) => /^https?:\/\//.test(url) && URL.canParse(url),
    );
    if (urls.length > 0) return Object.fromEntries(urls);
  }
  return {};
}

const languageCode = /^[a-z]{2}(?:[-_][a-z]{2})?$/i;

/** `"…"`, `{"en": "…", "de": "…"}`, or either in a list or an object. */
function textsOf(value: unknown): Texts {
  if (typeof value === "string") return value === "" ? {} : { und: value };
  if (typeof value !== "object" || value === null) return {};
  const texts = Object.entries(value).flatMap(([name, one]) => {
    const text = Object.values(textsOf(one))[0];
    return languageCode.test(name) && text !== undefined
      ? [[name.slice(0, 2).toLowerCase(), text]]
      : [];
  });
  if (texts.length > 0) return Object.fromEntries(texts);
  const inner = Object.values(value)[0];
  return inner === undefined ? {} : textsOf(inner);
}
