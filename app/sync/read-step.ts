import { join } from "#app/order/fold.ts";
import { evaluate, markChanged } from "./evaluate.ts";
import { type Lease, underLease } from "./lease.ts";
import { addEvents } from "./order-events.ts";
import { countsOf, loadOrders, type StoredOrder, saveOrders } from "./order-store.ts";
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
  context.metrics.read(answer.kind);
  context.log.info({ shop: lease.shop, orders: [id], result: answer.kind }, "read from Shopify");
  await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    const now = context.now();
    const orders = await loadOrders(client, shop.domain, [id]);
    const before = countsOf(orders.values());
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
      giveUp(order, { reasonCode: "not_in_shopify", statusReason: null });
    } else if (order.readAttempts >= mostReads) {
      giveUp(order, reasonOf(answer));
    } else {
      const backoff = Math.min(longestRetryMs, firstRetryMs * 2 ** (order.readAttempts - 1));
      const asked = answer.kind === "unavailable" ? (answer.retryAfterMs ?? 0) : 0;
      order.readAt = now + Math.max(backoff, asked);
      if (order.state.head === null) Object.assign(order, reasonOf(answer));
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

type Reason = Pick<StoredOrder, "reasonCode" | "statusReason">;

function giveUp(order: StoredOrder, reason: Reason): void {
  order.readAt = null;
  if (order.state.head !== null) return;
  Object.assign(order, { status: "skipped", ...reason });
}

function reasonOf(
  answer: { kind: "no_session" } | { kind: "unavailable"; reason: string },
): Reason {
  return answer.kind === "no_session"
    ? { reasonCode: "no_session", statusReason: null }
    : { reasonCode: "shopify_unavailable", statusReason: answer.reason };
}
