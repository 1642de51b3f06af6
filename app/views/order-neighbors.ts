import type pg from "pg";
import { orderFilterOf } from "./order-filter.ts";
import { listOrders } from "./order-list.ts";

/** The orders before and after one in a list; null: it is the first or last of it. */
export type Neighbors = { previous: string | null; next: string | null };

/**
 * Which orders stand beside this one in a list, also where it has left that list meanwhile: its place
 * counts, so that a list can be worked through.
 *
 * @param list the search params of the list's address
 */
export async function neighborsOf(
  pool: pg.Pool,
  shop: string,
  timeZone: string,
  list: URLSearchParams,
  id: string,
): Promise<Neighbors> {
  const { rows } = await pool.query<{ micros: string }>(
    `SELECT (extract(epoch FROM "placedAt") * 1000000)::bigint::text AS "micros" FROM "Order"
      WHERE "shop" = $1 AND "id" = $2`,
    [shop, id],
  );
  if (!rows[0]) return { previous: null, next: null };
  const cursor = Buffer.from(`${rows[0].micros} ${id}`).toString("base64url");
  const filter = orderFilterOf(list);
  const beside = async (direction: "before" | "after") => {
    const { orders } = await listOrders(pool, shop, timeZone, filter, { direction, cursor }, 1);
    return orders[0]?.id ?? null;
  };
  const [previous, next] = await Promise.all([beside("before"), beside("after")]);
  return { previous, next };
}
