import type { AskAdmin } from "#app/shopify/access/admin-api.ts";
import { readCountryPrices } from "#app/shopify/plans/country-prices.ts";
import {
  type CatalogPlan,
  CatalogRefusal,
  type Protectable,
} from "#app/shopify/plans/plan-catalog.ts";
import { type CountryPlans, makeCountryPlans, type PlanMaking } from "./country-plans.ts";
import { priceGroups, priceKey, refusedFor } from "./offer-prices.ts";
import { type CountryLack, type PlanResult, ProductFailure } from "./plan-result.ts";
import { linkOffered, withoutPlans } from "./product-links.ts";

/** A country in which a product has offers, and whether they are over: expired, or for another price. */
export type OfferedCountry = { country: string; isOver: boolean };

/** What is to be known of a product in a country from now on. */
export type CountryOutcome =
  | { country: string; kind: "offered"; prices: number; expiresAt: number }
  /** `keeps`: what it had is still good; `refusedFor`: what that was the answer to, where it stays so */
  | {
      country: string;
      kind: "lacks";
      lack: CountryLack;
      keeps: boolean;
      refusedFor: string | null;
    };

/**
 * What came of a country, and when, in epoch milliseconds; to be written down as JSON. `refusedFor`:
 * what a refusal was the answer to, where it stays so.
 */
export type CountryStep = { country: string; at: number } & StepOutcome;
type StepOutcome = { made: CountryPlans } | { lack: CountryLack; refusedFor?: string | null };

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
  const isFormer = ({ country }: CatalogPlan) =>
    country !== null && !making.countries.includes(country);
  const { product, linked } = await withoutPlans(await open(), found, isFormer);
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
  // after a change of the shop's own country what was one country's can be another's by now
  const written = new Set(made.flatMap(({ links }) => Object.values(links).flat()));
  const [own = ""] = making.countries;
  const of = (country: string) => linked.filter((plan) => (plan.country ?? own) === country);
  const stays = (country: string) => of(country).some(({ id }) => !written.has(id));
  const lacking = inOrder.flatMap((step) => {
    if (!("lack" in step)) return [];
    const { country } = step;
    const isOver = isPast(step.lack, before) || (of(country).length > 0 && !stays(country));
    return { ...step.lack, isOver, refusedFor: step.refusedFor ?? null };
  });
  if (made.length > 0 || lacking.some(({ isOver }) => isOver)) {
    const kept = lacking.flatMap(({ isOver, country }) => (isOver ? [] : of(country)));
    const ids = kept.map(({ id }) => id).filter((id) => !written.has(id));
    await linkOffered(await open(), product, made, new Set(ids));
  }
  const countries: CountryOutcome[] = [
    ...made.map(({ country, prices, expiresAt }) => {
      return { country, kind: "offered" as const, prices, expiresAt };
    }),
    ...lacking.map(({ isOver, refusedFor, ...lack }) => {
      const { country } = lack;
      return { country, kind: "lacks" as const, lack, keeps: !isOver, refusedFor };
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
): Promise<StepOutcome> {
  let askedFor: string | null = null;
  try {
    const groups = priceGroups(product, await readCountryPrices(making.ask, product.id, country));
    askedFor = refusedFor(product, groups.map(priceKey));
    return { made: await makeCountryPlans(making, product, country, groups) };
  } catch (error) {
    const lack = lackOf(error, country);
    if (lack === null) throw error;
    // where Hakuna does not sell is said of the country, for a day
    return { lack, refusedFor: lack.code === "country_unsupported" ? null : askedFor };
  }
}

/** Whether the offer that there was before is over: expired, and Hakuna makes no other. */
function isPast(lack: CountryLack, before: readonly OfferedCountry[]): boolean {
  const isExpired = before.some(({ country, isOver }) => country === lack.country && isOver);
  return isExpired && ["no_offer", "country_unsupported", "free"].includes(lack.code);
}

function resultOf(
  made: readonly CountryPlans[],
  lacking: readonly (CountryLack & { isOver: boolean })[],
): PlanResult {
  const lacks = lacking.map(({ isOver, country, code, words }): CountryLack => {
    return { country, code: isOver ? "offer_ended" : code, words };
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
