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

/** What came of a country, and when, in epoch milliseconds; to be written down as JSON. */
export type CountryStep = { country: string; at: number } & (
  | { made: CountryPlans }
  | { lack: CountryLack }
);

/** How far a product is: a country that is done is not done again. */
export type Progress = {
  /** what was written down of earlier tries */
  steps: readonly CountryStep[];
  /** writes down what there is now */
  save(steps: readonly CountryStep[]): Promise<void>;
  /** whether others are to have their turn */
  isTimeUp(): boolean;
  now(): number;
};

/** A step that is older is taken again: prices may be others by now. */
const stepLastsMs = 24 * 60 * 60_000;

/**
 * Gives a product the plans that Hakuna offers for it in each country where the shop sells, and links
 * them to it. Where there is no new offer the plans of the one before stay as long as it is good;
 * once it is over they are taken off, because Hakuna would not insure them. Before anything is asked
 * of Hakuna, the app's plans of countries where the shop sells no more are taken off. Each country is
 * written down when it is done: there can be sixteen, and each may take a minute.
 *
 * @param open access to Shopify for so long as one country may take
 * @param before where the product has offers already
 * @returns null: its time is up before all countries are done
 * @throws JobHalt
 */
export async function offerPlans(
  making: Omit<PlanMaking, "ask">,
  open: () => Promise<AskAdmin>,
  found: Protectable,
  before: readonly OfferedCountry[],
  progress: Progress,
): Promise<{ result: PlanResult; countries: CountryOutcome[] } | null> {
  const { product, linked } = await withoutFormer(await open(), making.countries, found);
  const steps = progress.steps.filter((step) => isGood(step, making.countries, progress.now()));
  const left = making.countries.filter((one) => !steps.some(({ country }) => country === one));
  for (const [index, country] of left.entries()) {
    // each try does one, or it would never end
    if (index > 0 && progress.isTimeUp()) return null;
    const at = progress.now();
    const outcome = await stepOf({ ...making, ask: await open() }, product, country);
    steps.push({ country, at, ...outcome });
    if (making.countries.length > 1) await progress.save(steps);
  }
  const inOrder = making.countries.flatMap((one) => steps.filter(({ country }) => country === one));
  const made = inOrder.flatMap((step) => ("made" in step ? step.made : []));
  const lacking = inOrder.flatMap((step) => ("lack" in step ? lackNow(step.lack, before) : []));
  if (made.length > 0 || lacking.some(({ isOver }) => isOver)) {
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
  return { result: resultOf(made, lacking), countries };
}

function isGood(step: CountryStep, countries: readonly string[], now: number): boolean {
  const isOver = "made" in step && step.made.expiresAt <= now;
  return countries.includes(step.country) && step.at > now - stepLastsMs && !isOver;
}

async function stepOf(
  making: PlanMaking,
  product: Protectable,
  country: string,
): Promise<{ made: CountryPlans } | { lack: CountryLack }> {
  try {
    return { made: await makeCountryPlans(making, product, country) };
  } catch (error) {
    const lack = lackOf(error, country);
    if (lack === null) throw error;
    return { lack };
  }
}

/** With whether the offer that there was before is over: expired, and Hakuna makes no other. */
function lackNow(lack: CountryLack, before: readonly OfferedCountry[]) {
  const isExpired = before.some(({ country, isOver }) => country === lack.country && isOver);
  const isRefused = ["no_offer", "country_unsupported"].includes(lack.code);
  return { ...lack, isOver: isExpired && isRefused };
}

function resultOf(
  made: readonly CountryPlans[],
  lacking: readonly ReturnType<typeof lackNow>[],
): PlanResult {
  const lacks = lacking.map(({ isOver, ...lack }): CountryLack => {
    return isOver ? { ...lack, code: "offer_ended" } : lack;
  });
  const [first] = lacks;
  if (made.length === 0 && first) {
    const { code, words } = lacks.find(({ code }) => code === "offer_ended") ?? first;
    return { kind: "failed", code, words };
  }
  const unpriced = made.flatMap(({ country, refusal }) =>
    refusal === null ? [] : [{ country, words: refusal }],
  );
  return {
    kind: "offered",
    plans: made.flatMap((one) => one.plans),
    notes: [...new Set(made.flatMap((one) => one.notes))],
    ...(lacks.length > 0 && { lacking: lacks }),
    ...(unpriced.length > 0 && { unpriced }),
  };
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
    ...made.flatMap(({ links }) => links[id] ?? []),
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
