import type pg from "pg";
import { withoutWords } from "#app/hakuna/reason.ts";

/**
 * Hakuna's words were stripped of the customer's data by what was sent; what no comparison found may
 * still be in them. When the data is to be erased nothing stays of them but the codes: in the
 * timelines of these orders, in the requests with them and in the shop's own row. The orders' own
 * reasons are the caller's, who also holds the shop's row.
 */
export async function redactWords(
  client: pg.PoolClient,
  shop: string,
  orderIds: readonly string[],
): Promise<void> {
  for (const table of ["TimelineEvent", "OrderEvent"]) {
    const events = await client.query<{ orderId: string; source: string; reason: string }>(
      `SELECT "orderId", "source", "detail"->>'reason' AS "reason" FROM "${table}"
        WHERE "shop" = $1 AND "orderId" = ANY($2) AND "kind" IN ('delivery', 'processing')
          AND "detail"->>'reason' IS NOT NULL`,
      [shop, orderIds],
    );
    await client.query(
      `UPDATE "${table}" e SET "detail" = jsonb_set(e."detail", '{reason}', r."reason")
         FROM jsonb_to_recordset($2::jsonb) AS r("orderId" text, "source" text, "reason" jsonb)
        WHERE e."shop" = $1 AND e."orderId" = r."orderId" AND e."source" = r."source"`,
      [shop, changed(events.rows)],
    );
  }
  const attempts = await client.query<{ id: string; reason: string }>(
    `SELECT "id", "reason" FROM "Attempt" WHERE "shop" = $1 AND "reason" IS NOT NULL
        AND EXISTS (SELECT 1 FROM jsonb_array_elements("orders") AS o WHERE o->>'id' = ANY($2))`,
    [shop, orderIds],
  );
  await client.query(
    `UPDATE "Attempt" a SET "reason" = r."reason"
       FROM jsonb_to_recordset($2::jsonb) AS r("id" uuid, "reason" text)
      WHERE a."shop" = $1 AND a."id" = r."id"`,
    [shop, changed(attempts.rows)],
  );
  await redactShopsWords(client, shop);
}

/** Why the connection is broken or the shop waits: about which order is not written there. */
async function redactShopsWords(client: pg.PoolClient, shop: string): Promise<void> {
  const { rows } = await client.query<Record<"connectionReason" | "backoffReason", string | null>>(
    `SELECT "connectionReason", "backoffReason" FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  const bare = (reason: string | null | undefined) => reason && withoutWords(reason);
  await client.query(
    `UPDATE "Shop" SET "connectionReason" = $2, "backoffReason" = $3 WHERE "domain" = $1`,
    [shop, bare(rows[0]?.connectionReason), bare(rows[0]?.backoffReason)],
  );
}

function changed(rows: readonly { reason: string }[]): string {
  const bare = rows.map((row) => ({ ...row, reason: withoutWords(row.reason) }));
  return JSON.stringify(bare.filter(({ reason }, at) => reason !== rows[at]?.reason));
}
