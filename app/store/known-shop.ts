import type pg from "pg";

/**
 * Whether anything is stored about the shop. It has a row of its own from its first sync run on; its
 * webhooks and the requests of its customers may be there before.
 */
export async function isKnownShop(pool: pg.Pool, domain: string): Promise<boolean> {
  const { rows } = await pool.query<{ known: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM "Shop" WHERE "domain" = $1)
         OR EXISTS (SELECT 1 FROM "InboxWebhook" WHERE "shop" = $1)
         OR EXISTS (SELECT 1 FROM "DataRequest" WHERE "shop" = $1) AS "known"`,
    [domain],
  );
  return rows[0]?.known === true;
}
