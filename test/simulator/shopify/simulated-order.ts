/** An order as the simulated shop knows it. Times are epoch milliseconds, prices hundredths. */
export type SimulatedOrder = {
  id: bigint;
  number: number;
  currency: string;
  createdAt: number;
  updatedAt: number;
  cancelledAt: number | null;
  /** when it was archived */
  closedAt: number | null;
  financialStatus: "pending" | "paid" | "partially_refunded" | "refunded" | "voided";
  isTest: boolean;
  /** sold at the till: the order has no address, email and phone of its own, its customer has */
  atTill?: boolean;
  customer: SimulatedCustomer | null;
  lines: SimulatedLine[];
  fulfillments: SimulatedFulfillment[];
  refunds: SimulatedRefund[];
  /** how it was paid; left out: by card, whole, in the shop's currency, prices with tax */
  money?: SimulatedMoney;
  returns?: SimulatedReturn[];
  /** what edits added; units that an edit removed are in `removed` of their line */
  edits?: SimulatedEdit[];
  /** Shopify's word on the returns together; left out: there are none */
  returnStatus?: string;
};

export type SimulatedMoney = {
  taxesIncluded?: boolean;
  /** what the buyer paid in: so many of its minor units for a hundredth of a price */
  presentment?: { currency: string; rate: number };
  /** in minor units of the buyer's currency */
  paid?: SimulatedPaid[];
};

/** A payment of the order. Of one that is not linked nobody says how it was made. */
export type SimulatedPaid = {
  gateway: string;
  amount: number;
  isManual?: boolean;
  isUnlinked?: boolean;
  /** Shopify counts it as refundable and suggests no payment by it */
  isLeftOut?: boolean;
};

export type SimulatedReturn = {
  id: bigint;
  status: string;
  isExchange: boolean;
  refundIds: bigint[];
  /** what is to come back */
  units: Units[];
};

/** One edit of an order: the units that it added, of new lines or of those that were there. */
export type SimulatedEdit = { at: number; added: Units[] };

/** Who bought, and where they live: billing and shipping address are the same. */
export type SimulatedCustomer = {
  id: bigint;
  first: string;
  last: string;
  street: string;
  city: string;
  zip: string;
  country: string;
  /** made of the name where it is left out */
  email?: string;
  phone?: string;
  /** the second line of the address */
  more?: string;
};

export type SimulatedLine = {
  id: bigint;
  quantity: number;
  removed: number;
  title: string;
  vendor: string | null;
  sku: string | null;
  variantId: bigint | null;
  productId: bigint | null;
  price: number;
  isPlan: boolean;
  properties: { name: string; value: string }[];
  /** percent */
  taxRate?: number;
  /** off the whole line, as its part of a discount on the cart */
  discount?: number;
  /** paid for each unit at the border */
  duty?: number;
};

export type Units = {
  line: SimulatedLine;
  quantity: number;
  /** of a refund; left out: NO_RESTOCK */
  restockType?: "NO_RESTOCK" | "RETURN" | "CANCEL";
};
export type SimulatedFulfillment = {
  id: bigint;
  status: "success" | "cancelled";
  createdAt: number;
  updatedAt: number;
  units: Units[];
};
export type SimulatedRefund = {
  id: bigint;
  createdAt: number;
  units: Units[];
  note?: string | null;
  /** the customer was told */
  notified?: boolean;
  /** left out: one payment of what the units cost, which has succeeded */
  payments?: SimulatedPayment[];
};

/** `amount`: minor units of the buyer's currency. */
export type SimulatedPayment = {
  id: bigint;
  status: "SUCCESS" | "PENDING" | "FAILURE";
  amount: number;
  gateway: string;
};

export function emailOf({ email, first, last }: SimulatedCustomer): string {
  return email ?? `${first}.${last}@mail.example`.toLowerCase().replace(" ", "");
}

/** What is left of a line after edits and refunds. */
export function unitsLeft(order: SimulatedOrder, line: SimulatedLine): number {
  const refunded = order.refunds
    .flatMap(({ units }) => units)
    .filter((units) => units.line === line)
    .reduce((sum, { quantity }) => sum + quantity, 0);
  return Math.max(0, line.quantity - line.removed - refunded);
}
