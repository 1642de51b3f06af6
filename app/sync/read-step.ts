import { join } from "#app/order/fold.ts";
import { evaluate, markChanged } from "./evaluate.ts";
import { type Lease, underLease } from "./lease.ts";
import { addEvents } from "./order-events.ts";
import { loadOrders, type StoredOrder, saveOrders, statusesOf } from "./order-store.ts";
import type { RunContext } from "./run-context.ts";

const firstRetryMs = 60_000;
const longestRetryMs = 60 * 60_000;
/** With doubling from a minute to an hour: about a day. */
const mostReads = 30;

/**
 * Reads one order that is due for it from the Admin API: its parts came first, its webhook lacked
 * something, or two webhooks of the same moment contradict each other.
 *
 * @returns whether there was one
 */
export async function readStep(context: RunContext, lease: Lease): Promise<boolean> {
  const { pool, config, readOrder } = context;
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "readAt" <= now() ORDER BY "readAt" LIMIT 1`,
    [lease.shop],
  );
  const id = rows[0]?.id;
  if (id === undefined) return false;
  const answer = await readOrder(lease.shop, id);
  await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    const now = context.now();
    const orders = await loadOrders(client, shop.domain, [id]);
    const before = statusesOf(orders.values());
    const order = orders.get(id);
    if (!order) return;
    order.readAttempts += 1;
    if (answer.kind === "order") {
      order.state = join(order.state, answer.state);
      order.readAt = null;
      order.readAttempts = 0;
      markChanged(order, now);
      evaluate(order, shop, now, config.worker.waitForOrderMs);
    } else if (answer.kind === "not_found") {
      giveUp(
        order,
        "Shopify says that this order does not exist or is older than the app may read.",
      );
    } else if (order.readAttempts >= mostReads) {
      giveUp(order, reasonOf(answer));
    } else {
      const backoff = Math.min(longestRetryMs, firstRetryMs * 2 ** (order.readAttempts - 1));
      const asked = answer.kind === "unavailable" ? (answer.retryAfterMs ?? 0) : 0;
      order.readAt = now + Math.max(backoff, asked);
      if (order.state.head === null) order.statusReason = reasonOf(answer);
    }
    await saveOrders(client, shop.domain, [order], before);
    await addEvents(client, shop.domain, [
      {
        orderId: id,
        source: `read:${now}`,
        at: now,
        kind: "read",
        detail: { result: answer.kind },
      },
    ]);
  });
  return true;
}

function giveUp(order: StoredOrder, reason: string): void {
  order.readAt = null;
  if (order.state.head !== null) return;
  order.status = "skipped";
  order.statusReason = reason;
}

function reasonOf(
  answer: { kind: "no_session" } | { kind: "unavailable"; reason: string },
): string {
  return answer.kind === "no_session"
    ? "A fulfillment or refund came before its order, and the app may not read the order yet: open Hakuna Order Sync once in the Shopify admin."
    : `A fulfillment or refund came before its order, and Shopify could not be asked: ${answer.reason}`;
}
