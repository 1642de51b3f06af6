import type pg from "pg";

const dayMs = 24 * 60 * 60 * 1000;
/** What apps may read without `read_all_orders`, less a day: an order that is read must not be too old. */
const readableMs = 59 * dayMs;

/** SQL: orders `o` that a proof leaves alone whatever they say, or that are being dealt with. */
const isProvable = `NOT o."redacted" AND o."purgedAt" IS NULL AND o."dueAt" IS NULL
  AND o."readAt" IS NULL AND o."status" NOT IN ('waiting', 'pending')`;

/** The orders of one night: `oldFrom` is where the old ones begin, `oldEnds`: they are the last ones. */
export type Sample = { sample: string[]; oldFrom: number; oldEnds: boolean };

/**
 * Takes the orders that a proof reads: first those that differed the last time, then half of the rest
 * from those that changed since the last proof, by chance, then old ones, by id from where the last
 * proof ended. What changed only just is left to webhooks and to the reconciliation.
 *
 * @param through up to when changes were sampled before; null: never
 * @param settled changes after it are left out; epoch milliseconds
 * @param readsAll the app may read orders of any age
 */
export async function takeSample(
  client: pg.PoolClient,
  shop: string,
  {
    most,
    now,
    ...from
  }: {
    most: number;
    now: number;
    through: Date | null;
    settled: number;
    cursor: string;
    readsAll: boolean;
  },
): Promise<Sample> {
  const ids = async (sql: string, values: unknown[]) =>
    (await client.query<{ id: string }>(sql, [shop, ...values])).rows.map(({ id }) => id);
  const settled = new Date(from.settled);
  const oldest = new Date(from.readsAll ? 0 : now - readableMs);
  const again = await ids(
    `SELECT "orderId" AS "id" FROM "OrderDifference" WHERE "shop" = $1 AND "agreedAt" IS NULL
      ORDER BY "lastAt", "orderId" LIMIT $2`,
    [most],
  );
  const left = most - again.length;
  const changed = await ids(
    `SELECT o."id" FROM "Order" o WHERE o."shop" = $1 AND o."placedAt" >= $2 AND o."changedAt" > $3
        AND o."changedAt" <= $4 AND NOT o."id" = ANY($5) AND ${isProvable}
      ORDER BY md5(o."id" || $6) LIMIT $7`,
    [
      ...[new Date(now - readableMs), from.through ?? new Date(0), settled, again],
      ...[String(now), Math.ceil(left / 2)],
    ],
  );
  const known = [...again, ...changed];
  const wanted = most - known.length;
  const old = await ids(
    `SELECT o."id" FROM "Order" o WHERE o."shop" = $1 AND o."id" > $2 AND o."placedAt" >= $3
        AND o."changedAt" <= $4 AND NOT o."id" = ANY($5) AND ${isProvable}
      ORDER BY o."id" LIMIT $6`,
    [from.cursor, oldest, settled, known, wanted],
  );
  return { sample: [...known, ...old], oldFrom: known.length, oldEnds: old.length < wanted };
}
