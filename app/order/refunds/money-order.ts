/**
 * What Shopify says of an order's money at one moment. Amounts are minor units of `currency`, the
 * one that the buyer paid in; ids are numeric.
 */
export type MoneyOrder = {
  id: string;
  /** its lines were edited at least once, whatever was seen of it */
  edited: boolean;
  /**
   * ids of lines of which units were bought after the order was placed, by an edit or an exchange;
   * null: nobody can say
   */
  added: string[] | null;
  cancelled: boolean;
  /** ISO 4217, upper case */
  currency: string;
  /** the price of a line holds its tax */
  taxesIncluded: boolean;
  /** what was paid, and what of it was paid back */
  received: number;
  refunded: number;
  returnStatus: string;
  lines: { id: string; quantity: number; currentQuantity: number }[];
  refunds: MoneyRefund[];
  /** null: the app may not see them */
  returns: { status: string; isExchange: boolean; refundIds: string[] }[] | null;
  /** there is more of it than was read */
  isPartial: boolean;
};

export type MoneyRefund = {
  id: string;
  note: string | null;
  units: {
    lineItemId: string;
    quantity: number;
    restockType: string;
    /** before tax, unless prices hold it */
    subtotal: number;
    tax: number;
  }[];
  shipping: number;
  duties: number;
  /** the amount that was refunded is another one than its lines' */
  isAdjusted: boolean;
  payments: Payment[];
};

/** One movement of money back to the buyer. `status` in Shopify's words: SUCCESS, PENDING, FAILURE … */
export type Payment = {
  id: string;
  status: string;
  amount: number;
  gateway: string | null;
};

/** How the payments of a refund stand together. */
export type PaymentState = "succeeded" | "pending" | "failed";

/** One that failed fails the whole; without any nothing has moved yet. */
export function paymentState(payments: readonly Payment[]): PaymentState {
  if (payments.some(({ status }) => status === "FAILURE" || status === "ERROR")) return "failed";
  const isDone = payments.length > 0 && payments.every(({ status }) => status === "SUCCESS");
  return isDone ? "succeeded" : "pending";
}
