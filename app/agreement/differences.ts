import type pg from "pg";

/** What of an order differed: what is stored, what Hakuna accepted, or what became of it there. */
export type Difference = "state" | "payload" | "processing";

/** So long an order that agrees again is remembered: a difference after that is a new one. */
const rememberedMs = 30 * 24 * 60 * 60 * 1000;

/**
 * Counts the differences of orders, proof by proof, and notes which orders agree again. The caller
 * holds the shop's row.
 */
export async function noteDifferences(
  client: pg.PoolClient,
  shop: string,
  now: number,
  { differing, agreeing }: { differing: { id: string; kinds: string }[]; agreeing: string[] },
): Promise<void> {
  if (differing.length > 0) {
    await client.query(
      `INSERT INTO "OrderDifference" AS d ("shop", "orderId", "kinds", "times", "firstAt", "lastAt")
       SELECT $1, r."id", r."kinds", 1, $3::timestamptz, $3::timestamptz
         FROM jsonb_to_recordset($2::jsonb) AS r("id" text, "kinds" text)
       ON CONFLICT ("shop", "orderId") DO UPDATE SET "kinds" = EXCLUDED."kinds",
         "times" = d."times" + 1, "lastAt" = EXCLUDED."lastAt", "agreedAt" = NULL`,
      [shop, JSON.stringify(differing), new Date(now)],
    );
  }
  if (agreeing.length > 0) {
    await client.query(
      `UPDATE "OrderDifference" SET "agreedAt" = $3
        WHERE "shop" = $1 AND "orderId" = ANY($2) AND "agreedAt" IS NULL`,
      [shop, agreeing, new Date(now)],
    );
  }
}

/** Forgets differences that did not come back. */
export async function forgetDifferences(
  client: Pick<pg.Pool, "query">,
  shop: string,
  now: number,
): Promise<void> {
  await client.query(`DELETE FROM "OrderDifference" WHERE "shop" = $1 AND "agreedAt" < $2`, [
    shop,
    new Date(now - rememberedMs),
  ]);
}
