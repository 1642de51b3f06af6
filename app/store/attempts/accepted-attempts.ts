import type pg from "pg";
import type { OrderStatus } from "#app/store/order.ts";

/** The request by which an order was accepted last, of which Hakuna tells how it was processed. */
export type AcceptedAttempt = {
  orderId: string;
  status: OrderStatus;
  id: string;
  /** with `id` its key */
  startedAt: Date;
  requestId: string;
  epoch: number;
  /** when its processing status is read next; null: not */
  pollAt: Date | null;
};

/**
 * The requests by which these orders were accepted last. Those for which Hakuna gave no request ID, and
 * those that were kept long enough, are left out. A request began at most a day before its acceptance,
 * so no other month is looked into (docs/decisions/0075).
 */
export async function acceptedAttempts(
  client: Pick<pg.Pool | pg.PoolClient, "query">,
  shop: string,
  orderIds: readonly string[],
): Promise<AcceptedAttempt[]> {
  const { rows } = await client.query<AcceptedAttempt>({
    name: "accepted-attempts",
    text: `SELECT o."id" AS "orderId", o."status", a."id", a."startedAt", a."requestId", a."epoch",
              a."pollAt"
         FROM "Order" o JOIN "Attempt" a ON a."shop" = o."shop" AND a."id" = o."acceptedAttempt"
          AND a."startedAt" BETWEEN o."sentAt" - interval '1 day' AND o."sentAt" + interval '1 day'
        WHERE o."shop" = $1 AND o."id" = ANY($2) AND a."requestId" IS NOT NULL`,
    values: [shop, orderIds],
  });
  return rows;
}

/**
 * Has the processing statuses of requests read, however often that was done before.
 *
 * @param polls how many looks count as done
 */
export async function pollNow(
  client: Pick<pg.Pool | pg.PoolClient, "query">,
  shop: string,
  attempts: readonly Pick<AcceptedAttempt, "id" | "startedAt">[],
  { at, polls }: { at: Date; polls: number },
): Promise<void> {
  if (attempts.length === 0) return;
  await client.query(
    `UPDATE "Attempt" a SET "pollAt" = $4, "pollCount" = $5
       FROM unnest($2::uuid[], $3::timestamptz[]) AS r("id", "startedAt")
      WHERE a."shop" = $1 AND a."id" = r."id" AND a."startedAt" = r."startedAt"`,
    [shop, attempts.map(({ id }) => id), attempts.map(({ startedAt }) => startedAt), at, polls],
  );
}
