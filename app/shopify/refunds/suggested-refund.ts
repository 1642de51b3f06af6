import { type AskAdmin, unavailable } from "#app/shopify/access/admin-api.ts";
import { minorOf } from "./admin-money.ts";
import {
  type RefundLineData,
  refundLineQuery,
  type SuggestedRefundData,
  suggestedRefundQuery,
} from "./refund-queries.ts";

/** What Shopify would pay back for units of a line. Amounts are minor units of `currency`. */
export type SuggestedRefund = {
  /** ISO 4217, upper case: the currency that the buyer paid in */
  currency: string;
  /** units of the line that are left at Shopify */
  left: number;
  /** what its payments pay back together */
  amount: number;
  /** what was paid for the units: after discounts, with tax and duties */
  price: number;
  tax: number;
  duties: number;
  /** discounts on the whole cart that these units had a part in */
  discount: number;
  /** what can be paid back of the order at all */
  maximum: number;
  payments: {
    gateway: string;
    /** the merchant makes it by hand (cash, a bank transfer), or may have to: nobody says of what it is */
    isManual: boolean;
    amount: number;
  }[];
  /** the order's customer can be told */
  canNotify: boolean;
  /** what refundCreate takes for exactly this */
  input: Omit<RefundInput, "note" | "notify">;
};

/** RefundInput of the Admin schema, as far as it is used. `allowOverRefunding` is never set. */
export type RefundInput = {
  orderId: string;
  currency: string;
  note: string;
  notify: boolean;
  refundLineItems: { lineItemId: string; quantity: number; restockType: "NO_RESTOCK" }[];
  refundDuties: { dutyId: string; refundType: "PROPORTIONAL" }[];
  transactions: {
    orderId: string;
    amount: string;
    gateway: string;
    kind: "REFUND";
    parentId: string | null;
  }[];
};

/**
 * Asks what Shopify would pay back for units of a line, without restock.
 *
 * @returns null where there is no such order that the app may see
 * @throws AdminError
 */
export async function suggestRefund(
  ask: AskAdmin,
  { orderId, lineId, units }: { orderId: string; lineId: string; units: number },
): Promise<SuggestedRefund | null> {
  const order = `gid://shopify/Order/${orderId}`;
  const lineItemId = `gid://shopify/LineItem/${lineId}`;
  const ofLine = await ask<RefundLineData>(refundLineQuery, { line: lineItemId });
  const known = ofLine.data;
  const refundLineItems = [{ lineItemId, quantity: units, restockType: "NO_RESTOCK" as const }];
  const refundDuties = (known.node?.duties ?? []).map(({ id }) => ({
    ...{ dutyId: id, refundType: "PROPORTIONAL" as const },
  }));
  const variables = { order, units: refundLineItems, duties: refundDuties };
  const { data, denied } = await ask<SuggestedRefundData>(suggestedRefundQuery, variables);
  // duties that cannot be seen would be left out without a word
  if (ofLine.denied.length + denied.length > 0) {
    throw unavailable("The app may not read what would be paid back.");
  }
  if (data.order === null) return null;
  const { suggestedRefund: told, taxesIncluded, canNotifyCustomer } = data.order;
  if (told === null) throw unavailable("It suggests no refund for this order.");
  const currency = told.amountSet.presentmentMoney.currencyCode.toUpperCase();
  const minor = (money: Parameters<typeof minorOf>[0]) => minorOf(money, currency);
  const [tax, duties] = [minor(told.totalTaxSet), minor(told.totalDutiesSet)];
  const payments = told.suggestedTransactions.map((payment) => ({
    gateway: payment.formattedGateway ?? payment.gateway ?? "",
    isManual: payment.parentTransaction?.manualPaymentGateway ?? true,
    amount: minor(payment.amountSet),
  }));
  const amount = payments.reduce((total, payment) => total + payment.amount, 0);
  if (amount > minor(told.amountSet)) {
    throw unavailable("It suggests payments of more than it would pay back.");
  }
  return {
    currency,
    left: known.node?.currentQuantity ?? 0,
    amount,
    price: minor(told.subtotalSet) + (taxesIncluded ? 0 : tax) + duties,
    tax,
    duties,
    discount: minor(told.totalCartDiscountAmountSet),
    maximum: minor(told.maximumRefundableSet),
    payments,
    canNotify: canNotifyCustomer,
    input: {
      ...{ orderId: order, currency, refundLineItems, refundDuties },
      transactions: told.suggestedTransactions.map(({ amountSet, gateway, parentTransaction }) => ({
        orderId: order,
        amount: amountSet.presentmentMoney.amount,
        gateway: gateway ?? "",
        kind: "REFUND",
        parentId: parentTransaction?.id ?? null,
      })),
    },
  };
}
