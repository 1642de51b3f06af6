import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { evaluate, loadOffers } from "#app/store/evaluate.ts";
import { type Lease, type ShopRow, underLease } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { asLoaded, type Loaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import type { StepContext } from "#app/store/run-context.ts";
import { portions, type Sized } from "./portions.ts";

/** Orders that one step evaluates at most, and that it passes by for them. */
const stepOrders = 500;
const stepLooks = 2000;

/**
 * Evaluates the next orders anew after the shop was connected or a setting was changed that decides
 * what is sent. The place is kept in the shop's row (`reviewAfter`), so a review goes on where a
 * process ended or the step's time was over, and one that is asked for meanwhile begins anew with all that the former was to do.
 * Orders that another environment or account has are left alone unless the merchant chose to send
 * them again (`reviewAll`); what it refused is tried anew (`reviewRefused`).
 *
 * @returns whether there was something to review
 */
export async function reviewStep(context: StepContext, lease: Lease): Promise<boolean> {
  const { pool, config, pace } = context;
  return await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    if (shop.reviewAfter === null) return false;
    const { rows } = await client.query<{ id: string; counts: boolean }>(
      `SELECT "id", "status" <> 'skipped' AND ($4 OR "status" <> 'waiting')
                AND ($4 OR "status" NOT IN ('sent', 'confirmed') OR "acceptedEpoch" = $5) AS "counts"
         FROM "Order" WHERE "shop" = $1 AND "id" > $2 ORDER BY "id" ${firstRows("$3")}`,
      [shop.domain, shop.reviewAfter, stepLooks, shop.reviewAll, shop.epoch],
    );
    const counting = rows.filter(({ counts }) => counts).map(({ id }) => id);
    const due = await sized(client, shop.domain, counting.slice(0, stepOrders));
    const isCut = due.length < counting.length;
    const reviewed: StoredOrder[] = [];
    const loaded = new Map<string, Loaded>();
    const isOver = () => reviewed.length > 0 && pace.spent;
    for (const ids of portions(due)) {
      if (isOver()) break;
      const orders = await loadOrders(client, shop.domain, ids);
      for (const [id, old] of asLoaded(orders.values())) loaded.set(id, old);
      await loadOffers(client, shop, orders.values());
      for (const order of orders.values()) {
        if (isOver()) break;
        await pace.piece(() => review(order, shop, config.worker.waitForOrderMs));
        reviewed.push(order);
      }
    }
    await saveOrders(client, shop.domain, reviewed, loaded);
    const isDone = !isOver() && !isCut && rows.length < stepLooks;
    const last = (isOver() ? reviewed : isCut ? due : rows).at(-1)?.id;
    await client.query(
      `UPDATE "Shop" SET "reviewAfter" = $2, "reviewAll" = "reviewAll" AND NOT $3,
              "reviewRefused" = "reviewRefused" AND NOT $3
        WHERE "domain" = $1`,
      [shop.domain, isDone ? null : last, isDone],
    );
    return true;
  });
}

/** These orders, with the size of their documents. */
async function sized(
  client: pg.PoolClient,
  shop: string,
  ids: readonly string[],
): Promise<Sized[]> {
  const { rows } = await client.query<Sized>(
    `SELECT "orderId" AS "id", pg_column_size("state") AS "bytes" FROM "OrderDocument"
      WHERE "shop" = $1 AND "orderId" = ANY($2) ORDER BY "orderId"`,
    [shop, ids],
  );
  return rows;
}

function review(order: StoredOrder, shop: ShopRow, waitMs: number): void {
  if (shop.reviewAll && order.acceptedEpoch !== shop.epoch) order.resend = true;
  // it is evaluated when what it waits for is there
  if (order.status === "waiting") return;
  if (shop.reviewRefused && order.status === "rejected") order.payloadHash = null;
  const { dueAt } = order;
  evaluate(order, shop, waitMs);
  // it keeps its place in the queue
  if (order.dueAt !== null && dueAt !== null) order.dueAt = Math.min(order.dueAt, dueAt);
}
