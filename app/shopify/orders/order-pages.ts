import type { OrderState } from "#app/order/state.ts";
import {
  type AdminAccess,
  AdminError,
  type AdminRefusal,
  openAdmin,
} from "#app/shopify/access/admin-api.ts";
import { accessOf, type MissingAccess } from "#app/shopify/access/denied.ts";
import { longestReadMs, readWithin } from "#app/shopify/access/read-within.ts";
import { numericId } from "#app/shopify/global-id.ts";
import { listedState } from "./listed-state.ts";
import {
  listArguments,
  listSizes,
  mostListed,
  type OrderCountData,
  type OrderList,
  type OrderListData,
  orderCountQuery,
  orderListQuery,
} from "./order-list-query.ts";

/** Asks Shopify's Admin API for lists of orders. Never throws for Shopify's sake. */
export type OrderPages = {
  /** One page of a list, behind the cursor `after`; null: the first. */
  page(shop: string, list: OrderList, after: string | null): Promise<PageAnswer>;
  count(shop: string, list: OrderList): Promise<CountAnswer>;
};

export type PageAnswer =
  /**
   * `next` is the cursor behind the page; null: the list ends with it. `missingAccess`: what would
   * have let the app see all of the page, sorted
   */
  | {
      kind: "page";
      orders: PagedOrder[];
      next: string | null;
      missingAccess: MissingAccess[];
    }
  | AdminRefusal;

export type PagedOrder = {
  /** numeric */
  id: string;
  /** what the list is sorted by: epoch milliseconds */
  at: number;
  /** null: the order is larger than what a page holds of one, and must be read by itself */
  state: OrderState | null;
};

export type CountAnswer =
  /** `total` null: more than Shopify counts; `oldest`: epoch milliseconds; null: there are none */
  { kind: "count"; total: number | null; oldest: number | null } | AdminRefusal;

/**
 * Makes the reader of pages. The query's pages are as large as its cost allows.
 *
 * @param readMs the longest that a page may take
 */
export function createOrderPages(shopify: AdminAccess, readMs = longestReadMs): OrderPages {
  const ask = async <Data>(shop: string, query: string, variables: Record<string, unknown>) => {
    return await readWithin(readMs, async (signal) => {
      const admin = await openAdmin(shopify, shop, signal);
      return await admin<Data>(query, variables);
    });
  };
  return {
    page: (shop, list, after) =>
      refusedOr(async () => {
        const variables = { ...listArguments(list), ...listSizes, after };
        const answer = await ask<OrderListData>(shop, orderListQuery, variables);
        const { nodes, pageInfo } = answer.data.orders;
        return {
          kind: "page",
          orders: nodes.map((order, index) => ({
            id: numericId(order.id),
            at: Date.parse(list.by === "updated_at" ? order.updatedAt : order.createdAt),
            state: listedState(order, ["orders", "nodes", index], answer),
          })),
          next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
          missingAccess: accessOf(answer.denied),
        };
      }),
    count: (shop, list) =>
      refusedOr(async () => {
        const { search } = listArguments(list);
        const { data } = await ask<OrderCountData>(shop, orderCountQuery, { search });
        const { ordersCount, orders } = data;
        const isExact = ordersCount?.precision === "EXACT" && ordersCount.count <= mostListed;
        const [oldest] = orders.nodes;
        return {
          kind: "count",
          total: isExact ? ordersCount.count : null,
          oldest: oldest ? Date.parse(oldest.createdAt) : null,
        };
      }),
  };
}

export async function refusedOr<Answer>(
  work: () => Promise<Answer>,
): Promise<Answer | AdminRefusal> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AdminError) return error.refusal;
    throw error;
  }
}
