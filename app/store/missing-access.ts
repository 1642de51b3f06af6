import type pg from "pg";
import type { OrderState } from "#app/order/state.ts";
import type { MissingAccess } from "#app/shopify/access/denied.ts";

/** What an answer of the Admin API told of the app's access; states that could not be read are null. */
type Answer = { missingAccess?: readonly MissingAccess[]; states: readonly (OrderState | null)[] };

/**
 * Keeps what the app was not allowed to read of the shop's orders, so that the merchant is told. An
 * answer that shows a customer whole ends it; one without a customer says nothing.
 */
export async function noteMissingAccess(
  client: pg.Pool | pg.PoolClient,
  domain: string,
  { missingAccess = [], states }: Answer,
): Promise<void> {
  const isShown = states.some((state) => state?.head?.customer);
  if (missingAccess.length === 0 && !isShown) return;
  await client.query({
    name: "note-missing-access",
    text: `UPDATE "Shop" SET "missingAccess" = $2
            WHERE "domain" = $1 AND "missingAccess" IS DISTINCT FROM $2`,
    values: [domain, missingAccess.length === 0 ? null : missingAccess.join(",")],
  });
}
