import { newOrder } from "../shopify/bought-order.ts";
import { customers } from "../shopify/catalog.ts";
import type { SimulatedOrder } from "../shopify/simulated-order.ts";
import type { Cart } from "./cart.ts";

/**
 * The order that a cart becomes: its lines keep their properties, and get ids of their own.
 *
 * @param country where the buyer lives, ISO 3166-1 alpha-2, lower case
 * @param number the one that people see; left out: made of the id
 */
export function orderFrom(
  cart: Cart,
  {
    id,
    now,
    country,
    number,
  }: { id: bigint; now: number; country?: string; number?: number | undefined },
): SimulatedOrder {
  const lines = cart.lines.map((line, at) => ({
    id: id * 100n + BigInt(at + 1),
    quantity: line.quantity,
    title: line.product.title,
    vendor: line.product.vendor,
    sku: line.variant.sku,
    variantId: BigInt(line.variant.id),
    productId: BigInt(line.product.id),
    price: line.variant.price,
    isPlan: line.variant.offer !== null,
    properties: Object.entries(line.properties).map(([name, value]) => ({ name, value })),
  }));
  const customer = customers.find((one) => one.country.toLowerCase() === country);
  return newOrder(id, lines, now, { number, customer });
}
