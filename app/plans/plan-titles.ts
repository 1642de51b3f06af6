import type { OfferPlan } from "#app/hakuna/offer.ts";
import { textIn } from "#app/hakuna/offer.ts";
import type { Protectable } from "#app/shopify/plans/plan-catalog.ts";

/** The languages that the storefront's parts speak; plans' products are named in them. */
export const planLanguages = ["en", "de", "fr", "nl"] as const;

const productTitles: Record<(typeof planLanguages)[number], (title: string) => string> = {
  en: (title) => `Protection for ${title}`,
  de: (title) => `Schutz für ${title}`,
  fr: (title) => `Protection pour ${title}`,
  nl: (title) => `Bescherming voor ${title}`,
};

/** The title of the product that holds a product's plans; English where there is no other. */
export function planProductTitle({ title }: Protectable, language: string): string {
  const write = productTitles[language as "en"] ?? productTitles.en;
  return write(title).slice(0, 255);
}

/** A plan, and what is written behind its title where a product has plans of several prices. */
export type TitledPlan = { plan: OfferPlan; suffix: string };

/** The titles of a product's plans; different ones, as options of a product must be. */
export function planTitles(plans: readonly TitledPlan[], language: string): string[] {
  const titles = plans.map(
    ({ plan, suffix }) => `${textIn(plan.titles, language) ?? plan.id}${suffix}`,
  );
  return titles.map((title, index) => {
    const earlier = titles.slice(0, index).filter((one) => one === title).length;
    return earlier === 0 ? title : `${title} (${earlier + 1})`;
  });
}

/** The same for every language in which Hakuna writes one of them. */
export function titlesByLanguage(plans: readonly TitledPlan[]): Map<string, string[]> {
  const languages = new Set(plans.flatMap(({ plan }) => Object.keys(plan.titles)));
  return new Map([...languages].map((language) => [language, planTitles(plans, language)]));
}

/** The language that a country's plans are written in where the shop's own is not known. */
export function languageOf(country: string): string {
  if (["de", "at", "ch", "li"].includes(country)) return "de";
  if (["fr", "mc"].includes(country)) return "fr";
  return country === "nl" ? "nl" : "en";
}
