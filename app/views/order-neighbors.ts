import type pg from "pg";
import { pageOfOrders } from "./list-by-deadline.ts";
import { orderFilterOf } from "./order-filter.ts";

/** An order of a list and its place there; see `OrderOfList`. */
export type Neighbor = { id: string; place: string };

/** The orders before and after one in a list; null: it is the first or last of it. */
export type Neighbors = { previous: Neighbor | null; next: Neighbor | null };

/**
 * Which orders stand beside a place in a list, also where the order of that place has left the list
 * meanwhile: so a list can be worked through.
 *
 * @param list the search params of the list's address
 * @param place where the order stood when it was opened
 */
export async function neighborsOf(
  pool: pg.Pool,
  shop: string,
  timeZone: string,
  list: URLSearchParams,
  place: string,
): Promise<Neighbors> {
  const filter = orderFilterOf(list);
  const beside = async (direction: "before" | "after"): Promise<Neighbor | null> => {
    const position = { direction, cursor: place };
    const { orders } = await pageOfOrders(pool, shop, timeZone, filter, position, 1);
    const [one] = orders;
    return one ? { id: one.id, place: one.place } : null;
  };
  const [previous, next] = await Promise.all([beside("before"), beside("after")]);
  return { previous, next };
}
