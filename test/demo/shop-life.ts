import { mapOrder } from "#app/order/map.ts";
import { knownOffers } from "#app/order/mapping/covers.ts";
import { isShared, statesOf } from "#test/server/expected-orders.ts";
import { createRandom } from "#test/simulator/random.ts";
import { disorder } from "#test/simulator/shopify/disorder.ts";
import { type Moment, orderMoments, type ShopManner } from "#test/simulator/shopify/order-life.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const firstNumber = 1001;

/** How the shop's goods are sold: see `ShopManner`. */
type Manner = Pick<ShopManner, "shop" | "goods">;

/** A webhook, and the order as it was when it was sent. */
export type Told = Webhook & { order: SimulatedOrder };

export type ShopLife = {
  /** orders of the weeks before the hour, as they are now */
  past: SimulatedOrder[];
  /** the webhooks of the last hour */
  hour: Told[];
  /** the number of the next order */
  next: number;
};

/**
 * The orders of the hour that need a person: place among the others, and what is found of each. A
 * product came back and its plan did not; a plan was bought without what links it to its product; a
 * plan stands alone.
 */
const stories = new Map([
  [3, "product_gone_plan_not"],
  [8, "plan_without_product,pair_suggested"],
  [12, "plan_without_product"],
]);

/** How long the shop has been there, and how its business goes. */
export type Extent = {
  /** days before the hour; no app may read orders that are older than 60 */
  days: number;
  /** orders a day, at the beginning and in the end */
  daily: readonly [number, number];
  /** orders of the hour */
  hourly: number;
};

export const demoExtent: Extent = { days: 56, daily: [5, 12], hourly: 16 };

/**
 * The life of a shop until `now`: weeks of orders that need nobody, then an hour of which webhooks
 * tell, a tenth of them twice and a fifth out of order. Three of the hour's orders need a person, each
 * for another reason. What is told latest has just happened. Numbers follow the times at which orders
 * are placed.
 */
export function liveUntil(now: number, manner: Manner, extent: Extent = demoExtent): ShopLife {
  const { days, daily, hourly } = extent;
  const seeds = seedsOf(manner);
  const plans = [
    ...pastTimes(now, days, daily).map((at) => ({ at, planShare: 0.35, story: "" })),
    ...Array.from({ length: hourly }, (_, index) => ({
      at: now - hourMs + (index * hourMs) / hourly,
      ...{ planShare: 0.6, story: stories.get(index) ?? "" },
    })),
  ];
  const lives = plans
    .map(({ at, planShare, story }, index) => {
      const seed = seeds(story, planShare);
      const end = orderMoments(mannerOf(manner, planShare), seed, at).at(-1);
      // what is to have happened by now, one after the other, began earlier
      const latest = now - (plans.length - 1 - index) * 40_000;
      const late = Math.max(0, (end?.webhook.triggeredAt ?? latest) - latest);
      return { seed, planShare, at: at - late, isPast: at < now - hourMs };
    })
    .sort((a, b) => a.at - b.at)
    .map(({ seed, planShare, at, isPast }, index) => {
      const numbered = { ...mannerOf(manner, planShare), number: firstNumber + index };
      return { isPast, moments: orderMoments(numbered, seed, at) };
    });
  const told = sideBySide(lives.filter(({ isPast }) => !isPast).map(({ moments }) => moments));
  return {
    past: lives.flatMap(({ isPast, moments }) => (isPast ? (moments.at(-1)?.order ?? []) : [])),
    hour: disorder(told, createRandom(1), { duplicates: 0.1, outOfOrder: 0.2 }),
    next: firstNumber + lives.length,
  };
}

/** When orders were placed: by day, from breakfast to bedtime. */
function pastTimes(now: number, days: number, [first, last]: Extent["daily"]): number[] {
  const random = createRandom(days);
  return Array.from({ length: days }, (_, index) => {
    const usual = first + ((last - first) * index) / days;
    const count = Math.max(1, Math.round(usual + random.between(-1, 1)));
    const morning = now - hourMs - (days - index) * dayMs;
    return Array.from({ length: count }, () => morning + random.between(0, 14 * hourMs));
  }).flat();
}

function mannerOf(manner: Manner, planShare: number): ShopManner {
  return { ...manner, planShare, currency: "EUR", bigIds: true };
}

/** All first webhooks, then all second ones, …: the lives go on side by side. */
function sideBySide(lives: readonly Moment[][]): Told[] {
  const longest = Math.max(...lives.map((life) => life.length));
  return Array.from({ length: longest }, (_, step) =>
    lives.flatMap((life) => {
      const moment = life[step];
      return moment ? [{ ...moment.webhook, order: moment.order }] : [];
    }),
  ).flat();
}

/** The seed of the next life of which exactly this is found in the end: codes with commas between. */
function seedsOf(manner: Manner): (findings: string, planShare: number) => number {
  const passed = new Map<string, number[]>();
  let next = 1000;
  return (wanted, planShare) => {
    const kind = (findings: string) => `${findings} ${planShare}`;
    for (;;) {
      const known = passed.get(kind(wanted))?.shift();
      if (known !== undefined) return known;
      const found = kind(findingsOf(mannerOf(manner, planShare), next));
      passed.set(found, [...(passed.get(found) ?? []), next]);
      next += 1;
    }
  };
}

/** What is found of a life in the end, by whoever heard all of it and by whoever reads the order then. */
function findingsOf(manner: ShopManner, seed: number): string {
  const moments = orderMoments(manner, seed, 0);
  const { fulfillments = [], lines = [], financialStatus } = moments.at(-1)?.order ?? {};
  // found where what was withdrawn had reached Hakuna by then
  if (fulfillments.some(({ status }) => status === "cancelled")) return "fulfillment_withdrawn";
  const webhooks = moments.map(({ webhook }) => webhook);
  const whole = webhooks.filter(({ topic }) => topic.startsWith("orders/")).slice(-1);
  const found = [...new Set([webhooks, whole].map(foundIn))].join(" or ");
  // there is nothing left to do for it, or no time by which it is to be done
  const isOver = financialStatus === "voided" || financialStatus === "refunded";
  const shipped = new Set(fulfillments.flatMap(({ units }) => units).map(({ line }) => line));
  const isDull = isOver || lines.some((line) => !line.isPlan && !shipped.has(line));
  return isDull && found !== "" ? `${found}, dull` : found;
}

function foundIn(webhooks: readonly Webhook[]): string {
  const [state] = statesOf(webhooks).values();
  // orders that are not sent are a part of a shop's life, and need nobody
  if (!state || !isShared(state)) return "";
  const { findings } = mapOrder(state, {
    shopCountry: "de",
    productIdentifier: "variant",
    manualPairs: [],
    acceptSuggestions: false,
    reportedUnits: {},
    offers: knownOffers([]),
  });
  return findings.map(({ code }) => code).join();
}
