import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import {
  CatalogRefusal,
  linkPlans,
  type Protectable,
  readPlans,
  unlinkPlans,
} from "#app/shopify/plans/plan-catalog.ts";
import { type CountryPlans, makeCountryPlans, type PlanMaking } from "./country-plans.ts";
import { type CountryLack, type PlanResult, ProductFailure } from "./plan-result.ts";

/** A country in which a product has offers, and whether the last of them has expired. */
export type OfferedCountry = { country: string; isOver: boolean };

/** What is to be known of a product in a country from now on. */
export type CountryOutcome =
  | { country: string; kind: "offered"; prices: number; expiresAt: number }
  /** `keeps`: what it had is still good */
  | { country: string; kind: "lacks"; lack: CountryLack; keeps: boolean };

/**
 * Gives a product the plans that Hakuna offers for it in each country where the shop sells, and links
 * them to it. Where there is no new offer the plans of the one before stay as long as it is good;
 * once it is over they are taken off, because Hakuna would not insure them.
 *
 * @param before where the product has offers already
 * @throws JobHalt
 */
export async function offerPlans(
  making: PlanMaking,
  product: Protectable,
  before: readonly OfferedCountry[],
): Promise<{ result: PlanResult; countries: CountryOutcome[] }> {
  const made: CountryPlans[] = [];
  const lacking: (CountryLack & { isOver: boolean })[] = [];
  for (const country of making.countries) {
    try {
      made.push(await makeCountryPlans(making, product, country));
    } catch (error) {
      const lack = lackOf(error, country);
      if (lack === null) throw error;
      const { isOver } = before.find((one) => one.country === country) ?? { isOver: false };
      const isRefused = ["no_offer", "country_unsupported"].includes(lack.code);
      lacking.push({ ...lack, isOver: isOver && isRefused });
    }
  }
  const over = lacking.find(({ isOver }) => isOver);
  if (made.length > 0 || over) {
    const kept = lacking.filter(({ isOver }) => !isOver).map(({ country }) => country);
    await link(making.ask, product, made, await keptPlans(making, product, kept));
  }
  const countries: CountryOutcome[] = [
    ...made.map(({ country, prices, expiresAt }) => {
      return { country, kind: "offered" as const, prices, expiresAt };
    }),
    ...lacking.map(({ isOver, ...lack }) => {
      return { country: lack.country, kind: "lacks" as const, lack, keeps: !isOver };
    }),
  ];
  const lacks = lacking.map(({ isOver, ...lack }): CountryLack => {
    return isOver ? { ...lack, code: "offer_ended" } : lack;
  });
  const [first] = lacks;
  if (made.length === 0 && first) {
    const { code, words } = lacks.find(({ code }) => code === "offer_ended") ?? first;
    return { result: { kind: "failed", code, words }, countries };
  }
  const plans = made.flatMap((one) => one.plans);
  const notes = [...new Set(made.flatMap((one) => one.notes))];
  const result: PlanResult = { kind: "offered", plans, notes };
  return { result: lacks.length > 0 ? { ...result, lacking: lacks } : result, countries };
}

function lackOf(error: unknown, country: string): CountryLack | null {
  if (error instanceof ProductFailure) {
    return { country, code: error.failure, words: error.words };
  }
  if (error instanceof CatalogRefusal) {
    return { country, code: "shopify_refused", words: error.message };
  }
  return null;
}

/** Ids of those plans of the product that were sold in these countries until now. */
async function keptPlans(
  { ask, countries }: PlanMaking,
  product: Protectable,
  kept: readonly string[],
): Promise<ReadonlySet<string>> {
  if (kept.length === 0) return new Set();
  const linked = new Set(
    [product.plans, ...product.variants.map(({ plans }) => plans ?? [])].flat(),
  );
  const plans = await readPlans(ask, [...linked]);
  const own = countries[0] ?? "";
  return new Set(plans.filter((plan) => kept.includes(plan.country ?? own)).map(({ id }) => id));
}

/** The first priced variant's plans stand on the product, those of variants that differ on these. */
async function link(
  ask: AskAdmin,
  product: Protectable,
  made: readonly CountryPlans[],
  kept: ReadonlySet<string>,
): Promise<void> {
  const plansOf = product.variants.map(({ id, plans }) => [
    ...made.flatMap(({ links }) => links.get(id) ?? []),
    ...(plans ?? product.plans).filter((plan) => kept.has(plan)),
  ]);
  const main = plansOf.find((plans) => plans.length > 0) ?? [];
  const links = new Map<string, string[]>();
  const followers: string[] = [];
  product.variants.forEach(({ id, plans: own }, index) => {
    const plans = plansOf[index] ?? [];
    if (plans.join() !== main.join()) links.set(id, plans);
    else if (own !== null) followers.push(id);
  });
  if (main.length > 0) links.set(product.id, main);
  else if (product.plans.length > 0) followers.push(product.id);
  await linkPlans(ask, links);
  await unlinkPlans(ask, followers);
}
