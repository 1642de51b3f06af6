import type pg from "pg";

/**
 * One row of an order's timeline. `source` names what caused it and `at` is that source's own time, so
 * that a repeat adds nothing. What happened in one transaction is one row; docs/decisions/0053 tells
 * what each kind holds, app/views/timeline.ts what is made of it.
 */
export type OrderEvent = {
  orderId: string;
  source: string;
  /** epoch milliseconds */
  at: number;
  kind: "webhook" | "fold" | "read" | "delivery" | "processing" | "manual" | "refund";
  /** no customer data */
  detail: EventDetail;
};

export type EventDetail = {
  [name: string]: string | number | boolean | null | readonly FoldedWebhook[];
};

/** Its topic, and when it happened by Shopify's clock, epoch milliseconds. */
export type FoldedWebhook = readonly [topic: string, at: number];

/**
 * What is said to be older is noted as of so long ago: months that are older than that may be gone
 * (app/privacy/retention.ts), and a row must have a table.
 */
export const oldestEventMs = 31 * 24 * 60 * 60 * 1000;

/** Adds events to the timelines of the shop's orders; those that are there already are left alone. */
export async function addEvents(
  client: pg.PoolClient,
  shop: string,
  events: readonly OrderEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await client.query({
    name: "add-events",
    text: `INSERT INTO "TimelineEvent" ("shop", "orderId", "source", "at", "kind", "detail")
      SELECT $1, r."orderId", r."source", to_timestamp(greatest(r."at", $3) / 1000), r."kind", r."detail"
        FROM jsonb_to_recordset($2::jsonb)
          AS r("orderId" text, "source" text, "at" float8, "kind" text, "detail" jsonb)
      ON CONFLICT DO NOTHING`,
    values: [shop, JSON.stringify(events), Date.now() - oldestEventMs],
  });
}
