import type pg from "pg";

/**
 * Begins a new connection epoch: another environment or account. What was accepted before does not
 * count for it. The orders are looked at once more by the shop's runs (`reviewAfter`), and what the
 * former one refused is tried anew there, countries included. The caller holds the shop's row.
 */
export async function beginEpoch(client: pg.ClientBase, shop: string): Promise<void> {
  await client.query(
    `UPDATE "Shop" SET "epoch" = "epoch" + 1, "reviewAfter" = '', "reviewRefused" = true,
            "countryAnswers" = '{}'
      WHERE "domain" = $1`,
    [shop],
  );
}
