import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** What a process counts of its own work, for /metrics. Labels never name a shop or an order. */
export type Metrics = {
  registry: Registry;
  /** webhooks are taken at a door; `door` is the path */
  doorOpened(door: string): void;
  /** a webhook was answered */
  webhookAnswered(door: string, status: number, seconds: number): void;
  /** a page of the admin was to be rendered */
  page(result: (typeof pageResults)[number]): void;
  /** webhooks were folded into their orders */
  folded(webhooks: number): void;
  /** the feed answered a request, or did not; `outcome` as of a FeedAnswer */
  answered(outcome: string, orders: number, seconds: number): void;
  /** a shop begins to wait, or waits longer, because the feed could not be reached */
  backedOff(): void;
  /** a look for shops with work went well; `lane` is its kind of work */
  swept(lane: string): void;
  /** a step of a run ended with an error */
  stepFailed(step: string): void;
  /** an order was asked for at the Admin API */
  read(result: string): void;
  /** reconciliation found orders that webhooks had missed */
  repaired(orders: number): void;
  /** a nightly proof held orders against Shopify and Hakuna; `unread`: Shopify did not show them */
  proven(orders: Record<(typeof proofResults)[number], number>): void;
  /** a mail about a broken connection was sent, or could not be */
  outageMailed(result: (typeof mailResults)[number]): void;
  /** so was one that a merchant asked for */
  newsMailed(result: (typeof mailResults)[number]): void;
};

const pageResults = ["rendered", "refused"] as const;
const proofResults = ["agree", "differ", "unread"] as const;
const mailResults = ["sent", "failed", "no_contact"] as const;

/** Makes the counters of this process, with Node's own (memory, CPU, event-loop delay) beside them. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const webhooks = counter("hakuna_webhooks_total", "Webhooks answered", ["door", "status"]);
  const webhookSeconds = new Histogram({
    name: "hakuna_webhook_seconds",
    help: "From a webhook's headers to its answer",
    // Shopify waits five seconds
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const pages = counter("hakuna_pages_total", "Pages of the admin, rendered or refused", [
    "result",
  ]);
  for (const result of pageResults) pages.inc({ result }, 0);
  const folded = counter("hakuna_webhooks_folded_total", "Webhooks folded into their orders");
  const deliveries = counter("hakuna_deliveries_total", "Requests to the feed", ["outcome"]);
  const delivered = counter("hakuna_orders_delivered_total", "Orders that the feed accepted");
  const deliverySeconds = new Histogram({
    name: "hakuna_delivery_seconds",
    help: "Duration of a request to the feed",
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const backOffs = counter("hakuna_backoffs_total", "Times that a shop had to wait for the feed");
  const swept = new Gauge({
    name: "hakuna_last_sweep_success_timestamp_seconds",
    help: "When this process last looked for shops with work, with success",
    labelNames: ["lane"],
    registers,
  });
  const failures = counter("hakuna_step_failures_total", "Steps of runs that ended with an error", [
    "step",
  ]);
  const reads = counter("hakuna_admin_reads_total", "Orders asked for at the Admin API", [
    "result",
  ]);
  const repairs = counter(
    "hakuna_reconciliation_repairs_total",
    "Orders that reconciliation found missing or stale",
  );
  const proofs = counter("hakuna_proof_orders_total", "Orders that nightly proofs looked at", [
    "result",
  ]);
  for (const result of proofResults) proofs.inc({ result }, 0);
  const mails = counter("hakuna_outage_mails_total", "Mails about a broken connection", ["result"]);
  const news = counter("hakuna_news_mails_total", "Mails that merchants asked for", ["result"]);
  // an alert sees the first rise only of a series that was there before it
  for (const result of mailResults) {
    mails.inc({ result }, 0);
    news.inc({ result }, 0);
  }
  return {
    registry,
    doorOpened(door) {
      for (const status of [401, 500, 503]) webhooks.inc({ door, status }, 0);
    },
    webhookAnswered(door, status, seconds) {
      webhooks.inc({ door, status });
      webhookSeconds.observe(seconds);
    },
    page: (result) => pages.inc({ result }),
    folded: (rows) => folded.inc(rows),
    answered(outcome, orders, seconds) {
      deliveries.inc({ outcome });
      deliverySeconds.observe(seconds);
      if (outcome === "accepted") delivered.inc(orders);
    },
    backedOff: () => backOffs.inc(),
    swept: (lane) => swept.set({ lane }, Date.now() / 1000),
    stepFailed: (step) => failures.inc({ step }),
    read: (result) => reads.inc({ result }),
    repaired: (orders) => repairs.inc(orders),
    proven(orders) {
      for (const result of proofResults) proofs.inc({ result }, orders[result]);
    },
    outageMailed: (result) => mails.inc({ result }),
    newsMailed: (result) => news.inc({ result }),
  };
}
