import {
  type AdminFulfillment,
  type AdminOrder,
  type AdminRefund,
  type AdminUnits,
  header,
  lines,
  type Page,
} from "./order-query.ts";

/**
 * What a page of orders holds of each: most orders whole. A query may cost 1000 points, and every
 * line, fulfillment and refund that could be there is paid for in advance.
 */
export const listSizes = { orders: 8, lines: 6, parts: 2, units: 5 } as const;

/** A list of results ends after so many. https://shopify.dev/docs/api/usage/limits#pagination-limits */
export const mostListed = 25_000;

/** Which orders are listed, and in which order. Times are epoch milliseconds and included. */
export type OrderList =
  /** changed since then, the earliest change first */
  | { by: "updated_at"; from: number }
  /** created until then, the newest first; `since` null: also the oldest */
  | { by: "created_at"; until: number; since: number | null };

/** The list in the terms of the query's arguments. */
export function listArguments(list: OrderList): {
  search: string;
  sortKey: "UPDATED_AT" | "CREATED_AT";
  reverse: boolean;
} {
  if (list.by === "updated_at") {
    const search = `updated_at:>='${searchTime(list.from)}'`;
    return { search, sortKey: "UPDATED_AT", reverse: false };
  }
  const terms = [`created_at:<='${searchTime(list.until)}'`];
  if (list.since !== null) terms.push(`created_at:>='${searchTime(list.since)}'`);
  return { search: terms.join(" "), sortKey: "CREATED_AT", reverse: true };
}

/** Shopify's times have whole seconds. */
function searchTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** An order as far as `listSizes` go. */
const listedOrder = `#graphql
  fragment Listed on Order {
    ...Header
    lineItems(first: $lines) { ...Lines }
    fulfillmentsCount { count }
    fulfillments(first: $parts) {
      id
      status
      createdAt
      updatedAt
      fulfillmentLineItems(first: $units) {
        pageInfo { hasNextPage endCursor }
        nodes { quantity lineItem { id } }
      }
    }
    refunds(first: $parts) {
      id
      createdAt
      processedAt
      refundLineItems(first: $units) {
        pageInfo { hasNextPage endCursor }
        nodes { quantity lineItem { id } }
      }
    }
  }
  ${header}
  ${lines}
`;

/** A page of orders. */
export const orderListQuery = `#graphql
  query OrdersToSync(
    $search: String!, $sortKey: OrderSortKeys!, $reverse: Boolean!, $after: String,
    $orders: Int!, $lines: Int!, $parts: Int!, $units: Int!
  ) {
    orders(first: $orders, after: $after, query: $search, sortKey: $sortKey, reverse: $reverse) {
      pageInfo { hasNextPage endCursor }
      nodes { ...Listed }
    }
  }
  ${listedOrder}
`;

/** Orders by their ids, as many as a page holds; null stands for one that the app may not read. */
export const ordersByIdQuery = `#graphql
  query OrdersToProve($ids: [ID!]!, $lines: Int!, $parts: Int!, $units: Int!) {
    nodes(ids: $ids) { ...Listed }
  }
  ${listedOrder}
`;

/** How many orders a search finds, and when the oldest of them was created. */
export const orderCountQuery = `#graphql
  query OrdersToCount($search: String!) {
    ordersCount(query: $search, limit: null) { count precision }
    orders(first: 1, query: $search, sortKey: CREATED_AT) { nodes { createdAt } }
  }
`;

export type ListedFulfillment = AdminFulfillment & { fulfillmentLineItems: Page<AdminUnits> };
export type ListedRefund = AdminRefund & { refundLineItems: Page<AdminUnits> };
export type ListedOrder = Omit<AdminOrder, "fulfillments" | "refunds"> & {
  fulfillmentsCount: { count: number } | null;
  fulfillments: ListedFulfillment[];
  refunds: ListedRefund[];
};
export type OrderListData = { orders: Page<ListedOrder> };
export type OrdersByIdData = { nodes: (ListedOrder | null)[] };
export type OrderCountData = {
  ordersCount: { count: number; precision: "EXACT" | "AT_LEAST" } | null;
  orders: { nodes: { createdAt: string }[] };
};
