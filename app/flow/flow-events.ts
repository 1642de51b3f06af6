import type pg from "pg";
import type { Sale } from "#app/order/sales/sale.ts";

/** The handles of the triggers: extensions/flow-*; a test holds both together. */
export const flowTriggers = [
  "order-needs-attention",
  "plan-refunded",
  "order-refused-by-hakuna",
] as const;
export type FlowTrigger = (typeof flowTriggers)[number];

/** What happened to an order; `units`: how many plans it is about. */
export type FlowEvent = { trigger: FlowTrigger; orderId: string; revision: number; units: number };

/** What of an order decides whether a trigger fires. */
export type Watched = { status: string; attention: boolean; sale: Sale | null };

/** What is to be told of an order that was changed; of one that is new, no earlier refund is news. */
export function flowEventsOf(
  order: { id: string; revision: number },
  from: Watched | null,
  to: Watched,
): FlowEvent[] {
  const { id: orderId, revision } = order;
  const event = (trigger: FlowTrigger, units = 0) => ({ trigger, orderId, revision, units });
  const events: FlowEvent[] = [];
  if (to.attention && !from?.attention) events.push(event("order-needs-attention"));
  if (to.status === "rejected" && from?.status !== "rejected") {
    events.push(event("order-refused-by-hakuna"));
  }
  const refunded = from?.sale ? refundedIn(to.sale) - refundedIn(from.sale) : 0;
  if (refunded > 0) events.push(event("plan-refunded", refunded));
  return events;
}

function refundedIn(sale: Sale | null): number {
  return sale?.plans.reduce((total, { refunded }) => total + refunded, 0) ?? 0;
}

/** Writes down what Shopify Flow is to be told, in the transaction in which it happened. */
export async function addFlowEvents(
  client: pg.PoolClient,
  shop: string,
  events: readonly FlowEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await client.query({
    name: "add-flow-events",
    text: `INSERT INTO "FlowEvent" ("shop", "trigger", "orderId", "revision", "units", "createdAt", "dueAt")
      SELECT $1, r."trigger", r."orderId", r."revision", r."units", now(), now() FROM jsonb_to_recordset($2::jsonb)
          AS r("trigger" text, "orderId" text, "revision" int, "units" int)
      ON CONFLICT DO NOTHING`,
    values: [shop, JSON.stringify(events)],
  });
}
