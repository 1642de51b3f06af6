import type pg from "pg";
import type { Config } from "#app/config.server.ts";
import type { FeedClient } from "#app/hakuna/client.ts";
import type { Logger } from "#app/log.server.ts";
import type { Metrics } from "#app/metrics.server.ts";
import type { SecretBox } from "#app/secrets.server.ts";
import type { OrderPages } from "#app/shopify/order-pages.ts";
import type { OrderReader } from "#app/shopify/order-reader.ts";
import type { Tracing } from "#app/tracing.server.ts";
import type { Door } from "./give-way.ts";

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
