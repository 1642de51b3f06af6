import { createRandom } from "#test/simulator/random.ts";
import { disorder } from "#test/simulator/shopify/disorder.ts";
import { orderMoments } from "#test/simulator/shopify/order-life.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";

const orders = 40;
const hourMs = 3_600_000;

/** A webhook, and the order as it was when it was sent. */
type Told = Webhook & { order: SimulatedOrder };

/**
 * The webhooks of an hour of the shop's life: 40 orders with their lives, a tenth of the webhooks
 * twice, a fifth out of order. Each start has orders of its own.
 */
export function shopHour(shop: string, start: number, now: number): Told[] {
  const first = start * orders;
  const lives = Array.from({ length: orders }, (_, index) => {
    const at = now - hourMs + (index * hourMs) / orders;
    const moments = orderMoments({ shop, currency: "EUR", bigIds: true }, first + index, at);
    return moments.map(({ order, webhook }) => ({ ...webhook, order }));
  });
  // all first webhooks, then all second ones, …: the lives go on side by side
  const longest = Math.max(...lives.map((life) => life.length));
  const told = Array.from({ length: longest }, (_, step) =>
    lives.flatMap((life) => life[step] ?? []),
  ).flat();
  return disorder(told, createRandom(first), { duplicates: 0.1, outOfOrder: 0.2 });
}
