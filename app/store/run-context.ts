import type pg from "pg";
import type { Config } from "#app/foundation/config.server.ts";
import type { Door } from "#app/foundation/give-way.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import type { Metrics } from "#app/foundation/metrics.server.ts";
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
