import type pg from "pg";
import { PayloadError } from "#app/shopify/webhooks/payload-reader.ts";
import type { NamedShop } from "#app/shopify/webhooks/privacy-payload.ts";

/** Keeps a shop's numeric id at Shopify, as Shopify said it with the shop's domain. It never changes. */
export async function noteShopId(pool: pg.Pool, domain: string, id: string): Promise<void> {
  await pool.query(
    `UPDATE "Shop" SET "shopifyId" = $2 WHERE "domain" = $1 AND "shopifyId" IS NULL`,
    [domain, id],
  );
}

/**
 * Shopify signs a webhook's body alone, not its headers: the shop that the body names must be the
 * header's, or one signed body of any shop could be turned against every other.
 *
 * @param shop of X-Shopify-Shop-Domain
 * @returns whether it is known to be the same; false: the body holds an id alone, and nobody has told
 *   the shop's
 * @throws PayloadError where it is another shop
 */
export async function isSameShop(pool: pg.Pool, shop: string, named: NamedShop): Promise<boolean> {
  if (named.domain !== null) {
    if (named.domain !== shop) throw anotherShop();
    await noteShopId(pool, shop, named.id);
    return true;
  }
  const { rows } = await pool.query<{ shopifyId: string | null }>(
    `SELECT "shopifyId" FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  const known = rows[0]?.shopifyId ?? null;
  if (known !== null && known !== named.id) throw anotherShop();
  return known !== null;
}

/** @throws PayloadError where the body is not known to be the shop's */
export async function requireSameShop(
  pool: pg.Pool,
  shop: string,
  named: NamedShop,
): Promise<void> {
  if (!(await isSameShop(pool, shop, named))) throw anotherShop();
}

function anotherShop(): PayloadError {
  return new PayloadError("payload", "does not name the shop of X-Shopify-Shop-Domain");
}
