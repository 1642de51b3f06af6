/**
 * What is read of an order's money at once: more than nearly any order has. Of payments the others
 * are read too, page by page (`paymentPages`).
 */
export const moneySizes = { lines: 60, refunds: 8, units: 8, parts: 4 } as const;

/** Payments of one refund: so many at once, and no more than so many pages. */
export const paymentPages = { payments: 50, pages: 5 } as const;

/** So many refunds are looked through for one of ours; Shopify answers no more at once. */
export const mostRefunds = 250;

const both = "presentmentMoney { amount currencyCode }";

const payments = `#graphql
  fragment Payments on Refund {
    transactions(first: $parts) {
      pageInfo { hasNextPage }
      nodes { id kind status gateway amountSet { ${both} } }
    }
  }
`;

/** An order's lines and refunds with what was paid back for each. */
export const orderMoneyQuery = `#graphql
  query OrderMoney($order: ID!, $lines: Int!, $refunds: Int!, $units: Int!, $parts: Int!) {
    order(id: $order) {
      id
      edited
      cancelledAt
      taxesIncluded
      presentmentCurrencyCode
      returnStatus
      totalReceivedSet { ${both} }
      totalRefundedSet { ${both} }
      lineItems(first: $lines) {
        pageInfo { hasNextPage }
        nodes { id quantity currentQuantity }
      }
      refunds(first: $refunds) {
        id
        note
        orderAdjustments(first: 1) { nodes { id } }
        refundShippingLines(first: $parts) {
          pageInfo { hasNextPage }
          nodes { subtotalAmountSet { ${both} } taxAmountSet { ${both} } }
        }
        duties { amountSet { ${both} } }
        refundLineItems(first: $units) {
          pageInfo { hasNextPage }
          nodes {
            quantity
            restockType
            subtotalSet { ${both} }
            totalTaxSet { ${both} }
            lineItem { id }
          }
        }
        ...Payments
      }
    }
  }
  ${payments}
`;

/** What edits of an order are read of: so many, and so many sales of each. */
export const salesSizes = { agreements: 12, sales: 25 } as const;

/** What was bought and removed with each edit of an order, of which it says no more itself. */
export const orderSalesQuery = `#graphql
  query OrderSales($order: ID!, $agreements: Int!, $sales: Int!) {
    order(id: $order) {
      agreements(first: $agreements) {
        pageInfo { hasNextPage }
        nodes {
          reason
          sales(first: $sales) {
            pageInfo { hasNextPage }
            nodes {
              actionType
              lineType
              ... on ProductSale { lineItem { id } }
              ... on GiftCardSale { lineItem { id } }
            }
          }
        }
      }
    }
  }
`;

/** The returns of an order; needs a scope of its own. */
export const orderReturnsQuery = `#graphql
  query OrderReturns($order: ID!, $first: Int!) {
    order(id: $order) {
      returns(first: $first) {
        pageInfo { hasNextPage }
        nodes {
          status
          exchangeLineItems(first: 1) { nodes { id } }
          refunds(first: $first) { pageInfo { hasNextPage } nodes { id } }
        }
      }
    }
  }
`;

/** The notes of an order's refunds: which of them is ours. */
export const refundNotesQuery = `#graphql
  query RefundNotes($order: ID!, $refunds: Int!) {
    order(id: $order) {
      refunds(first: $refunds) { id note }
    }
  }
`;

/** How the payments of a refund stand. */
export const refundPaymentsQuery = `#graphql
  query RefundPayments($refund: ID!, $payments: Int!, $after: String) {
    node(id: $refund) {
      ... on Refund {
        id
        transactions(first: $payments, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes { id kind status gateway amountSet { ${both} } }
        }
      }
    }
  }
`;

/** What is left of a line, and the duties that were paid for it. */
export const refundLineQuery = `#graphql
  query RefundLine($line: ID!) {
    node(id: $line) { ... on LineItem { currentQuantity duties { id } } }
  }
`;

