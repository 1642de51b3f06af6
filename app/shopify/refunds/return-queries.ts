/** Lines of one return that are read: more than nearly any return has. */
export const returnLines = 50;

/** How many orders with a return under way are listed at once, and returns of each. */
export const openReturnsSizes = { orders: 30, returns: 5 } as const;

/** Only what is under way: a return that is closed, declined or cancelled holds nothing back. */
export const openReturnsSearch = "return_status:return_requested OR return_status:in_progress";

/** One return: how it stands, and what is to come back. */
export const returnQuery = `#graphql
  query OneReturn($id: ID!, $lines: Int!) {
    return(id: $id) {
      status
      order { id }
      exchangeLineItems(first: 1) { nodes { id } }
      returnLineItems(first: $lines) {
        nodes {
          quantity
          refundedQuantity
          ... on ReturnLineItem { fulfillmentLineItem { lineItem { id } } }
        }
      }
    }
  }
`;

/** The orders of which a return is under way, with their returns. */
export const openReturnsQuery = `#graphql
  query OpenReturns($search: String!, $orders: Int!, $after: String, $returns: Int!) {
    orders(first: $orders, after: $after, query: $search, sortKey: UPDATED_AT, reverse: true) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id
        returns(first: $returns, reverse: true) { nodes { id status } }
      }
    }
  }
`;

/** Shopify's words, https://shopify.dev/docs/api/admin-graphql/2026-10/enums/ReturnStatus */
export type ReturnStatus = "CANCELED" | "CLOSED" | "DECLINED" | "OPEN" | "REQUESTED";

export type OneReturnData = {
  return: {
    status: ReturnStatus;
    order: { id: string };
    exchangeLineItems: { nodes: { id: string }[] };
    returnLineItems: {
      nodes: {
        quantity: number;
        refundedQuantity: number;
        /** absent: nobody knows which line it is of */
        fulfillmentLineItem?: { lineItem: { id: string } };
      }[];
    };
  } | null;
};

export type OpenReturnsData = {
  orders: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: { id: string; returns: { nodes: { id: string; status: ReturnStatus }[] } }[];
  };
};
