import { holdingShop } from "#app/store/lease.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { beginEpoch } from "./epoch.ts";

/** What connects a shop to Hakuna. Settings that are left out stay as they are. */
export type ConnectRequest = {
  shop: string;
  environment: "sandbox" | "production";
  apiKey: string;
  share?: "protected" | "all";
  /** ISO 3166-1 alpha-2, lower case: the shop's country */
  country?: string;
  /** the key is of another Hakuna account */
  newAccount?: boolean;
  /** send the new environment or account what the former one has */
  sendAgain?: boolean;
};

/** `epochChanged`: another environment or account, so what was accepted before does not count. */
export type Connected = { epochChanged: boolean };

/**
 * Connects a shop to Hakuna, or resumes it: stores the key encrypted, forgets pauses and back-off,
 * makes everything due that is pending, and has the other orders looked at once more. A shop nobody
 * has opened yet is made known. Another environment or account starts a new connection epoch; a new
 * key within it does not. To be followed by a wake of the shop.
 */
export async function connectShop(
  { pool, secrets }: Pick<RunContext, "pool" | "secrets">,
  request: ConnectRequest,
): Promise<Connected> {
  await pool.query(`INSERT INTO "Shop" ("domain") VALUES ($1) ON CONFLICT DO NOTHING`, [
    request.shop,
  ]);
  const connected = await holdingShop(pool, request.shop, async (client, shop) => {
    const isOther = shop.environment !== request.environment || request.newAccount === true;
    // after an uninstall there is no connection, yet orders that were accepted under the last one
    const wasConnected = shop.connection !== "none" || shop.lastAcceptedAt !== null;
    const epochChanged = isOther && wasConnected;
    await client.query(
      `UPDATE "Shop" SET "environment" = $2::"Environment", "apiKeySealed" = $3, "apiKeyLastFour" = $4,
              "share" = coalesce($5::"Share", "share"), "country" = coalesce($6, "country"),
              "connection" = 'connected', "connectionSince" = now(),
              "connectionReason" = NULL, "loneRefusals" = 0, "backoffCount" = 0,
              "backoffUntil" = NULL, "backoffReason" = NULL, "backoffSince" = NULL,
              "reviewAfter" = '', "reviewAll" = $7
        WHERE "domain" = $1`,
      [
        request.shop,
        request.environment,
        secrets.seal(request.apiKey, request.shop),
        request.apiKey.slice(-4),
        request.share ?? null,
        request.country ?? null,
        request.sendAgain === true,
      ],
    );
    await client.query(
      `UPDATE "Order" SET "dueAt" = now() WHERE "shop" = $1 AND "status" = 'pending'`,
      [request.shop],
    );
    if (epochChanged) await beginEpoch(client, request.shop);
    return { epochChanged };
  });
  if (connected === null) throw new Error("The shop was removed while it was being connected.");
  return connected;
}
