import { minorUnits } from "#app/order/money.ts";
import type { Payment } from "#app/order/refunds/money-order.ts";
import { unavailable } from "#app/shopify/access/admin-api.ts";
import { numericId } from "#app/shopify/global-id.ts";
import type { AdminMoney, AdminPayment } from "./refund-queries.ts";

/**
 * What the buyer paid or gets, in minor units of the currency that they paid in.
 *
 * @throws AdminError where it is another currency, or is no whole number of its smallest coins
 */
export function minorOf({ presentmentMoney }: AdminMoney, currency: string): number {
  const { amount, currencyCode } = presentmentMoney;
  if (currencyCode.toUpperCase() !== currency) {
    throw unavailable("Its answer mixes several currencies.");
  }
  const { amount: minor, exact } = minorUnits(amount, currency);
  if (!exact) throw unavailable("It answered an amount with more decimals than its currency has.");
  return minor;
}

/** The movements of money of a refund. */
export function paymentsOf(transactions: readonly AdminPayment[], currency: string): Payment[] {
  return transactions
    .filter(({ kind }) => kind === "REFUND")
    .map(({ id, status, gateway, amountSet }) => ({
      id: numericId(id),
      status,
      gateway,
      amount: minorOf(amountSet, currency),
    }));
}
