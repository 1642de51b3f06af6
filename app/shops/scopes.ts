import type pg from "pg";
import { holdingShop } from "#app/store/lease.ts";

/**
 * Keeps which access scopes the merchant has granted. Older news than what is known is ignored.
 *
 * @param at epoch milliseconds by Shopify's clock
 */
export async function recordScopes(
  pool: pg.Pool,
  domain: string,
  scopes: readonly string[],
  at: number,
): Promise<void> {
  await pool.query(`INSERT INTO "Shop" ("domain") VALUES ($1) ON CONFLICT DO NOTHING`, [domain]);
  await holdingShop(pool, domain, async (client) => {
    await client.query(
      `UPDATE "Shop" SET "scopes" = $2, "scopesAt" = $3
        WHERE "domain" = $1 AND ("scopesAt" IS NULL OR "scopesAt" <= $3)
          AND ("uninstalledAt" IS NULL OR "uninstalledAt" < $3)`,
      [domain, [...scopes].sort().join(","), new Date(at)],
    );
  });
}
