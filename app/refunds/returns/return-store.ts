import type pg from "pg";

/** Units of a line that are to come back and whose money was not paid back yet. */
export type ReturnUnits = { lineItemId: string; units: number };

/** A return that is asked for or open, as Shopify said last. */
export type OpenReturn = {
  id: string;
  orderId: string;
  status: "REQUESTED" | "OPEN";
  isExchange: boolean;
  units: ReturnUnits[];
};

type Client = Pick<pg.Pool | pg.PoolClient, "query">;

/**
 * Has a return read from Shopify: one that is known, or of an order that holds plans. Nothing is kept
 * of others.
 *
 * @param orderId null: the news did not tell it
 * @param at epoch milliseconds
 * @returns whether it is to be read
 */
export async function noteReturn(
  client: Client,
  shop: string,
  { returnId, orderId }: { returnId: string; orderId: string | null },
  at: number,
): Promise<boolean> {
  const { rowCount: known } = await client.query(
    `UPDATE "OrderReturn" SET "dueAt" = $3, "tries" = 0 WHERE "shop" = $1 AND "id" = $2`,
    [shop, returnId, new Date(at)],
  );
  if (known === 1 || orderId === null) return known === 1;
  const { rows } = await client.query(
    `SELECT 1 FROM "Order" WHERE "shop" = $1 AND "id" = $2 AND "planUnits" > 0
        AND "status" <> 'skipped'`,
    [shop, orderId],
  );
  if (rows.length === 0) return false;
  await client.query(
    `INSERT INTO "OrderReturn" ("shop", "id", "orderId", "dueAt") VALUES ($1, $2, $3, $4)
     ON CONFLICT ("shop", "id") DO UPDATE SET "dueAt" = excluded."dueAt", "tries" = 0`,
    [shop, returnId, orderId, new Date(at)],
  );
  return true;
}

/** A return that is to be read, as it was known before; `dueAt`: when it would be tried again. */
export type DueReturn = {
  id: string;
  orderId: string | null;
  status: OpenReturn["status"] | null;
  tries: number;
  dueAt: Date | null;
};

/**
 * The return that is due first, put off until `again` (epoch milliseconds; null: until there is news
 * of it): one that fails comes again. Null: there is none, or another process has just taken it.
 */
export async function takeDueReturn(
  client: Client,
  shop: string,
  now: number,
  again: (tries: number) => number | null,
): Promise<DueReturn | null> {
  const { rows } = await client.query<Omit<DueReturn, "dueAt">>(
    `SELECT "id", "orderId", "status", "tries" FROM "OrderReturn" WHERE "shop" = $1 AND "dueAt" <= $2
      ORDER BY "dueAt" LIMIT 1`,
    [shop, new Date(now)],
  );
  const [row] = rows;
  if (!row) return null;
  const next = again(row.tries);
  const dueAt = next === null ? null : new Date(next);
  const { rowCount } = await client.query(
    `UPDATE "OrderReturn" SET "dueAt" = $3, "tries" = "tries" + 1
      WHERE "shop" = $1 AND "id" = $2 AND "tries" = $4 AND "dueAt" <= $5`,
    [shop, row.id, dueAt, row.tries, new Date(now)],
  );
  return rowCount === 1 ? { ...row, dueAt } : null;
}

/** Writes down how a return stands. News that came while it was read keep it due. */
export async function keepReturn(
  client: Client,
  shop: string,
  { id, orderId, status, isExchange, units }: OpenReturn,
  dueAt: Date | null,
): Promise<void> {
  await client.query(
    `UPDATE "OrderReturn" SET "orderId" = $3, "status" = $4, "isExchange" = $5, "units" = $6,
            "tries" = 0, "words" = NULL, "dueAt" = nullif("dueAt", $7)
      WHERE "shop" = $1 AND "id" = $2`,
    [shop, id, orderId, status, isExchange, JSON.stringify(units), dueAt],
  );
}

/** It is over: the page shows it no more, and nobody tells of it twice. */
export async function endReturn(client: Client, shop: string, id: string): Promise<void> {
  await client.query(`UPDATE "OrderReturn" SET "status" = NULL WHERE "shop" = $1 AND "id" = $2`, [
    shop,
    id,
  ]);
}

/** Nothing is kept of a return that is over. News that came while it was read have it read again. */
export async function forgetReturn(
  client: Client,
  shop: string,
  id: string,
  dueAt: Date | null,
): Promise<void> {
  await client.query(
    `DELETE FROM "OrderReturn" WHERE "shop" = $1 AND "id" = $2
        AND "dueAt" IS NOT DISTINCT FROM $3::timestamptz`,
    [shop, id, dueAt],
  );
}

/** Why a return could not be read: its order's page says so until it is. */
export async function noteUnread(
  client: Client,
  shop: string,
  id: string,
  words: string,
): Promise<void> {
  await client.query(`UPDATE "OrderReturn" SET "words" = $3 WHERE "shop" = $1 AND "id" = $2`, [
    shop,
    id,
    words,
  ]);
}

/** All of a shop's, which are read again where they are not due yet. */
export async function readAllReturns(client: Client, shop: string, at: number): Promise<void> {
  await client.query(
    `UPDATE "OrderReturn" SET "dueAt" = $2, "tries" = 0 WHERE "shop" = $1 AND "dueAt" IS NULL`,
    [shop, new Date(at)],
  );
}

/** The app may not read returns any more, or is gone. */
export async function forgetReturns(client: Client, shop: string): Promise<void> {
  await client.query(`DELETE FROM "OrderReturn" WHERE "shop" = $1`, [shop]);
}
