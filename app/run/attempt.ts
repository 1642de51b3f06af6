import type pg from "pg";
import { firstRows } from "#app/database/first-rows.ts";
import { evaluate, loadOffers } from "#app/store/evaluate.ts";
import { isResting } from "#app/store/failing.ts";
import { type Lease, type ShopRow, underLease } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { addEvents, type OrderEvent } from "#app/store/order-events.ts";
import { asLoaded, type Loaded, loadOrders, saveOrders, setAside } from "#app/store/order-store.ts";
import type { StepContext } from "#app/store/run-context.ts";
import { type Attempt, addToDraft, hasRoom, openDraft, writeAttempt } from "./draft.ts";
import { portions, type Sized } from "./portions.ts";
import { postponeProbe } from "./trouble.ts";

/** `more`: orders were looked at, and there may be others. */
export type Begun = { attempt: Attempt | null; more: boolean };

/**
 * Writes down the next request, valid only while the lease is ours: the orders that are due, in
 * their current state, as many as fit and as there is time to look at; no other is loaded or
 * evaluated. Orders whose payload was accepted already, that cannot be mapped any more or are not to
 * be sent drop out.
 *
 * @param only take no other orders than these (halves of a refused batch)
 * @returns no attempt when nothing is due or the shop is not to be delivered now
 */
export async function beginAttempt(
  context: StepContext,
  lease: Lease,
  only: readonly string[] | null,
): Promise<Begun> {
  const { pool, config, pace } = context;
  return await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    const none: Begun = { attempt: null, more: false };
    if (!shop.delivers) return none;
    const due = await dueOrders(client, shop, only, config.delivery.batchOrders);
    const draft = due.length > 0 ? openDraft(context, shop) : null;
    if (draft === null) return none;
    if (shop.backoffCount > 0 && !context.place.probe()) {
      await postponeProbe(client, shop, config.delivery);
      return none;
    }
    const settled: StoredOrder[] = [];
    const loaded = new Map<string, Loaded>();
    const gone: string[] = [];
    let looked = 0;
    let isOver = false;
    for (const ids of portions(due)) {
      if (isOver) break;
      const orders = await loadOrders(client, shop.domain, ids);
      for (const [id, old] of asLoaded(orders.values())) loaded.set(id, old);
      await loadOffers(client, shop, orders.values());
      for (const id of ids) {
        const order = orders.get(id);
        if (!order) {
          gone.push(id);
          continue;
        }
        const isFull = !hasRoom(draft, order.state.head?.lineItems.length ?? 0);
        isOver = looked > 0 && (pace.spent || isFull);
        if (isOver) break;
        looked += 1;
        await pace.piece(() => {
          const payload = evaluate(order, shop, config.worker.waitForOrderMs);
          if (order.status === "rejected") order.dueAt = null;
          addToDraft(draft, order, payload);
        });
        // what did not fit keeps its place
        if (!isLeft(order)) settled.push(order);
      }
    }
    const attempt = await writeAttempt(client, shop, draft);
    await saveOrders(client, shop.domain, settled, loaded);
    if (gone.length > 0) await setAside(client, shop.domain, gone, context.log);
    if (attempt) await addEvents(client, shop.domain, eventsOf(attempt));
    return { attempt, more: settled.length + gone.length > 0 };
  });
}

/** To be sent, and not taken into a request. */
function isLeft({ status, dueAt }: StoredOrder): boolean {
  return status === "pending" && dueAt !== null;
}

/** The answer is written down with the attempt alone. */
function eventsOf({ id, startedAt, orders }: Attempt): OrderEvent[] {
  return orders.map(({ id: orderId, revision }) => ({
    ...{ orderId, source: `attempt:${id}`, at: startedAt, kind: "delivery" },
    detail: { attempt: id, revision },
  }));
}

/** The shop's due orders, the longest waiting first; those of an import after all others. */
async function dueOrders(
  client: pg.PoolClient,
  { domain, now }: ShopRow,
  only: readonly string[] | null,
  most: number,
): Promise<Sized[]> {
  const due = `SELECT "id", "imported", "dueAt" FROM "Order" WHERE "shop" = $1 AND "dueAt" <= $3`;
  // to look for those of an import is to pass by all others: only where these do not fill the batch
  const ofAll = `WITH live AS (${due} AND NOT "imported" ORDER BY "dueAt" ${firstRows("$2")})
    SELECT * FROM live
    UNION ALL
    (${due} AND "imported" ORDER BY "dueAt" LIMIT (SELECT $2 - count(*) FROM live))`;
  // by their keys: OFFSET 0 keeps what is due out
  const ofThese = `SELECT "id", "imported", "dueAt" FROM (
    SELECT * FROM "Order" WHERE "shop" = $1 AND "id" = ANY($4) OFFSET 0) AS these WHERE "dueAt" <= $3`;
  const { rows } = await client.query<Sized>(
    `SELECT o."id", (SELECT pg_column_size(d."state") FROM "OrderDocument" d
                      WHERE d."shop" = $1 AND d."orderId" = o."id") AS "bytes"
       FROM (${only ? ofThese : ofAll}) o
      ORDER BY o."imported", o."dueAt" LIMIT $2`,
    [domain, most, new Date(now), ...(only ? [only] : [])],
  );
  return rows;
}

/**
 * Requests that a process left without recording an answer (it was killed or frozen): their orders
 * are sent in their current state, and once more a while after that, because the request may still
 * arrive. Called at the start of a run, when no request of this shop can rightly be under way.
 */
export async function recoverAttempts(client: pg.PoolClient, shop: ShopRow): Promise<void> {
  if (isResting(shop, "recover")) return;
  const { rows } = await client.query<{ id: string; epoch: number; orders: { id: string }[] }>({
    name: "recover-attempts",
    text: `UPDATE "Attempt" SET "answeredAt" = $2, "outcome" = 'unanswered',
            "reason" = 'The process ended before the answer came.'
      WHERE "shop" = $1 AND "answeredAt" IS NULL RETURNING "id", "epoch", "orders"`,
    values: [shop.domain, new Date(shop.now)],
  });
  const ids = rows
    .filter(({ epoch }) => epoch === shop.epoch)
    .flatMap(({ orders }) => orders.map(({ id }) => id));
  if (ids.length > 0) await sendAgain(client, shop, ids);
}

/**
 * Makes orders due again because a request with them may have been taken, or may yet be. Skipped
 * and blocked orders fall out when they are evaluated. The caller holds the shop's row.
 */
export async function sendAgain(
  client: pg.PoolClient,
  { domain, now }: ShopRow,
  ids: readonly string[],
): Promise<void> {
  const orders = await loadOrders(client, domain, [...new Set(ids)]);
  const loaded = asLoaded(orders.values());
  for (const order of orders.values()) {
    order.acceptedHash = null;
    order.unanswered = true;
    order.dueAt = now;
    if (order.status === "sent" || order.status === "confirmed") order.status = "pending";
  }
  await saveOrders(client, domain, [...orders.values()], loaded);
}
