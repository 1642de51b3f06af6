import type { SimulatedLine, SimulatedOrder } from "#test/simulator/shopify/order-life.ts";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { type Webhook, webhookOf } from "#test/simulator/shopify/webhook.ts";

type Bought = Partial<SimulatedLine> & Pick<SimulatedLine, "id" | "title" | "isPlan">;

/** The webhook of an order just bought, with lines as a theme might have put them into the cart. */
export function boughtOrder(shop: string, id: bigint, lines: readonly Bought[]): Webhook {
  const now = Date.now();
  const order: SimulatedOrder = {
    id,
    number: Number(id % 100_000n),
    currency: "EUR",
    createdAt: now,
    updatedAt: now,
    cancelledAt: null,
    financialStatus: "paid",
    isTest: false,
    customer: {
      first: "Max",
      last: "Mustermann",
      street: "Musterstrasse 1",
      city: "Berlin",
      zip: "10115",
      country: "DE",
    },
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
  return webhookOf(shop, "orders/create", payloadText(orderPayload(order)), now);
}

/** A plan's own properties, without a link to its product. */
export const planIds = [
  { name: "_hakuna_offer_id", value: "off-1" },
  { name: "_hakuna_plan_id", value: "pl-1" },
];
