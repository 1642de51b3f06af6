import type pg from "pg";

/** Delivery that an operator holds back; `shop` null: the whole feed's. */
export type Hold = { shop: string | null; since: Date; reason: string };

/** Stands for every shop, also those that install the app meanwhile. */
const everyShop = "*";

/** SQL: whether nobody holds back the delivery of the shop in the row of this name. */
export function notHeld(row: string): string {
  return `NOT EXISTS (SELECT 1 FROM "Hold" h WHERE h."shop" IN (${row}."domain", '${everyShop}'))`;
}

/**
 * Holds delivery back: a shop's, or with null the whole feed's. Webhooks are taken and folded all
 * the while. Its reason is for other operators. Done twice, the first one's time stays.
 */
export async function hold(pool: pg.Pool, shop: string | null, reason: string): Promise<void> {
  await pool.query(
    `INSERT INTO "Hold" ("shop", "reason") VALUES ($1, $2)
       ON CONFLICT ("shop") DO UPDATE SET "reason" = EXCLUDED."reason"`,
    [shop ?? everyShop, reason],
  );
}

/**
 * Lets it go on; the sweep finds what is due.
 *
 * @returns whether there was a hold. A shop's own does not end with the whole feed's, nor the other
 *   way round
 */
export async function release(pool: pg.Pool, shop: string | null): Promise<boolean> {
  const { rowCount } = await pool.query(`DELETE FROM "Hold" WHERE "shop" = $1`, [
    shop ?? everyShop,
  ]);
  return rowCount === 1;
}

/** The holds of now, the whole feed's first. */
export async function holds(pool: pg.Pool): Promise<Hold[]> {
  const { rows } = await pool.query<Hold>(
    `SELECT nullif("shop", '${everyShop}') AS "shop", "since", "reason" FROM "Hold" ORDER BY 1 NULLS FIRST`,
  );
  return rows;
}
