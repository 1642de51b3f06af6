import type pg from "pg";

/**
 * Begins a new connection epoch: another environment or account. What was accepted before does not
 * count for it, and what the former one refused is tried anew when the orders are looked at once
 * more (`reviewAfter`). The caller holds the shop's row.
 */
export async function beginEpoch(client: pg.ClientBase, shop: string): Promise<void> {
  await client.query(`UPDATE "Shop" SET "epoch" = "epoch" + 1 WHERE "domain" = $1`, [shop]);
  await client.query(
    `UPDATE "Order" SET "payloadHash" = NULL WHERE "shop" = $1 AND "status" = 'rejected'`,
    [shop],
  );
}
