/** What goes wrong with one of the app's requests to a shop. */
export type Fault =
  /** answered with the status, and nothing of use */
  | { kind: "status"; status: number; retryAfterSeconds?: number }
  /** answered as it should be, late */
  | { kind: "slow"; ms: number }
  /** answered as it should be, once the promise is fulfilled */
  | { kind: "held"; until: Promise<void> }
  /** the connection ends without an answer */
  | { kind: "dropped" }
  /** the bucket is empty */
  | { kind: "throttled" }
  /** the request is done, the answer is lost */
  | { kind: "answer_lost" };

/** What a fault is for: a part of the query's text, such as its name; `token` for access tokens. */
type Planned = { fault: Fault; of: string; times: number };

/** The faults that are to come, in the order in which they were planned. */
export class Faults {
  #planned: Planned[] = [];

  /** The next `times` requests that hold `of` in their text (all, where it is "") go wrong. */
  plan(fault: Fault, { of = "", times = 1 }: { of?: string; times?: number } = {}): void {
    this.#planned.push({ fault, of, times });
  }

  /** whether all that was planned has happened */
  get areOver(): boolean {
    return this.#planned.length === 0;
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault of a request, if it has one. */
  next(text: string): Fault | null {
    const planned = this.#planned.find(({ of }) => text.includes(of));
    if (!planned) return null;
    planned.times -= 1;
    if (planned.times <= 0) this.#planned = this.#planned.filter((one) => one !== planned);
    return planned.fault;
  }
}
