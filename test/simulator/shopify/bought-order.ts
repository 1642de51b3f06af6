import { customers } from "./catalog.ts";
import { orderPayload } from "./order-payloads.ts";
import { payloadText } from "./payload.ts";
import type { SimulatedCustomer, SimulatedLine, SimulatedOrder } from "./simulated-order.ts";
import { type Webhook, webhookOf } from "./webhook.ts";

type Bought = Partial<SimulatedLine> & Pick<SimulatedLine, "id" | "title" | "isPlan">;

/** An order just bought and paid, with lines as a theme might have put them into the cart. */
export function newOrder(
  id: bigint,
  lines: readonly Bought[],
  now: number,
  {
    number = Number(id % 100_000n),
    customer = customers[0],
  }: { number?: number | undefined; customer?: SimulatedCustomer | undefined } = {},
): SimulatedOrder {
  return {
    id,
    number,
    currency: "EUR",
    createdAt: now,
    updatedAt: now,
    cancelledAt: null,
    closedAt: null,
    financialStatus: "paid",
    isTest: false,
    customer,
    lines: lines.map((line) => ({
      quantity: 1,
      removed: 0,
      vendor: line.isPlan ? "hakuna" : "Frutta",
      sku: null,
      variantId: line.id + 1000n,
      productId: line.id + 2000n,
      price: line.isPlan ? 1200 : 10000,
      properties: [],
      ...line,
    })),
    fulfillments: [],
    refunds: [],
  };
}

/** The webhook of an order just bought. */
export function boughtOrder(
  shop: string,
  id: bigint,
  lines: readonly Bought[],
  now = Date.now(),
): Webhook {
  return boughtWebhook(shop, newOrder(id, lines, now));
}

export function boughtWebhook(shop: string, order: SimulatedOrder): Webhook {
  const text = payloadText(orderPayload(order));
  return webhookOf(shop, "orders/create", text, order.createdAt);
}

/** A plan's own properties, without a link to its product. */
export const planIds = [
  { name: "_hakuna_offer_id", value: "off-1" },
  { name: "_hakuna_plan_id", value: "pl-1" },
];
