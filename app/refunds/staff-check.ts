import type pg from "pg";
import type { AppSecrets } from "#app/shopify/access/access-token.ts";
import { staffOf } from "#app/shopify/access/staff-access.ts";
import { refundScope } from "./refund-scopes.ts";

export type StaffCheck =
  | { may: true; staffId: string }
  /** the shop has not let the app refund; the staff member may not manage orders */
  | { may: false; because: "no_scope" | "staff_may_not" };

/**
 * Whether the person in front of the page may refund: the app's own token could do more than they.
 * Shopify is asked each time, by exchanging their session token, which was verified.
 *
 * @throws AdminError where Shopify cannot be asked
 */
export async function checkStaff(
  { pool, app }: { pool: pg.Pool; app: AppSecrets },
  shop: string,
  sessionToken: string,
): Promise<StaffCheck> {
  const staff = await staffOf(app, shop, sessionToken);
  if (staff?.scopes.includes(refundScope)) return { may: true, staffId: staff.id };
  const { rows } = await pool.query<{ scopes: string | null }>(
    `SELECT "scopes" FROM "Shop" WHERE "domain" = $1`,
    [shop],
  );
  const isGranted = rows[0]?.scopes?.split(",").includes(refundScope) ?? false;
  return { may: false, because: isGranted ? "staff_may_not" : "no_scope" };
}
