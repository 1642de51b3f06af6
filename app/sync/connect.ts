import type pg from "pg";
import { evaluate } from "./evaluate.ts";
import { holdingShop } from "./lease.ts";
import { countsOf, loadOrders, saveOrders } from "./order-store.ts";
import type { RunContext } from "./run-context.ts";

/** What connects a shop to Hakuna. Settings that are left out stay as they are. */
export type ConnectRequest = {
  shop: string;
  environment: "sandbox" | "production";
  apiKey: string;
  share?: "protected" | "all";
  /** ISO 3166-1 alpha-2, lower case: the shop's country */
  country?: string;
};

/** `epochChanged`: the environment is another one, so what was accepted before does not count. */
export type Connected = { epochChanged: boolean };

/**
 * Connects a shop to Hakuna, or resumes it: stores the key encrypted, forgets pauses and back-off,
 * makes everything due that is pending. A shop nobody has opened yet is made known. Changing the
 * environment starts a new connection epoch; changing the key within it does not.
 */
export async function connectShop(
  { pool, secrets, config, now }: Pick<RunContext, "pool" | "secrets" | "config" | "now">,
  request: ConnectRequest,
): Promise<Connected> {
  await pool.query(`INSERT INTO "Shop" ("domain") VALUES ($1) ON CONFLICT DO NOTHING`, [
    request.shop,
  ]);
  const connected = await holdingShop(pool, request.shop, async (client, shop) => {
    // after an uninstall there is no connection, yet orders that were accepted under the last one
    const wasConnected = shop.connection !== "none" || shop.lastAcceptedAt !== null;
    const epochChanged = shop.environment !== request.environment && wasConnected;
    await client.query(
      `UPDATE "Shop" SET "environment" = $2::"Environment", "apiKeySealed" = $3, "apiKeyLastFour" = $4,
              "share" = coalesce($5::"Share", "share"), "country" = coalesce($6, "country"),
              "epoch" = "epoch" + $7, "connection" = 'connected', "connectionSince" = now(),
              "connectionReason" = NULL, "loneRefusals" = 0, "backoffCount" = 0,
              "backoffUntil" = NULL, "backoffReason" = NULL, "backoffSince" = NULL
        WHERE "domain" = $1`,
      [
        request.shop,
        request.environment,
        secrets.seal(request.apiKey, request.shop),
        request.apiKey.slice(-4),
        request.share ?? null,
        request.country ?? null,
        epochChanged ? 1 : 0,
      ],
    );
    await client.query(
      `UPDATE "Order" SET "dueAt" = now() WHERE "shop" = $1 AND "status" = 'pending'`,
      [request.shop],
    );
    return { epochChanged };
  });
  await evaluateBlocked({ pool, config, now }, request.shop);
  if (connected === null) throw new Error("The shop was removed while it was being connected.");
  return connected;
}

/** Settings such as the country may free orders that could not be mapped. */
async function evaluateBlocked(
  { pool, config, now }: Pick<RunContext, "pool" | "config" | "now">,
  domain: string,
): Promise<void> {
  const page = 500;
  let after = "";
  for (;;) {
    const last = await holdingShop(pool, domain, async (client, shop) => {
      const ids = await blockedOrders(client, domain, after, page);
      const orders = await loadOrders(client, domain, ids);
      const before = countsOf(orders.values());
      for (const order of orders.values()) {
        evaluate(order, shop, now(), config.worker.waitForOrderMs);
      }
      await saveOrders(client, domain, [...orders.values()], before);
      return ids.length < page ? null : (ids.at(-1) ?? null);
    });
    if (last === null) return;
    after = last;
  }
}

async function blockedOrders(
  client: pg.PoolClient,
  shop: string,
  after: string,
  most: number,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "status" = 'blocked' AND "id" > $2
      ORDER BY "id" LIMIT $3`,
    [shop, after, most],
  );
  return rows.map(({ id }) => id);
}
