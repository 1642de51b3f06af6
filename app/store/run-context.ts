import type pg from "pg";
import type { Config } from "#app/foundation/config.server.ts";
import type { Door } from "#app/foundation/give-way.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import type { Metrics } from "#app/foundation/metrics.server.ts";
import type { Pace } from "#app/foundation/pace.ts";
import type { SecretBox } from "#app/foundation/secrets.server.ts";
import type { Tracing } from "#app/foundation/tracing.server.ts";
import type { FeedClient } from "#app/hakuna/client.ts";
import type { OrderPages } from "#app/shopify/orders/order-pages.ts";
import type { OrderReader } from "#app/shopify/orders/order-reader.ts";

/** What the steps of a sync run work with. */
export type RunContext = {
  pool: pg.Pool;
  config: Config;
  log: Logger;
  feed: FeedClient;
  secrets: SecretBox;
  readOrder: OrderReader;
  orderPages: OrderPages;
  door: Door;
  metrics: Metrics;
  tracing: Tracing;
  /** aborted when the process is to end: a run stops after its step */
  ending: AbortSignal;
  /** epoch milliseconds */
  now: () => number;
};

/** A run's place among those that a process works on at once. */
export type Place = {
  /**
   * Waits for somebody outside. If it takes long, another shop is worked on meanwhile: what waits
   * costs next to nothing.
   */
  away<T>(waiting: Promise<T>): Promise<T>;
  /**
   * Whether the run may go on with more than it is at: waits for a place where it lent its own.
   * False: none was free in time.
   */
  hasPlace(): Promise<boolean>;
  /**
   * Asks for one of the few places for shops whose feed did not answer the last time, until it
   * answers or the run ends. False: they are taken.
   */
  probe(): boolean;
  /**
   * To be told that the feed answered and that it is recorded, or that the shop is in no back-off:
   * another shop may be tried.
   */
  answered(): void;
  /**
   * To be told that the feed did not answer or asked for patience, before that is recorded: from now
   * on the run is one of those that share a few places. Waits for one, but not for longer than this.
   */
  silent(limitMs: number): Promise<void>;
};

/** Of a run that is made alone. */
export const alone: Place = {
  away: (waiting) => waiting,
  hasPlace: async () => true,
  probe: () => true,
  answered: () => undefined,
  silent: async () => undefined,
};

/** What the steps of one run work with. */
export type StepContext = RunContext & {
  pace: Pace;
  place: Place;
  /** false: the run's time is over, or the process is to end, and nothing more is to be begun */
  hasTime(): boolean;
};
