import type pg from "pg";
import type { OrderStatus } from "#app/store/order.ts";

/** Which of a shop's orders are to be sent once more; what is left out does not matter. */
export type ResendFilter = {
  statuses: readonly OrderStatus[];
  /** of the order's last change */
  since: Date | null;
  until: Date | null;
  finding: string | null;
};

/** The ids of the shop's orders that the filter takes, oldest change first. */
export async function ordersToResend(
  pool: pg.Pool,
  shop: string,
  { statuses, since, until, finding }: ResendFilter,
): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "id" FROM "Order"
      WHERE "shop" = $1 AND "status" = ANY($2::text[]::"OrderStatus"[])
        AND "changedAt" >= coalesce($3, '-infinity'::timestamptz)
        AND "changedAt" < coalesce($4, 'infinity'::timestamptz)
        AND ($5::text IS NULL OR "findings" @> jsonb_build_array(jsonb_build_object('code', $5::text)))
      ORDER BY "changedAt", "id"`,
    [shop, statuses, since, until, finding],
  );
  return rows.map(({ id }) => id);
}
