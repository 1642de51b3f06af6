import { customers } from "../shopify/catalog.ts";
import type { SimulatedOrder } from "../shopify/order-life.ts";
import { orderPayload } from "../shopify/order-payloads.ts";
import { payloadText } from "../shopify/payload.ts";
import { type Webhook, webhookOf } from "../shopify/webhook.ts";
import { type Cart, lineJson } from "./cart.ts";

/**
 * The webhook of the order that a cart becomes: its lines keep their properties, and get ids of their
 * own.
 *
 * @param id the order's
 */
export function orderFrom(cart: Cart, shop: string, id: bigint, now: number): Webhook {
  const order: SimulatedOrder = {
    id,
    number: Number(id % 100_000n),
    currency: "EUR",
    createdAt: now,
    updatedAt: now,
    cancelledAt: null,
    financialStatus: "paid",
    isTest: false,
    customer: customers[1],
    lines: cart.lines.map((line, at) => ({
      id: id * 100n + BigInt(at + 1),
      quantity: line.quantity,
      removed: 0,
      title: lineJson(line).title,
      vendor: line.product.vendor,
      sku: line.variant.sku,
      variantId: BigInt(line.variant.id),
      productId: BigInt(line.product.id),
      price: line.variant.price,
      isPlan: line.variant.offer !== null,
      properties: Object.entries(line.properties).map(([name, value]) => ({ name, value })),
    })),
    fulfillments: [],
    refunds: [],
  };
  return webhookOf(shop, "orders/create", payloadText(orderPayload(order)), now);
}
