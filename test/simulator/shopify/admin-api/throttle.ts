/** A shop's bucket of points. */
export type Throttle = { maximumAvailable: number; restoreRate: number };

/** By plan of the shop. https://shopify.dev/docs/api/usage/limits#rate-limits */
export const throttles = {
  standard: { maximumAvailable: 2_000, restoreRate: 100 },
  advanced: { maximumAvailable: 4_000, restoreRate: 200 },
  plus: { maximumAvailable: 20_000, restoreRate: 1_000 },
  enterprise: { maximumAvailable: 40_000, restoreRate: 2_000 },
} as const satisfies Record<string, Throttle>;

/** The leaky bucket: it is charged what a query may cost, and given back what it did not. */
export class Bucket {
  throttle: Throttle;
  /** how many queries it could not pay */
  refused = 0;
  #available: number;
  #at: number;

  constructor(throttle: Throttle, now: number) {
    this.throttle = throttle;
    this.#available = throttle.maximumAvailable;
    this.#at = now;
  }

  /** @returns whether there was enough */
  take(points: number, now: number): boolean {
    this.#restore(now);
    if (points > this.#available) {
      this.refused += 1;
      return false;
    }
    this.#available -= points;
    return true;
  }

  giveBack(points: number): void {
    this.#available = Math.min(this.throttle.maximumAvailable, this.#available + points);
  }

  /** Takes all there is. */
  drain(now: number): void {
    this.#restore(now);
    this.#available = 0;
  }

  status(now: number): object {
    this.#restore(now);
    return { ...this.throttle, currentlyAvailable: Math.floor(this.#available) };
  }

  #restore(now: number): void {
    const { maximumAvailable, restoreRate } = this.throttle;
    const restored = ((now - this.#at) / 1000) * restoreRate;
    this.#available = Math.min(maximumAvailable, this.#available + restored);
    this.#at = now;
  }
}
