import type pg from "pg";

/** One line of an order's timeline. `source` names what caused it, so that a repeat adds nothing. */
export type OrderEvent = {
  orderId: string;
  source: string;
  /** epoch milliseconds */
  at: number;
  kind: "webhook" | "fold" | "read" | "delivery" | "processing" | "manual";
  /** no customer data */
  detail: Record<string, string | number | boolean | null>;
};

/** Adds events to the timelines of the shop's orders; those that are there already are left alone. */
export async function addEvents(
  client: pg.PoolClient,
  shop: string,
  events: readonly OrderEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await client.query({
    name: "add-events",
    text: `INSERT INTO "OrderEvent" ("shop", "orderId", "source", "at", "kind", "detail")
      SELECT $1, r."orderId", r."source", to_timestamp(r."at" / 1000), r."kind", r."detail"
        FROM jsonb_to_recordset($2::jsonb)
          AS r("orderId" text, "source" text, "at" float8, "kind" text, "detail" jsonb)
      ON CONFLICT DO NOTHING`,
    values: [shop, JSON.stringify(events)],
  });
}
