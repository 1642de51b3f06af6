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

/**
 * The access scopes that the app asks for and the shop has not granted; none while nothing is known.
 * Who may write may read.
 */
export function missingScopes(
  { SCOPES }: { SCOPES: readonly string[] },
  { scopes }: { scopes: string | null },
): string[] {
  if (scopes === null) return [];
  const granted = new Set(scopes.split(",").map((scope) => scope.trim()));
  return SCOPES.filter(
    (scope) => !granted.has(scope) && !granted.has(scope.replace(/^read_/, "write_")),
  );
}

/**
 * What the app may not read: scopes that the merchant grants, and approvals for protected customer
 * data that Shopify gives the app (`name`, `email`, …), each as far as orders were read without it. A
 * scope that was granted since is not missing any more.
 */
export function missingAccess(
  config: { SCOPES: readonly string[] },
  shop: { scopes: string | null; missingAccess: string | null },
): { missingScopes: string[]; missingApprovals: string[] } {
  const denied = shop.missingAccess?.split(",") ?? [];
  const approvals = denied.flatMap((one) => /^protected:(.+)$/.exec(one)?.[1] ?? []);
  const refused = denied.filter((one) => !one.startsWith("protected:"));
  const still = shop.scopes === null ? refused : missingScopes({ SCOPES: refused }, shop);
  const scopes = new Set([...missingScopes(config, shop), ...still]);
  return { missingScopes: [...scopes], missingApprovals: approvals };
}
