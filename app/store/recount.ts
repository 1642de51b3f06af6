import type pg from "pg";

/**
 * Counts the shop's orders anew. The caller holds the shop's row, so nobody changes them meanwhile.
 *
 * @returns how many of the counters were wrong: none, unless a row was changed by hand
 */
export async function recount(client: pg.PoolClient, shop: string): Promise<number> {
  const { rowCount } = await client.query(
    `WITH counted AS (
       SELECT "status", count(*)::int AS "count",
              (count(*) FILTER (WHERE "needsAttention"))::int AS "attention"
         FROM "Order" WHERE "shop" = $1 GROUP BY "status"
     ), known AS (
       SELECT "status" FROM "OrderCount" WHERE "shop" = $1 UNION SELECT "status" FROM counted
     )
     INSERT INTO "OrderCount" AS c ("shop", "status", "count", "attention")
     SELECT $1, known."status", coalesce(counted."count", 0), coalesce(counted."attention", 0)
       FROM known LEFT JOIN counted USING ("status")
     ON CONFLICT ("shop", "status") DO UPDATE
        SET "count" = EXCLUDED."count", "attention" = EXCLUDED."attention"
      WHERE c."count" <> EXCLUDED."count" OR c."attention" <> EXCLUDED."attention"`,
    [shop],
  );
  return rowCount ?? 0;
}
