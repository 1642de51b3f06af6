import type pg from "pg";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";
import { expectedOrders, isShared, lastOfEach, statesOf } from "./expected-orders.ts";

/**
 * By order id the last webhook of each order that is to be sent and that alone does not tell so. Where
 * it comes first, the app skips the order and lets its customer's data go; when the others tell of
 * plans, Shopify has to be asked.
 */
export function misleadingLasts(webhooks: readonly Webhook[]): Map<string, Webhook> {
  const expected = expectedOrders(statesOf(webhooks));
  const found = lastOfEach(webhooks).flatMap((webhook) =>
    Array.from(statesOf([webhook])).flatMap(([id, state]): [string, Webhook][] =>
      expected.has(id) && !isShared(state) ? [[id, webhook]] : [],
    ),
  );
  return new Map(found);
}

/** The orders of which Shopify has to be asked for that, or would be if the app were open in the shop. */
export async function toBeReadAgain(pool: pg.Pool): Promise<{ shop: string; id: string }[]> {
  const { rows } = await pool.query<{ shop: string; id: string }>(
    `SELECT "shop", "id" FROM "Order"
      WHERE "status" = 'waiting' AND "reasonCode" IN ('read_again', 'no_session')`,
  );
  return rows;
}
