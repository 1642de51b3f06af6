import type pg from "pg";
import { type BackoffBounds, backoffMs } from "#app/foundation/backoff.ts";
import type { ShopRow } from "#app/store/lease.ts";
import { asLoaded, loadOrders, saveOrders } from "#app/store/order-store.ts";
import { dropRefusal } from "#app/store/refusal.ts";

/** The longest that a feed's Retry-After is honored: a day. */
export const longestRetryAfterMs = 24 * 60 * 60 * 1000;

/**
 * The time limit of a request: short once the feed did not answer, so that many dead ones are tried
 * in little time. Every fourth try has the whole time, for a feed that is slow and not dead.
 *
 * @param failures in a row so far
 */
export function patienceMs(
  failures: number,
  { timeoutMs, probeTimeoutMs }: { timeoutMs: number; probeTimeoutMs: number },
): number {
  return failures % 4 === 0 ? timeoutMs : Math.min(timeoutMs, probeTimeoutMs);
}

/** How long a shop waits that found no place for a try. */
export function probeWaitMs(probeTimeoutMs: number): number {
  return 5 * probeTimeoutMs * (0.5 + Math.random());
}

/**
 * No place is free to try the shop's feed: it waits on, as long as several such tries take, so that
 * those who find no place do not become work themselves.
 */
export async function postponeProbe(
  client: pg.PoolClient,
  { domain, now }: ShopRow,
  { probeTimeoutMs }: { probeTimeoutMs: number },
): Promise<void> {
  const ms = probeWaitMs(probeTimeoutMs);
  await client.query(`UPDATE "Shop" SET "backoffUntil" = $2 WHERE "domain" = $1`, [
    domain,
    new Date(now + ms),
  ]);
}

/**
 * The feed cannot be reached or asks for patience: the shop waits, exponentially from `backoffMinMs`
 * to `backoffMaxMs` with jitter, at least as long as the feed said, for as long as it takes.
 */
export async function backOff(
  client: pg.PoolClient,
  shop: ShopRow,
  reason: string,
  retryAfterMs: number | null,
  bounds: BackoffBounds,
): Promise<void> {
  const asked = Math.min(retryAfterMs ?? 0, longestRetryAfterMs);
  const ms = Math.max(backoffMs(shop.backoffCount, bounds), asked);
  await client.query(
    `UPDATE "Shop" SET "backoffCount" = least("backoffCount" + 1, 30), "backoffReason" = $2,
            "backoffSince" = coalesce("backoffSince", $3), "backoffUntil" = $4
      WHERE "domain" = $1`,
    [shop.domain, reason, new Date(shop.now), new Date(shop.now + ms)],
  );
}

/**
 * The connection does not work until a person mends it: nothing is sent, everything stays pending.
 * What the feed refused one by one since it last accepted anything was not the orders' fault.
 */
export async function breakConnection(
  client: pg.PoolClient,
  shop: ShopRow,
  connection: "key_refused" | "wrong_address" | "feed_refuses",
  reason: string,
): Promise<void> {
  await client.query(
    `UPDATE "Shop" SET "connection" = $2::"Connection", "connectionReason" = $3,
            "connectionSince" = $4 WHERE "domain" = $1 AND "connection" <> 'none'`,
    [shop.domain, connection, reason, new Date(shop.now)],
  );
  if (connection !== "feed_refuses") return;
  const { rows } = await client.query<{ id: string }>(
    `SELECT DISTINCT "orders"->0->>'id' AS "id" FROM "Attempt"
      WHERE "shop" = $1 AND "reason" IS NOT NULL AND "outcome" = 'invalid' AND jsonb_array_length("orders") = 1
        AND ($2::timestamptz IS NULL OR "startedAt" > $2)`,
    [shop.domain, shop.lastAcceptedAt],
  );
  const ids = rows.map(({ id }) => id);
  const orders = await loadOrders(client, shop.domain, ids);
  const loaded = asLoaded(orders.values());
  for (const order of orders.values()) {
    if (order.status !== "rejected") continue;
    order.status = "pending";
    order.statusReason = null;
    dropRefusal(order);
    order.dueAt = shop.now;
  }
  await saveOrders(client, shop.domain, [...orders.values()], loaded);
}
