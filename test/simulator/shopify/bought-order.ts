import { customers } from "./catalog.ts";
import { orderPayload } from "./order-payloads.ts";
import { payloadText } from "./payload.ts";
import type { SimulatedLine } from "./simulated-order.ts";
import { type Webhook, webhookOf } from "./webhook.ts";

type Bought = Partial<SimulatedLine> & Pick<SimulatedLine, "id" | "title" | "isPlan">;

/** The webhook of an order just bought, with lines as a theme might have put them into the cart. */
export function boughtOrder(
  shop: string,
  id: bigint,
  lines: readonly Bought[],
  now = Date.now(),
  number = Number(id % 100_000n),
): Webhook {
  const payload = orderPayload({
    id,
    number,
    currency: "EUR",
    createdAt: now,
    updatedAt: now,
    cancelledAt: null,
    closedAt: null,
    financialStatus: "paid",
    isTest: false,
    customer: customers[0],
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
  });
  return webhookOf(shop, "orders/create", payloadText(payload), now);
}

/** A plan's own properties, without a link to its product. */
export const planIds = [
  { name: "_hakuna_offer_id", value: "off-1" },
  { name: "_hakuna_plan_id", value: "pl-1" },
];
