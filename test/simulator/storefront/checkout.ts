import { boughtOrder } from "../shopify/bought-order.ts";
import type { Webhook } from "../shopify/webhook.ts";
import { type Cart, lineJson } from "./cart.ts";

/**
 * The webhook of the order that a cart becomes: its lines keep their properties, and get ids of their
 * own.
 *
 * @param id the order's
 * @param number the one that people see; left out: made of the id
 */
export function orderFrom(
  cart: Cart,
  shop: string,
  id: bigint,
  now: number,
  number?: number,
): Webhook {
  const lines = cart.lines.map((line, at) => ({
    id: id * 100n + BigInt(at + 1),
    quantity: line.quantity,
    title: lineJson(line).title,
    vendor: line.product.vendor,
    sku: line.variant.sku,
    variantId: BigInt(line.variant.id),
    productId: BigInt(line.product.id),
    price: line.variant.price,
    isPlan: line.variant.offer !== null,
    properties: Object.entries(line.properties).map(([name, value]) => ({ name, value })),
  }));
  return boughtOrder(shop, id, lines, now, number);
}
