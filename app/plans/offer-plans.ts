import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import {
  type CatalogPlan,
  CatalogRefusal,
  linkPlans,
  type Protectable,
  readPlans,
  readProtectable,
  unlinkPlans,
} from "#app/shopify/plans/plan-catalog.ts";
import {
  type CountryPlans,
  makeCountryPlans,
  type PlanMaking,
  planHandlePrefix,
} from "./country-plans.ts";
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
 * once it is over they are taken off, because Hakuna would not insure them. Before anything is asked
 * of Hakuna, the app's plans of countries where the shop sells no more are taken off.
 *
 * @param open access to Shopify for so long as one country may take: there can be sixteen
 * @param before where the product has offers already
 * @throws JobHalt
 */
export async function offerPlans(
  making: Omit<PlanMaking, "ask">,
  open: () => Promise<AskAdmin>,
  found: Protectable,
  before: readonly OfferedCountry[],
): Promise<{ result: PlanResult; countries: CountryOutcome[] }> {
  const { product, linked } = await withoutFormer(await open(), making.countries, found);
  const made: CountryPlans[] = [];
  const lacking: (CountryLack & { isOver: boolean })[] = [];
  for (const country of making.countries) {
    try {
      made.push(await makeCountryPlans({ ...making, ask: await open() }, product, country));
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
    await link(await open(), product, made, keptPlans(making, linked, kept));
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

/** Takes the app's plans of other countries than these off the product; answers what is linked then. */
async function withoutFormer(
  ask: AskAdmin,
  countries: readonly string[],
  product: Protectable,
): Promise<{ product: Protectable; linked: CatalogPlan[] }> {
  const ids = new Set([product.plans, ...product.variants.map(({ plans }) => plans ?? [])].flat());
  const plans = ids.size > 0 ? await readPlans(ask, [...ids]) : [];
  const isFormer = ({ country, productHandle }: CatalogPlan) =>
    country !== null && !countries.includes(country) && productHandle.startsWith(planHandlePrefix);
  const former = new Set(plans.filter(isFormer).map(({ id }) => id));
  if (former.size === 0) return { product, linked: plans };
  await link(ask, product, [], new Set([...ids].filter((id) => !former.has(id))));
  return {
    product: (await readProtectable(ask, product.id)) ?? product,
    linked: plans.filter(({ id }) => !former.has(id)),
  };
}

/** Ids of those plans that were sold in these countries until now. */
function keptPlans(
  { countries }: Pick<PlanMaking, "countries">,
  linked: readonly CatalogPlan[],
  kept: readonly string[],
): ReadonlySet<string> {
  const own = countries[0] ?? "";
  return new Set(linked.filter((plan) => kept.includes(plan.country ?? own)).map(({ id }) => id));
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
