import type pg from "pg";
import { type AdminAccess, AdminError, openAdmin } from "#app/shopify/access/admin-api.ts";
import {
  type GrantedScopes,
  grantedScopesQuery,
  scopesIn,
  shopIdIn,
} from "#app/shopify/shop/granted-scopes.ts";
import type { RunContext } from "#app/store/run-context.ts";

const timeLimitMs = 10_000;

/**
 * Notes that the access scopes of a shop have changed: Shopify is asked which are granted now.
 *
 * @returns whether the shop is known; another one's scopes are learned at its first visit
 */
export async function askForScopes(pool: pg.Pool, domain: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE "Shop" SET "scopesDueAt" = now() WHERE "domain" = $1 AND "uninstalledAt" IS NULL`,
    [domain],
  );
  return rowCount === 1;
}

/** The shops whose scopes are to be asked for now. */
export async function shopsToAskForScopes(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ domain: string }>(
    `SELECT "domain" FROM "Shop" WHERE "scopesDueAt" <= now()`,
  );
  return rows.map(({ domain }) => domain);
}

/**
 * Asks Shopify which access scopes the merchant has granted, if that is due. Without a session they
 * are forgotten, and learned at the next visit.
 */
export async function readScopes(
  { pool, log, ending, config }: Pick<RunContext, "pool" | "log" | "ending" | "config">,
  admin: AdminAccess,
  domain: string,
): Promise<void> {
  const { rows } = await pool.query<{ due: string }>(
    `SELECT "scopesDueAt"::text AS "due" FROM "Shop" WHERE "domain" = $1 AND "scopesDueAt" <= now()`,
    [domain],
  );
  if (!rows[0]) return;
  const { due } = rows[0];
  // one that is asked for meanwhile stays due
  const where = `WHERE "domain" = $1 AND "scopesDueAt" = $2::timestamptz AND "uninstalledAt" IS NULL`;
  try {
    const signal = AbortSignal.any([ending, AbortSignal.timeout(timeLimitMs)]);
    const ask = await openAdmin(admin, domain, signal);
    const { data } = await ask<GrantedScopes>(grantedScopesQuery, {});
    await pool.query(
      `UPDATE "Shop" SET "scopes" = $3, "scopesAt" = now(), "scopesDueAt" = NULL,
              "shopifyId" = coalesce("shopifyId", $4) ${where}`,
      [domain, due, scopesIn(data).sort().join(","), shopIdIn(data)],
    );
    // what the app is subscribed to by such a scope may have to be taken back; see watchReturns
    await pool.query(
      `UPDATE "Shop" SET "returnsLookAt" = now()
        WHERE "domain" = $1 AND "returnsLookAt" IS NOT NULL AND "uninstalledAt" IS NULL`,
      [domain],
    );
  } catch (err) {
    if (!(err instanceof AdminError)) throw err;
    if (err.refusal.kind === "no_session") {
      await pool.query(`UPDATE "Shop" SET "scopes" = NULL, "scopesDueAt" = NULL ${where}`, [
        domain,
        due,
      ]);
      return;
    }
    log.warn({ err, shop: domain }, "the granted scopes were not read; it is tried again");
    await pool.query(
      `UPDATE "Shop" SET "scopesDueAt" = now() + $3 * interval '1 millisecond' ${where}`,
      [domain, due, err.refusal.retryAfterMs ?? config.worker.readRetryMs],
    );
  }
}
