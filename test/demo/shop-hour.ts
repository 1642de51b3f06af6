import { mapOrder } from "#app/order/map.ts";
import { isShared, statesOf } from "#test/server/expected-orders.ts";
import { createRandom } from "#test/simulator/random.ts";
import { disorder } from "#test/simulator/shopify/disorder.ts";
import { type Moment, orderMoments } from "#test/simulator/shopify/order-life.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";

const orders = 40;
const hourMs = 3_600_000;
/** So many seeds are looked through for the orders of one start; its numbers are as far from the next's. */
const seedsOfStart = 1000;
const numbersOfStart = 100;

/**
 * The orders that need a person: place among the others, and what is found of each. A product came
 * back and its plan did not; a plan was bought without what links it to its product; a plan stands
 * alone.
 */
const stories = new Map([
  [9, "product_gone_plan_not"],
  [21, "plan_without_product,pair_suggested"],
  [33, "plan_without_product"],
]);

/** A webhook, and the order as it was when it was sent. */
type Told = Webhook & { order: SimulatedOrder };

/** The numbers of a start's orders: the first of the hour, and the first that is bought beside it. */
export function numbersFrom(start: number): { first: number; bought: number } {
  const first = 1001 + (start - 1) * numbersOfStart;
  return { first, bought: first + orders };
}

/**
 * The webhooks of an hour of the shop's life: 40 orders with their lives, a tenth of the webhooks
 * twice, a fifth out of order. Three of the orders need a person, each for another reason. What is
 * told latest has just happened. Each start has orders of its own.
 */
export function shopHour(shop: string, start: number, now: number): Told[] {
  const { first } = numbersFrom(start);
  const seeds = seedsOf(shop, start * seedsOfStart);
  const lives = Array.from({ length: orders }, (_, index) => {
    const manner = { shop, currency: "EUR", bigIds: true, number: first + index };
    const seed = seeds(stories.get(index) ?? "");
    const last = (moments: Moment[]) => moments.at(-1)?.webhook.triggeredAt ?? now;
    const at = now - hourMs + (index * hourMs) / orders;
    const late = Math.max(0, last(orderMoments(manner, seed, at)) - now);
    return orderMoments(manner, seed, at - late).map(({ order, webhook }) => ({
      ...webhook,
      order,
    }));
  });
  // all first webhooks, then all second ones, …: the lives go on side by side
  const longest = Math.max(...lives.map((life) => life.length));
  const told = Array.from({ length: longest }, (_, step) =>
    lives.flatMap((life) => life[step] ?? []),
  ).flat();
  return disorder(told, createRandom(start), { duplicates: 0.1, outOfOrder: 0.2 });
}

/** The next life of which exactly this is found in the end: codes, separated by commas. */
function seedsOf(shop: string, first: number): (findings: string) => number {
  const passed = new Map<string, number[]>();
  let next = first;
  return (wanted) => {
    for (;;) {
      const known = passed.get(wanted)?.shift();
      if (known !== undefined) return known;
      const found = findingsOf(shop, next);
      passed.set(found, [...(passed.get(found) ?? []), next]);
      next += 1;
    }
  };
}

function findingsOf(shop: string, seed: number): string {
  const moments = orderMoments({ shop, currency: "EUR", bigIds: true }, seed, 0);
  const [state] = statesOf(moments.map(({ webhook }) => webhook)).values();
  // orders that are not sent are a part of a shop's life, and need nobody
  if (!state || !isShared(state)) return "";
  const { findings } = mapOrder(state, {
    shopCountry: "de",
    productIdentifier: "variant",
    manualPairs: [],
    acceptSuggestions: false,
    reportedUnits: {},
  });
  return findings.map(({ code }) => code).join();
}
