import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { FeedOrder } from "#app/order/feed-order.ts";
import { evaluate } from "#app/store/evaluate.ts";
import { type Lease, type ShopRow, underLease } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** One request to the feed, written down before it is made. */
export type Attempt = {
  /** also the idempotency key */
  id: string;
  epoch: number;
  /** epoch milliseconds */
  startedAt: number;
  orders: { id: string; revision: number; hash: string; payload: FeedOrder }[];
  /** the request's body: a JSON array of the orders */
  body: string;
  to: { environment: ShopRow["environment"]; apiKey: string };
};

/**
 * Writes down the next request, valid only while the lease is ours: the orders that are due, in
 * their current state, as many as fit. Orders whose payload was accepted already, that cannot be
 * mapped any more or are not to be sent drop out.
 *
 * @param only take no other orders than these (halves of a refused batch)
 * @returns null when nothing is due or the shop is not to be delivered now
 */
export async function beginAttempt(
  context: RunContext,
  lease: Lease,
  only: readonly string[] | null,
): Promise<Attempt | null> {
  const { pool, config } = context;
  return await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    if (!shop.delivers || shop.apiKeySealed === null) return null;
    for (;;) {
      const ids = await dueOrders(client, shop.domain, only, config.delivery.batchOrders);
      if (ids.length === 0) return null;
      const orders = await loadOrders(client, shop.domain, ids);
      const loaded = asLoaded(orders.values());
      const evaluated = ids.flatMap((id) => {
        const order = orders.get(id);
        return order ? { order, payload: evaluate(order, shop, config.worker.waitForOrderMs) } : [];
      });
      for (const { order } of evaluated) if (order.status === "rejected") order.dueAt = null;
      const attempt = await takeAttempt(context, client, shop, evaluated);
      // what did not fit keeps its place
      const settled = evaluated.map(({ order }) => order).filter((order) => !isLeft(order));
      await saveOrders(client, shop.domain, settled, loaded);
      if (attempt !== null) return attempt;
      // nothing of it was to be sent: look at the next ones
    }
  });
}

/** To be sent, and not taken into a request. */
function isLeft({ status, dueAt }: StoredOrder): boolean {
  return status === "pending" && dueAt !== null;
}

/** An order that was just evaluated, with the answer of `evaluate`. */
export type Evaluated = { order: StoredOrder; payload: FeedOrder | null };

/**
 * Writes down a request with those of the orders that are pending, as many as fit, and takes them
 * out of what is due; the caller saves them. Until the answer is recorded nothing counts as accepted
 * for them.
 *
 * @returns null when none of them is to be sent or the shop is not to be delivered now
 * @throws SecretError when the shop's API key cannot be opened; nothing is changed then
 */
export async function takeAttempt(
  { config, secrets }: Pick<RunContext, "config" | "secrets">,
  client: pg.PoolClient,
  shop: ShopRow,
  evaluated: readonly Evaluated[],
): Promise<Attempt | null> {
  if (!shop.delivers || shop.apiKeySealed === null) return null;
  const apiKey = secrets.open(shop.apiKeySealed, shop.domain);
  const { orders, body } = take(evaluated, config.delivery);
  if (orders.length === 0) return null;
  const attempt: Attempt = {
    id: randomUUID(),
    epoch: shop.epoch,
    startedAt: shop.now,
    orders,
    body,
    to: { environment: shop.environment, apiKey },
  };
  await client.query(
    `INSERT INTO "Attempt" ("shop", "id", "epoch", "orders", "startedAt")
     VALUES ($1, $2, $3, $4, to_timestamp($5 / 1000.0))`,
    [
      shop.domain,
      attempt.id,
      attempt.epoch,
      JSON.stringify(orders.map(({ id, revision, hash }) => ({ id, revision, hash }))),
      attempt.startedAt,
    ],
  );
  return attempt;
}

function take(
  evaluated: readonly Evaluated[],
  { batchOrders, batchBytes }: { batchOrders: number; batchBytes: number },
): Pick<Attempt, "orders" | "body"> {
  const orders: Attempt["orders"] = [];
  const texts: string[] = [];
  let bytes = 2;
  for (const { order, payload } of evaluated) {
    if (payload === null || order.status !== "pending" || order.payloadHash === null) continue;
    const text = JSON.stringify(payload);
    const size = Buffer.byteLength(text) + 1;
    // too large together: it stays due; too large alone: the feed shall say so
    if (orders.length > 0 && bytes + size > batchBytes) continue;
    bytes += size;
    order.acceptedHash = null;
    order.dueAt = null;
    texts.push(text);
    orders.push({ id: order.id, revision: order.revision, hash: order.payloadHash, payload });
    if (orders.length === batchOrders) break;
  }
  return { orders, body: `[${texts.join()}]` };
}

/** The shop's due orders, the longest waiting first; those of an import after all others. */
async function dueOrders(
  client: pg.PoolClient,
  shop: string,
  only: readonly string[] | null,
  most: number,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `(SELECT "id", "imported", "dueAt" FROM "Order"
       WHERE "shop" = $1 AND NOT "imported" AND "dueAt" <= now() AND ($2::text[] IS NULL OR "id" = ANY($2))
       ORDER BY "dueAt" LIMIT $3)
     UNION ALL
     (SELECT "id", "imported", "dueAt" FROM "Order"
       WHERE "shop" = $1 AND "imported" AND "dueAt" <= now() AND ($2::text[] IS NULL OR "id" = ANY($2))
       ORDER BY "dueAt" LIMIT $3)
     ORDER BY "imported", "dueAt" LIMIT $3`,
    [shop, only, most],
  );
  return rows.map(({ id }) => id);
}

/**
 * Requests that a process left without recording an answer (it was killed or frozen): their orders
 * are sent in their current state, and once more a while after that, because the request may still
 * arrive. Called at the start of a run, when no request of this shop can rightly be under way.
 */
export async function recoverAttempts(context: RunContext, lease: Lease): Promise<void> {
  const { pool, config } = context;
  await underLease(pool, lease, config.worker.leaseMs, async (client, shop) => {
    const { rows } = await client.query<{ id: string; epoch: number; orders: { id: string }[] }>(
      `UPDATE "Attempt" SET "answeredAt" = now(), "outcome" = 'unanswered',
              "reason" = 'The process ended before the answer came.'
        WHERE "shop" = $1 AND "answeredAt" IS NULL RETURNING "id", "epoch", "orders"`,
      [shop.domain],
    );
    const ids = rows
      .filter(({ epoch }) => epoch === shop.epoch)
      .flatMap(({ orders }) => orders.map(({ id }) => id));
    await sendAgain(client, shop, ids);
  });
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
