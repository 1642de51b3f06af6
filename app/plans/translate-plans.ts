import { textIn } from "#app/hakuna/offer.ts";
import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import type { Protectable } from "#app/shopify/plans/plan-catalog.ts";
import {
  readPlanTextIds,
  type ShopLocales,
  type Translated,
  translate,
} from "#app/shopify/plans/plan-translations.ts";
import { planLanguages, planProductTitle, planTitles, type TitledPlan } from "./plan-titles.ts";

/**
 * Translates the product that holds a product's plans into every language of the shop that Hakuna
 * writes: its title, the plans' titles, and their links to the insurance details.
 *
 * @param plans with the ids of their variants
 */
export async function translatePlans(
  ask: AskAdmin,
  { others }: ShopLocales,
  product: Protectable,
  { id, plans }: { id: string; plans: readonly (TitledPlan & { variantId: string })[] },
): Promise<void> {
  if (others.length === 0) return;
  const byLocale = (textOf: (language: string) => string | null | undefined) =>
    new Map(
      others.flatMap((locale) => {
        const text = textOf(locale.slice(0, 2).toLowerCase());
        return text ? [[locale, text] as const] : [];
      }),
    );
  const isKnown = (language: string) => planLanguages.some((one) => one === language);
  const texts: Translated[] = [
    {
      ...{ resourceId: id, key: "title" },
      texts: byLocale((language) =>
        isKnown(language) ? planProductTitle(product, language) : null,
      ),
    },
  ];
  const ids = await readPlanTextIds(ask, id);
  for (const [index, { plan, variantId }] of plans.entries()) {
    const own = ids.get(variantId);
    if (own?.title) {
      const titleIn = (language: string) =>
        language in plan.titles ? planTitles(plans, language)[index] : null;
      texts.push({ resourceId: own.title, key: "name", texts: byLocale(titleIn) });
    }
    if (own?.insuranceUrl) {
      const urlIn = (language: string) =>
        language in plan.insuranceUrls ? textIn(plan.insuranceUrls, language) : null;
      texts.push({ resourceId: own.insuranceUrl, key: "value", texts: byLocale(urlIn) });
    }
  }
  await translate(ask, texts);
}
