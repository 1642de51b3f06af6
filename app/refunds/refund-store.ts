import type pg from "pg";
import { looksDue } from "#app/refunds/returns/looks-due.ts";
import type { PlanRefund, RefundState } from "./plan-refund.ts";
import { type RefundRow, refundColumns, refundOf } from "./plan-refund.ts";

/** Long enough for one visit at Shopify. */
export const refundLeaseMs = 60_000;

/** The right to carry out or look at one refund, until it runs out or is given back. */
export type RefundLease = { shop: string; id: string; token: string };

/** What is known of a refund when it is written down first. */
export type NewRefund = Pick<
  PlanRefund,
  | "id"
  | "orderId"
  | "planLineId"
  | "planTitle"
  | "units"
  | "reason"
  | "staffId"
  | "key"
  | "variables"
  | "seen"
  | "amount"
  | "currency"
  | "notify"
  | "dueAt"
> & { state: "planned" | "asking" };

/**
 * Writes a refund down before anything is done for it.
 *
 * @param token whoever carries it out at once; null: whoever comes
 * @returns whether it is written: false where another one of the plan line is open
 */
export async function openRefund(
  client: pg.PoolClient,
  shop: string,
  refund: NewRefund,
  now: number,
  token: string | null = null,
): Promise<boolean> {
  const isAsked = refund.state === "asking";
  const { rowCount } = await client.query(
    `INSERT INTO "PlanRefund" ("shop", "id", "orderId", "planLineId", "planTitle", "units", "reason",
            "state", "staffId", "key", "variables", "seen", "amount", "currency", "notify", "createdAt",
            "dueAt", "askedAt", "leaseToken", "leaseUntil")
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
     ON CONFLICT DO NOTHING`,
    [
      ...[shop, refund.id, refund.orderId, refund.planLineId, refund.planTitle, refund.units],
      ...[refund.reason, refund.state, refund.staffId, refund.key, refund.variables],
      refund.seen === null ? null : JSON.stringify(refund.seen),
      ...[refund.amount, refund.currency, refund.notify, new Date(now)],
      refund.dueAt === null ? null : new Date(refund.dueAt),
      isAsked ? new Date(now) : null,
      token,
      token === null ? null : new Date(now + refundLeaseMs),
    ],
  );
  return rowCount === 1;
}

/** What could not be carried out, whatever the reason, is not due again at once. */
const claimedMs = 10 * 60_000;

/**
 * Takes the refund of the shop that is due first, and that nobody is at, and puts it off: one that
 * fails is neither tried in a loop nor in the way of others. Null: there is none.
 */
export async function claimDueRefund(
  pool: pg.Pool,
  shop: string,
  token: string,
  now: number,
): Promise<PlanRefund | null> {
  const { rows } = await pool.query<RefundRow>(
    `UPDATE "PlanRefund" SET "leaseToken" = $2, "leaseUntil" = $4, "dueAt" = $5
      WHERE "shop" = $1 AND "id" = (
        SELECT "id" FROM "PlanRefund" WHERE "shop" = $1 AND "dueAt" <= $3
           AND ("leaseUntil" IS NULL OR "leaseUntil" <= $3)
         ORDER BY "dueAt", "id" LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING ${refundColumns}`,
    [shop, token, ...[0, refundLeaseMs, claimedMs].map((ms) => new Date(now + ms))],
  );
  return rows[0] ? refundOf(rows[0]) : null;
}

export async function releaseRefund(pool: pg.Pool, { shop, id, token }: RefundLease) {
  await pool.query(
    `UPDATE "PlanRefund" SET "leaseToken" = NULL, "leaseUntil" = NULL
      WHERE "shop" = $1 AND "id" = $2 AND "leaseToken" = $3`,
    [shop, id, token],
  );
}

export type RefundChanges = Partial<
  Pick<
    PlanRefund,
    | "state"
    | "variables"
    | "seen"
    | "amount"
    | "currency"
    | "notify"
    | "refundId"
    | "payments"
    | "problem"
    | "words"
    | "asks"
    | "looks"
    | "dueAt"
    | "askedAt"
    | "calledAt"
    | "endedAt"
    | "endedBy"
  >
>;

const moments = ["dueAt", "askedAt", "calledAt", "endedAt"];
const documents = ["payments", "seen"];

/**
 * Changes a refund that is in one of the states `from`.
 *
 * @returns whether it was: somebody else may have gone on with it meanwhile
 */
export async function changeRefund(
  client: Pick<pg.Pool | pg.PoolClient, "query">,
  shop: string,
  id: string,
  from: readonly RefundState[],
  changes: RefundChanges,
): Promise<boolean> {
  const values: unknown[] = [shop, id, from];
  const set = Object.entries(changes).map(([column, value]) => {
    const isMoment = moments.includes(column) && typeof value === "number";
    const isDocument = documents.includes(column) && value !== null;
    values.push(isDocument ? JSON.stringify(value) : isMoment ? new Date(value) : value);
    return `"${column}" = $${values.length}`;
  });
  const { rowCount } = await client.query(
    `UPDATE "PlanRefund" SET ${set.join(", ")}
      WHERE "shop" = $1 AND "id" = $2 AND "state" = ANY($3::"RefundState"[])`,
    values,
  );
  return rowCount === 1;
}

/** The open refund of a plan line; null: there is none. */
export async function openRefundOf(
  client: Pick<pg.Pool | pg.PoolClient, "query">,
  shop: string,
  orderId: string,
  planLineId: string,
): Promise<PlanRefund | null> {
  const { rows } = await client.query<RefundRow>(
    `SELECT ${refundColumns} FROM "PlanRefund"
      WHERE "shop" = $1 AND "orderId" = $2 AND "planLineId" = $3 AND "endedAt" IS NULL`,
    [shop, orderId, planLineId],
  );
  return rows[0] ? refundOf(rows[0]) : null;
}

/**
 * The shops with a refund, a receipt or a return that is due, with plans of which it is to be looked
 * whether they go by themselves, or with cancelled orders to be read once more.
 */
export async function shopsWithRefunds(pool: pg.Pool, now: number): Promise<string[]> {
  const { rows } = await pool.query<{ shop: string }>(
    `SELECT "domain" AS "shop" FROM "Shop" s
      WHERE s."uninstalledAt" IS NULL AND s."eraseAt" IS NULL
        AND (EXISTS (SELECT 1 FROM "PlanRefund" r WHERE r."shop" = s."domain" AND r."dueAt" <= $1
                        AND (r."leaseUntil" IS NULL OR r."leaseUntil" <= $1))
          OR EXISTS (SELECT 1 FROM "PlanRequest" q
                WHERE q."shop" = s."domain" AND q."receiptDueAt" <= $1)
          OR EXISTS (SELECT 1 FROM "OrderReturn" t
                WHERE t."shop" = s."domain" AND t."dueAt" <= $1)
          OR ${looksDue("$1")} OR s."keptLookAt" <= $1
          OR (s."refundsAlone" AND EXISTS (SELECT 1 FROM "Order" o
                WHERE o."shop" = s."domain" AND o."refundLookAt" <= $1)))`,
    [new Date(now)],
  );
  return rows.map(({ shop }) => shop);
}
