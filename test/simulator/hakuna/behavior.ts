import { createRandom } from "../random.ts";
import type { RefusalCode } from "./refusals.ts";

/** One way in which the feed misbehaves. */
export type Fault =
  | { kind: "status"; status: number; retryAfter?: string; location?: string; html?: string }
  /** waits before it answers normally */
  | { kind: "slow"; ms: number }
  /** the same, until it is told to go on */
  | { kind: "held"; until: Promise<unknown> }
  /** ends the connection without having read anything into account */
  | { kind: "drop" }
  /** takes the orders in, then ends the connection */
  | { kind: "drop_after" }
  /** answers 504, and takes the orders in so much later: a gateway lost patience, what is behind it did not */
  | { kind: "late"; ms: number }
  /** the same, until it is told to take them in */
  | { kind: "late"; until: Promise<unknown> }
  /** takes the orders in, but answers only after a while */
  | { kind: "late_answer"; ms: number }
  /** takes the orders in, then breaks off in the middle of the answer */
  | { kind: "half_answer" };

/** How the feed behaves until it is told otherwise. What is left out: as a good feed does. */
export type Behavior = {
  /** answers 503 to every request, tests of the connection included */
  down?: boolean;
  /**
   * whoever comes with one of these keys waits for an answer until he gives up, or until `behave`
   * says otherwise
   */
  silentTo?: readonly string[];
  /** the processing status is as silent, to everybody, answers 503, or refuses whoever asks */
  statusFails?: "silent" | "unavailable" | "refused";
  /** the next `requests` with orders (all, if left out) have this fault */
  fault?: { fault: Fault; requests?: number };
  /** one request in so many fails, in changing ways; seeded */
  failOneIn?: { requests: number; seed: number; ways: readonly Fault[] };
  /** something else answers every request in the feed's place: a login page, a portal, a gateway */
  between?: { status: number; body: string; type?: string; location?: string };
  /** a batch with one of these orders is answered 400 */
  refuseOrders?: readonly string[];
  /** the error code of that answer */
  refusalCode?: string;
  /** the same, with a code of Hakuna's or another, and with words beside it */
  refusal?: { orders: readonly string[]; code: RefusalCode | (string & {}); errors?: string[] };
  /** these orders are accepted and fail in processing, with this error: a code, words, or both */
  failProcessing?: { orders: readonly string[]; error: RefusalCode | (string & {}) };
  /** answers this about the processing of these orders, in other words than the contract's */
  processing?: (orders: readonly string[]) => object;
  /** answer a request id, as later versions do */
  requestIds?: boolean;
  /** looks at a processing status that are answered "in_progress" first */
  pollsUntilDone?: number;
};

/** Decides, request by request, which fault the feed shows. */
export function createFaults(behavior: Behavior): () => Fault | null {
  let left = behavior.fault?.requests ?? Number.POSITIVE_INFINITY;
  const random = createRandom(behavior.failOneIn?.seed ?? 0);
  return () => {
    if (behavior.fault && left > 0) {
      left -= 1;
      return behavior.fault.fault;
    }
    const { failOneIn } = behavior;
    if (failOneIn && random.chance(1 / failOneIn.requests)) return random.pick(failOneIn.ways);
    return null;
  };
}

/** A bit of everything, for a feed that fails in changing ways. */
export const manyWays: readonly Fault[] = [
  { kind: "status", status: 500 },
  { kind: "status", status: 503 },
  { kind: "status", status: 429 },
  { kind: "drop" },
  { kind: "drop_after" },
  { kind: "half_answer" },
];
