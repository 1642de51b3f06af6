import { evaluate } from "#app/store/evaluate.ts";
import { type Lease, underLease } from "#app/store/lease.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** Orders of one step. */
const stepOrders = 500;

/**
 * Evaluates the next orders anew after the shop was connected or a setting was changed that decides
 * what is sent. The place is kept in the shop's row (`reviewAfter`), so a review goes on where a
 * process ended, and one that is asked for meanwhile begins anew with all that the former was to do.
 * Orders that another environment or account has are left alone unless the merchant chose to send
 * them again (`reviewAll`); what it refused is tried anew (`reviewRefused`).
 *
 * @returns whether there was something to review
 */
export async function reviewStep(context: RunContext, lease: Lease): Promise<boolean> {
  const { pool, config } = context;
  return await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    if (shop.reviewAfter === null) return false;
    const { rows } = await client.query<{ id: string }>(
      `SELECT "id" FROM "Order"
        WHERE "shop" = $1 AND "id" > $2 AND "status" <> 'skipped' AND ($4 OR "status" <> 'waiting')
          AND ($4 OR "status" NOT IN ('sent', 'confirmed') OR "acceptedEpoch" = $5)
        ORDER BY "id" LIMIT $3`,
      [shop.domain, shop.reviewAfter, stepOrders, shop.reviewAll, shop.epoch],
    );
    const ids = rows.map(({ id }) => id);
    const orders = await loadOrders(client, shop.domain, ids);
    const loaded = asLoaded(orders.values());
    for (const order of orders.values()) {
      if (shop.reviewAll && order.acceptedEpoch !== shop.epoch) order.resend = true;
      // it is evaluated when what it waits for is there
      if (order.status === "waiting") continue;
      if (shop.reviewRefused && order.status === "rejected") order.payloadHash = null;
      const { dueAt } = order;
      evaluate(order, shop, config.worker.waitForOrderMs);
      // it keeps its place in the queue
      if (order.dueAt !== null && dueAt !== null) order.dueAt = Math.min(order.dueAt, dueAt);
    }
    await saveOrders(client, shop.domain, [...orders.values()], loaded);
    const isDone = ids.length < stepOrders;
    await client.query(
      `UPDATE "Shop" SET "reviewAfter" = $2, "reviewAll" = "reviewAll" AND NOT $3,
              "reviewRefused" = "reviewRefused" AND NOT $3
        WHERE "domain" = $1`,
      [shop.domain, isDone ? null : ids.at(-1), isDone],
    );
    return true;
  });
}
