/** Shopify refuses a query that could cost more than 1000 points; a connection costs its page's. */
export const pageSizes = {
  lines: 40,
  linesBesideManyParts: 20,
  /** fulfillments and refunds are plain lists without a cursor: 250 is the most there is to ask for */
  parts: 100,
  mostParts: 250,
  units: 100,
} as const;

/** The line items that the app reads; begins every query of them. */
export const lines = `#graphql
  fragment Lines on LineItemConnection {
    pageInfo { hasNextPage endCursor }
    nodes {
      id
      quantity
      currentQuantity
      title
      sku
      vendor
      isGiftCard
      requiresShipping
      variant { id }
      product { id }
      originalUnitPriceSet {
        shopMoney { amount currencyCode }
        presentmentMoney { amount currencyCode }
      }
      discountAllocations { allocatedAmountSet { shopMoney { amount } } }
      customAttributes { key value }
    }
  }
`;

/** The order's own fields, without its line items, fulfillments and refunds. */
export const header = `#graphql
  fragment Header on Order {
    id
    name
    createdAt
    updatedAt
    processedAt
    cancelledAt
    test
    displayFinancialStatus
    email
    phone
    customer {
      id
      firstName
      lastName
      defaultEmailAddress { emailAddress }
      defaultPhoneNumber { phoneNumber }
      defaultAddress { ...Address }
    }
    billingAddress { ...Address }
    shippingAddress { ...Address }
  }
  fragment Address on MailingAddress {
    firstName
    lastName
    phone
    address1
    address2
    city
    zip
    countryCodeV2
  }
`;

/** The order with its first line items; of fulfillments and refunds all but their line items. */
export const orderQuery = `#graphql
  query OrderToSync($order: ID!, $lines: Int!, $parts: Int!) {
    order(id: $order) {
      ...Header
      lineItems(first: $lines) { ...Lines }
      fulfillments(first: $parts) { id status createdAt updatedAt }
      refunds(first: $parts) { id createdAt processedAt }
    }
  }
  ${header}
  ${lines}
`;

/** Further line items; `updatedAt` tells whether it is still the order that was begun. */
export const linesQuery = `#graphql
  query OrderLines($order: ID!, $first: Int!, $after: String!) {
    order(id: $order) {
      updatedAt
      lineItems(first: $first, after: $after) { ...Lines }
    }
  }
  ${lines}
`;

/** The units of one fulfillment or refund. */
export const unitsQuery = `#graphql
  query OrderUnits($order: ID!, $part: ID!, $first: Int!, $after: String) {
    order(id: $order) { updatedAt }
    node(id: $part) {
      ... on Fulfillment {
        fulfillmentLineItems(first: $first, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes { quantity lineItem { id } }
        }
      }
      ... on Refund {
        refundLineItems(first: $first, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes { quantity lineItem { id } }
        }
      }
    }
  }
`;

export type Page<Node> = {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  nodes: Node[];
};

type AdminMoney = { amount: string; currencyCode: string };

export type AdminLine = {
  id: string;
  quantity: number;
  currentQuantity: number;
  title: string;
  sku: string | null;
  vendor: string | null;
  isGiftCard: boolean;
  requiresShipping: boolean;
  variant: { id: string } | null;
  product: { id: string } | null;
  originalUnitPriceSet: { shopMoney: AdminMoney; presentmentMoney: AdminMoney };
  discountAllocations: { allocatedAmountSet: { shopMoney: { amount: string } } }[];
  customAttributes: { key: string; value: string | null }[];
};

export type AdminAddress = {
  firstName: string | null;
  lastName: string | null;
  phone: string | null;
  address1: string | null;
  address2: string | null;
  city: string | null;
  zip: string | null;
  countryCodeV2: string | null;
};

export type AdminFulfillment = { id: string; status: string; createdAt: string; updatedAt: string };
export type AdminRefund = { id: string; createdAt: string | null; processedAt: string };
export type AdminUnits = { quantity: number | null; lineItem: { id: string } };

/** Customer data is null where Shopify redacted it or did not approve the app for it. */
export type AdminOrder = {
  id: string;
  name: string;
  createdAt: string;
  updatedAt: string;
  processedAt: string;
  cancelledAt: string | null;
  test: boolean;
  displayFinancialStatus: string | null;
  email: string | null;
  phone: string | null;
  customer: {
    id: string;
    firstName: string | null;
    lastName: string | null;
    defaultEmailAddress: { emailAddress: string } | null;
    defaultPhoneNumber: { phoneNumber: string } | null;
    defaultAddress: AdminAddress | null;
  } | null;
  billingAddress: AdminAddress | null;
  shippingAddress: AdminAddress | null;
  lineItems: Page<AdminLine>;
  fulfillments: AdminFulfillment[];
  refunds: AdminRefund[];
};

export type OrderData = { order: AdminOrder | null };
export type LinesData = { order: { updatedAt: string; lineItems: Page<AdminLine> } | null };
export type UnitsData = {
  order: { updatedAt: string } | null;
  node: {
    fulfillmentLineItems?: Page<AdminUnits>;
    refundLineItems?: Page<AdminUnits>;
  } | null;
};
