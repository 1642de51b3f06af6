import type pg from "pg";
import type { SecretBox } from "#app/foundation/secrets.server.ts";
import { holdingShop, type ShopRow } from "#app/store/lease.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { beginEpoch } from "./epoch.ts";

/** What a shop is connected with. Settings that are left out stay as they are. */
export type Connection = {
  environment: "sandbox" | "production";
  apiKey: string;
  share?: "protected" | "all";
  /** ISO 3166-1 alpha-2, lower case: the shop's country */
  country?: string;
  /** the key is of another Hakuna account */
  newAccount?: boolean;
  /**
   * whether the new environment or account is sent what the former one has; left out: nobody was
   * asked, so what was asked for before and is not done yet still holds
   */
  sendAgain?: boolean;
};

export type ConnectRequest = Connection & { shop: string };

/** `epochChanged`: another environment or account, so what was accepted before does not count. */
export type Connected = { epochChanged: boolean };

/**
 * Connects a shop to Hakuna, or resumes it, in one transaction. A shop nobody has opened yet is made
 * known. To be followed by a wake of the shop.
 */
export async function connectShop(
  { pool, secrets }: Pick<RunContext, "pool" | "secrets">,
  { shop: domain, ...connection }: ConnectRequest,
): Promise<Connected> {
  await pool.query(`INSERT INTO "Shop" ("domain") VALUES ($1) ON CONFLICT DO NOTHING`, [domain]);
  const connected = await holdingShop(pool, domain, (client, shop) =>
    connectHeld(client, secrets, shop, connection),
  );
  if (connected === null) throw new Error("The shop was removed while it was being connected.");
  return connected;
}

/**
 * The same, for a caller that holds the shop's row: stores the key encrypted, forgets pauses and
 * back-off, and has the orders looked at once more, step by step, in the shop's runs: those that are
 * pending are made due there. Another environment or account starts a new connection epoch; a new
 * key within it does not.
 */
export async function connectHeld(
  client: pg.PoolClient,
  secrets: SecretBox,
  shop: ShopRow,
  { environment, apiKey, share, country, newAccount, sendAgain }: Connection,
): Promise<Connected> {
  const { domain } = shop;
  const isAsking = await hasRequestUnderWay(client, domain);
  // also where there is none now: an uninstall or a disconnect leaves what was accepted
  const former = connectedTo(shop) ?? (isAsking ? shop.environment : null);
  const epochChanged = former !== null && (former !== environment || newAccount === true);
  await client.query(
    `UPDATE "Shop" SET "environment" = $2::"Environment", "connectedTo" = $2::"Environment",
            "apiKeySealed" = $3, "apiKeyLastFour" = $4,
            "keyVersion" = "keyVersion" + 1,
            "share" = coalesce($5::"Share", "share"), "country" = coalesce($6, "country"),
            "connection" = 'connected', "connectionSince" = $8,
            "connectionReason" = NULL, "loneRefusals" = 0, "backoffCount" = 0,
            "backoffUntil" = NULL, "backoffReason" = NULL, "backoffSince" = NULL,
            "reviewAfter" = '', "reviewAll" = $7
      WHERE "domain" = $1`,
    [
      domain,
      environment,
      secrets.seal(apiKey, domain),
      apiKey.slice(-4),
      share ?? null,
      country ?? null,
      // a wish for the same account waits for its review; for another one the newer answer counts
      epochChanged ? (sendAgain ?? shop.reviewAll) : shop.reviewAll || sendAgain === true,
      new Date(shop.now),
    ],
  );
  // what waited for a key or a country; a job under way that finds the former key refused sees so itself
  await client.query(
    `UPDATE "PlanJob" SET "dueAt" = $2
      WHERE "shop" = $1 AND "state" = 'running' AND "dueAt" > $2
        AND "reason" IN ('no_key', 'key_refused', 'no_country')`,
    [domain, new Date(shop.now)],
  );
  // Before the first acceptance nobody asks whose account a key is of. What is under way with the
  // former key may be taken in by another one, so its answer must not count for this one.
  const isUnknownAccount = isAsking && shop.lastAcceptedAt === null;
  if (epochChanged || isUnknownAccount) await beginEpoch(client, domain);
  return { epochChanged };
}

/** The environment that the shop was connected to last; null: it never was. */
export function connectedTo(shop: ShopRow): ShopRow["environment"] | null {
  const { connection, lastAcceptedAt, environment } = shop;
  // a former version, at work beside this one, does not write it down
  const isNew = connection === "none" && lastAcceptedAt === null;
  return shop.connectedTo ?? (isNew ? null : environment);
}

async function hasRequestUnderWay(client: pg.ClientBase, shop: string): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT 1 FROM "Attempt" WHERE "shop" = $1 AND "answeredAt" IS NULL LIMIT 1`,
    [shop],
  );
  return rows.length > 0;
}
