/** What Shopify says of a query's cost and of the bucket that it is paid from. Points. */
export type QueryCost = {
  requestedQueryCost: number;
  throttleStatus: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };
};

/** No query is dearer: Shopify refuses it. */
const mostPoints = 1000;

/** As many shops and queries as are remembered; the longest unused ones go first. */
const mostKnown = 2_000;

type Bucket = { available: number; most: number; restoreRate: number; at: number };

/**
 * Knows what each query costs and what each shop's bucket holds, from what Shopify said with its
 * last answers, so that a query is asked when it can be paid. Shopify's formula is not published in
 * full, so the cost is Shopify's own figure for the same query and page sizes; a query that was never
 * asked is taken for the dearest. Times are epoch milliseconds.
 *
 * https://shopify.dev/docs/api/usage/limits#rate-limits
 */
export class QueryBudget {
  readonly #costs = new Map<string, number>();
  readonly #buckets = new Map<string, Bucket>();

  /**
   * How long to wait until the shop's bucket can pay the query, in milliseconds. At 0 the points are
   * taken: ask at once.
   */
  take(shop: string, query: string, variables: Record<string, unknown>, now: number): number {
    const bucket = this.#buckets.get(shop);
    if (!bucket) return 0;
    const known = this.#costs.get(kindOf(query, variables)) ?? mostPoints;
    const cost = Math.min(known, bucket.most);
    const restored = ((now - bucket.at) / 1000) * bucket.restoreRate;
    bucket.available = Math.min(bucket.most, bucket.available + Math.max(0, restored));
    bucket.at = now;
    if (bucket.available < cost) {
      return Math.ceil(((cost - bucket.available) / bucket.restoreRate) * 1000);
    }
    bucket.available -= cost;
    return 0;
  }

  /** Notes what Shopify said with an answer or a refusal. */
  note(
    shop: string,
    query: string,
    variables: Record<string, unknown>,
    cost: QueryCost,
    now: number,
  ): void {
    const { maximumAvailable, currentlyAvailable, restoreRate } = cost.throttleStatus;
    remember(this.#costs, kindOf(query, variables), cost.requestedQueryCost);
    if (restoreRate <= 0) return;
    remember(this.#buckets, shop, {
      available: currentlyAvailable,
      most: maximumAvailable,
      restoreRate,
      at: now,
    });
  }
}

/** The cost depends on the query and on the page sizes: the numbers among its variables. */
function kindOf(query: string, variables: Record<string, unknown>): string {
  const sizes = Object.entries(variables).filter(([, value]) => typeof value === "number");
  return JSON.stringify([query, sizes]);
}

function remember<Value>(known: Map<string, Value>, key: string, value: Value): void {
  known.delete(key);
  known.set(key, value);
  const oldest = known.keys().next().value;
  if (known.size > mostKnown && oldest !== undefined) known.delete(oldest);
}
