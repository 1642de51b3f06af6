import type pg from "pg";
import type { SeenMoney } from "#app/order/refunds/meanwhile.ts";
import type { Payment } from "#app/order/refunds/money-order.ts";
import type { OwedReason } from "#app/order/refunds/owed.ts";

/** What becomes of a refund; see RefundState in prisma/schema.prisma. */
export type RefundState =
  | "planned"
  | "asking"
  | "unclear"
  | "paying"
  | "unpaid"
  | "done"
  | "refused"
  | "dropped";

/** Why plan units are refunded; the last: a person says that the customer gives the plan back alone. */
export type RefundReason = OwedReason | "plan_cancelled";

/** Why a refund waits, or did not come about. */
export type RefundProblem =
  /** Shopify's own words say more: the answer is not known yet, and it is asked again */
  | "lost"
  /** an hour has passed without an answer */
  | "hour_over"
  /** without an answer the order became another one: the same is not asked for again */
  | "changed"
  /** Shopify cannot be asked how it stands; it is looked again */
  | "look_failed"
  /** Shopify does not let the app see how it stands; it is looked again */
  | "look_denied"
  /** an error of ours; it is looked again */
  | "app_error"
  /** it could not be said how it stands for so long that nobody looks any more */
  | "gave_up"
  | "over_refund"
  | "gateway"
  | "locked"
  | "no_scope"
  | "no_session"
  | "refused"
  /** of a planned one: deliveries are held back, so it waits */
  | "shop_held"
  /** of a planned one: something is not clear any more; Order.refundWhyNot says what */
  | "not_clear"
  /** of a planned one: a return is under way, after which it is looked at again */
  | "return_open"
  /** of a planned one: the setting was switched off */
  | "switched_off"
  /** of a planned one: a person refunded the plan meanwhile */
  | "by_hand";

/** A refund of plan units, from its intent to its end. Times are epoch milliseconds. */
export type PlanRefund = {
  id: string;
  orderId: string;
  planLineId: string;
  planTitle: string;
  units: number;
  reason: RefundReason;
  state: RefundState;
  /** who asked for it; null: the shop's setting */
  staffId: string | null;
  key: string;
  /** JSON text of the mutation's variables; null: not made yet */
  variables: string | null;
  /** the order's money when the variables were made; null: not made yet, or by an earlier version */
  seen: SeenMoney | null;
  /** minor units of `currency`; null: not known yet */
  amount: number | null;
  currency: string | null;
  notify: boolean;
  createdAt: number;
  dueAt: number | null;
  /** when Shopify was asked first */
  askedAt: number | null;
  /** and when last; null: not yet, or by an earlier version */
  calledAt: number | null;
  asks: number;
  looks: number;
  refundId: string | null;
  payments: Payment[];
  problem: RefundProblem | null;
  /** Shopify's own */
  words: string | null;
  endedAt: number | null;
  endedBy: string | null;
};

const times = ["createdAt", "dueAt", "askedAt", "calledAt", "endedAt"] as const;

export const refundColumns = [
  ...["id", "orderId", "planLineId", "planTitle", "units", "reason", "state", "staffId", "key"],
  ...[
    "variables",
    "seen",
    "amount",
    "currency",
    "notify",
    "createdAt",
    "dueAt",
    "askedAt",
    "calledAt",
    "asks",
    "looks",
  ],
  ...["refundId", "payments", "problem", "words", "endedAt", "endedBy"],
]
  .map((column) => `"${column}"`)
  .join(", ");

/** A row as PostgreSQL gives it. */
export type RefundRow = Omit<PlanRefund, (typeof times)[number] | "amount"> & {
  amount: string | null;
} & { [time in (typeof times)[number]]: Date | null };

export function refundOf(row: RefundRow): PlanRefund {
  const moments = Object.fromEntries(times.map((time) => [time, row[time]?.getTime() ?? null]));
  return {
    ...row,
    ...moments,
    amount: row.amount === null ? null : Number(row.amount),
  } as unknown as PlanRefund;
}

type Client = Pick<pg.Pool | pg.PoolClient, "query">;

/** The refunds of an order's plans, the newest first. */
export async function refundsOfOrder(
  client: Client,
  shop: string,
  orderId: string,
): Promise<PlanRefund[]> {
  const { rows } = await client.query<RefundRow>(
    `SELECT ${refundColumns} FROM "PlanRefund" WHERE "shop" = $1 AND "orderId" = $2
      ORDER BY "createdAt" DESC, "id"`,
    [shop, orderId],
  );
  return rows.map(refundOf);
}

/** One refund; null: the shop has no such. */
export async function refundById(
  client: Client,
  shop: string,
  id: string,
): Promise<PlanRefund | null> {
  const { rows } = await client.query<RefundRow>(
    `SELECT ${refundColumns} FROM "PlanRefund" WHERE "shop" = $1 AND "id" = $2`,
    [shop, id],
  );
  return rows[0] ? refundOf(rows[0]) : null;
}

/** What the note of a refund at Shopify bears, and by what it is found again. */
export function signOf({ id }: Pick<PlanRefund, "id">): string {
  return `Hakuna ${id}`;
}
