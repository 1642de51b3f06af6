import type { Line } from "#app/order/lines.ts";
import type { Claim } from "./claims.ts";

/** Pairs as they are made; `left`: how many units of a plan serve nobody yet. */
export class Assignment<Tier> {
  readonly pairs = new Map<Line, { plan: Line; tier: Tier }>();
  readonly #left = new Map<Line, number>();
  readonly #placeOf: (line: Line) => number;

  /** @param placeOf decides between pairs that fit as well (`placesOf`) */
  constructor(placeOf: (line: Line) => number) {
    this.#placeOf = placeOf;
  }

  /** Pairs them unless the product has a plan or the plan is used up. */
  pair(product: Line, plan: Line, tier: Tier): void {
    const left = this.#leftOf(plan);
    if (this.pairs.has(product) || left <= 0) return;
    this.pairs.set(product, { plan, tier });
    this.#left.set(plan, left - Math.min(product.quantity, left));
  }

  /**
   * Settles claims of one tier: of all their pairs the one whose newer line is the oldest first, then
   * the one that fits best, then by place. Pairs are not listed: a claim's plans wait in queues by
   * quantity, and a product takes the first that it may.
   */
  settle(claims: readonly Claim[], tier: Tier): void {
    const groups = claims.map(({ products, plans }) => ({
      products: products.filter((product) => !this.pairs.has(product)),
      plans: Map.groupBy(
        plans.filter((plan) => this.#leftOf(plan) > 0),
        ({ firstSeenAt }) => firstSeenAt,
      ),
      queue: new PlanQueue(this.#placeOf, (plan) => this.#leftOf(plan) > 0),
    }));
    const queuesOf = new Map<Line, PlanQueue[]>();
    const ages = new Set<number>();
    for (const { products, plans, queue } of groups) {
      if (products.length === 0 || plans.size === 0) continue;
      for (const product of products) {
        ages.add(product.firstSeenAt);
        const queues = queuesOf.get(product);
        if (queues) queues.push(queue);
        else queuesOf.set(product, [queue]);
      }
      for (const at of plans.keys()) ages.add(at);
    }
    const arriving = Map.groupBy(queuesOf.keys(), ({ firstSeenAt }) => firstSeenAt);
    for (const age of [...ages].sort((a, b) => a - b)) {
      const asking = new Set(arriving.get(age));
      for (const group of groups) {
        const plans = group.plans.get(age);
        if (!plans) continue;
        for (const plan of this.#inPlace(plans)) group.queue.add(plan);
        group.products = group.products.filter((product) => !this.pairs.has(product));
        for (const product of group.products) if (product.firstSeenAt <= age) asking.add(product);
      }
      this.#serve([...asking], queuesOf, tier);
    }
  }

  #serve(
    asking: readonly Line[],
    queuesOf: ReadonlyMap<Line, readonly PlanQueue[]>,
    tier: Tier,
  ): void {
    const sorted = this.#inPlace(asking);
    for (const fits of fit) {
      for (const product of sorted) {
        if (this.pairs.has(product)) continue;
        const plans = (queuesOf.get(product) ?? []).flatMap(
          (queue) => queue.first((quantity) => fits(product.quantity, quantity)) ?? [],
        );
        const [first] = this.#inPlace(plans);
        if (first) this.pair(product, first, tier);
      }
    }
  }

  #inPlace(lines: readonly Line[]): Line[] {
    return lines.toSorted((a, b) => this.#placeOf(a) - this.#placeOf(b));
  }

  #leftOf(plan: Line): number {
    return this.#left.get(plan) ?? plan.quantity;
  }
}

/** How well ordered quantities go together: equal, then more products, then more plans. */
const fit: readonly ((products: number, plans: number) => boolean)[] = [
  (products, plans) => products === plans,
  (products, plans) => products > plans,
  (products, plans) => products < plans,
];

/** A claim's plans that are old enough, by ordered quantity and place. */
class PlanQueue {
  readonly #byQuantity = new Map<number, { plans: Line[]; from: number }>();
  readonly #placeOf: (line: Line) => number;
  readonly #isOpen: (plan: Line) => boolean;

  constructor(placeOf: (line: Line) => number, isOpen: (plan: Line) => boolean) {
    this.#placeOf = placeOf;
    this.#isOpen = isOpen;
  }

  /** Plans are added by place: older ones first. */
  add(plan: Line): void {
    const queue = this.#byQuantity.get(plan.quantity);
    if (!queue) {
      this.#byQuantity.set(plan.quantity, { plans: [plan], from: 0 });
      return;
    }
    queue.plans.push(plan);
  }

  first(fits: (quantity: number) => boolean): Line | undefined {
    let first: Line | undefined;
    for (const [quantity, queue] of this.#byQuantity) {
      if (!fits(quantity)) continue;
      let plan = queue.plans[queue.from];
      while (plan && !this.#isOpen(plan)) {
        queue.from += 1;
        plan = queue.plans[queue.from];
      }
      if (plan && (!first || this.#placeOf(plan) < this.#placeOf(first))) first = plan;
    }
    return first;
  }
}