/** What Shopify would pay back for units of a line, and by which payments. */
export const suggestedRefundQuery = `#graphql
  query SuggestedPlanRefund(
    $order: ID!, $units: [RefundLineItemInput!]!, $duties: [RefundDutyInput!]!
  ) {
    order(id: $order) {
      taxesIncluded
      canNotifyCustomer
      suggestedRefund(refundLineItems: $units, refundDuties: $duties) {
        amountSet { ${both} }
        subtotalSet { ${both} }
        totalTaxSet { ${both} }
        totalDutiesSet { ${both} }
        totalCartDiscountAmountSet { ${both} }
        maximumRefundableSet { ${both} }
        suggestedTransactions {
          gateway
          formattedGateway
          amountSet { ${both} }
          parentTransaction { id manualPaymentGateway }
        }
      }
    }
  }
`;

/** Pays back. Shopify refuses it without the key. */
export const createRefundMutation = `#graphql
  mutation RefundPlan($input: RefundInput!, $key: String!, $parts: Int!) {
    refundCreate(input: $input) @idempotent(key: $key) {
      refund { id ...Payments }
      userErrors { field message }
    }
  }
  ${payments}
`;

export type AdminMoney = { presentmentMoney: { amount: string; currencyCode: string } };
type Cut<Node> = { pageInfo: { hasNextPage: boolean }; nodes: Node[] };

export type AdminPayment = {
  id: string;
  kind: string;
  status: string;
  gateway: string | null;
  amountSet: AdminMoney;
};

export type AdminPayments = { transactions: Cut<AdminPayment> };

export type OrderMoneyData = {
  order: {
    id: string;
    edited: boolean;
    cancelledAt: string | null;
    taxesIncluded: boolean;
    presentmentCurrencyCode: string;
    returnStatus: string;
    totalReceivedSet: AdminMoney;
    totalRefundedSet: AdminMoney;
    lineItems: Cut<{ id: string; quantity: number; currentQuantity: number }>;
    refunds: (AdminPayments & {
      id: string;
      note: string | null;
      orderAdjustments: { nodes: { id: string }[] };
      refundShippingLines: Cut<{ subtotalAmountSet: AdminMoney; taxAmountSet: AdminMoney }>;
      duties: { amountSet: AdminMoney }[] | null;
      refundLineItems: Cut<{
        quantity: number;
        restockType: string;
        subtotalSet: AdminMoney;
        totalTaxSet: AdminMoney;
        lineItem: { id: string };
      }>;
    })[];
  } | null;
};

export type OrderSalesData = {
  order: {
    agreements: Cut<{
      /** ORDER: it was placed; ORDER_EDIT, REFUND, RETURN */
      reason: string;
      sales: Cut<{
        /** ORDER: bought; RETURN: removed or returned; UPDATE: its price was changed */
        actionType: string;
        lineType: string;
        lineItem?: { id: string };
      }>;
    }>;
  } | null;
};

export type OrderReturnsData = {
  order: {
    returns: Cut<{
      status: string;
      exchangeLineItems: { nodes: { id: string }[] };
      refunds: Cut<{ id: string }>;
    }>;
  } | null;
};

export type RefundNotesData = {
  order: { refunds: { id: string; note: string | null }[] } | null;
};

export type RefundPaymentsData = {
  node: {
    id: string;
    transactions: {
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
      nodes: AdminPayment[];
    };
  } | null;
};

export type RefundLineData = {
  node: { currentQuantity?: number; duties?: { id: string }[] } | null;
};

export type SuggestedRefundData = {
  order: {
    taxesIncluded: boolean;
    canNotifyCustomer: boolean;
    suggestedRefund: {
      amountSet: AdminMoney;
      subtotalSet: AdminMoney;
      totalTaxSet: AdminMoney;
      totalDutiesSet: AdminMoney;
      totalCartDiscountAmountSet: AdminMoney;
      maximumRefundableSet: AdminMoney;
      suggestedTransactions: {
        gateway: string | null;
        formattedGateway: string | null;
        amountSet: AdminMoney;
        parentTransaction: { id: string; manualPaymentGateway: boolean } | null;
      }[];
    } | null;
  } | null;
};

export type CreateRefundData = {
  refundCreate: {
    refund: (AdminPayments & { id: string }) | null;
    userErrors: { field: string[] | null; message: string }[];
  } | null;
};
