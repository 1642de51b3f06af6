import type { OrderState } from "#app/order/state.ts";
import { type AdminAccess, type AdminRefusal, openAdmin } from "#app/shopify/access/admin-api.ts";
import { accessOf, type MissingAccess } from "#app/shopify/access/denied.ts";
import { longestReadMs, readWithin } from "#app/shopify/access/read-within.ts";
import { listedState } from "./listed-state.ts";
import { listSizes, type OrdersByIdData, ordersByIdQuery } from "./order-list-query.ts";
import { refusedOr } from "./order-pages.ts";

/** Asks the Admin API for orders by their numeric ids, a page at most. Never throws for Shopify's sake. */
export type OrdersById = (shop: string, ids: readonly string[]) => Promise<OrdersByIdAnswer>;

export type OrdersByIdAnswer =
  /** in the order of the ids; `points`: what it cost */
  | { kind: "orders"; orders: OrderById[]; points: number; missingAccess: MissingAccess[] }
  | AdminRefusal;

export type OrderById = {
  id: string;
  /**
   * `too_large` for a page: it must be read by itself; null: Shopify has no such order, or none that
   * the app may read
   */
  state: OrderState | "too_large" | null;
};

/** So many orders are read at once. */
export const ordersAtOnce = listSizes.orders;

/** What a query is taken to cost whose cost Shopify did not tell: no query is dearer. */
export const mostPoints = 1000;

/** @param readMs the longest that a page may take */
export function createOrdersById(shopify: AdminAccess, readMs = longestReadMs): OrdersById {
  return (shop, ids) =>
    refusedOr(async () => {
      const { orders: _, ...sizes } = listSizes;
      const variables = { ids: ids.map((id) => `gid://shopify/Order/${id}`), ...sizes };
      const answer = await readWithin(readMs, async (signal) => {
        const ask = await openAdmin(shopify, shop, signal);
        return await ask<OrdersByIdData>(ordersByIdQuery, variables);
      });
      const { nodes } = answer.data;
      return {
        kind: "orders",
        orders: ids.map((id, index) => {
          const node = nodes[index] ?? null;
          if (node === null) return { id, state: null };
          return { id, state: listedState(node, ["nodes", index], answer) ?? "too_large" };
        }),
        points: answer.points ?? mostPoints,
        missingAccess: accessOf(answer.denied),
      };
    });
}
