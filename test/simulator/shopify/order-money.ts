import { currencyDecimals } from "#app/order/money.ts";
import type {
  SimulatedLine,
  SimulatedOrder,
  SimulatedPaid,
  SimulatedPayment,
  SimulatedRefund,
  Units,
} from "./simulated-order.ts";

/** What units of a line cost the buyer, in minor units of the currency that they paid in. */
export type Cost = { subtotal: number; tax: number; discount: number; duties: number };

/** The currency that the buyer paid in. */
export function buyersCurrency({ money, currency }: SimulatedOrder): string {
  return money?.presentment?.currency ?? currency;
}

export function taxesIncluded({ money }: SimulatedOrder): boolean {
  return money?.taxesIncluded ?? true;
}

/** A price in hundredths as the buyer's minor units. */
export function buyersMinor(order: SimulatedOrder, hundredths: number): number {
  const decimals = currencyDecimals(buyersCurrency(order));
  const rate = order.money?.presentment?.rate ?? 1;
  return Math.round(hundredths * rate * (decimals === 3 ? 10 : 1));
}

/**
 * What so many units cost, after others were refunded: shares of discount and tax are rounded so that
 * the shares of all units are the whole.
 */
export function costOf(order: SimulatedOrder, line: SimulatedLine, units: number, after = 0): Cost {
  const { quantity, discount = 0, taxRate = 0, duty = 0, price } = line;
  const share = (whole: number) =>
    Math.floor((whole * (after + units)) / quantity) - Math.floor((whole * after) / quantity);
  const unit = buyersMinor(order, price);
  const off = buyersMinor(order, discount);
  const whole = unit * quantity - off;
  const tax = taxesIncluded(order)
    ? Math.round(whole - whole / (1 + taxRate / 100))
    : Math.round((whole * taxRate) / 100);
  return {
    subtotal: unit * units - share(off),
    tax: share(tax),
    discount: share(off),
    duties: buyersMinor(order, duty) * units,
  };
}

/** What the buyer pays for it, or gets back. */
export function priceOf(order: SimulatedOrder, { subtotal, tax, duties }: Cost): number {
  return subtotal + (taxesIncluded(order) ? 0 : tax) + duties;
}

/** How many units of the line were refunded before this refund, or at all. */
export function refundedUnits(
  { refunds }: SimulatedOrder,
  line: SimulatedLine,
  before?: SimulatedRefund,
): number {
  const earlier = before ? refunds.slice(0, refunds.indexOf(before)) : refunds;
  return earlier
    .flatMap(({ units }) => units)
    .filter((units) => units.line === line)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

/** What the units of a refund cost. */
export function costInRefund(order: SimulatedOrder, refund: SimulatedRefund, units: Units): Cost {
  return costOf(order, units.line, units.quantity, refundedUnits(order, units.line, refund));
}

export function paymentsOf(order: SimulatedOrder, refund: SimulatedRefund): SimulatedPayment[] {
  if (refund.payments) return refund.payments;
  const amount = linesPrice(order, refund);
  const gateway = paidBy(order)[0]?.gateway ?? "bogus";
  return [{ id: refund.id + 500n, status: "SUCCESS", amount, gateway }];
}

/** What the lines of a refund cost together. */
export function linesPrice(order: SimulatedOrder, refund: SimulatedRefund): number {
  return refund.units.reduce(
    (sum, units) => sum + priceOf(order, costInRefund(order, refund, units)),
    0,
  );
}

/** The payments by which the order was paid, and what can still be paid back of each. */
export function paidBy(order: SimulatedOrder): {
  gateway: string;
  amount: number;
  isManual: boolean;
  isUnlinked: boolean;
  isLeftOut: boolean;
  left: number;
}[] {
  const total = order.lines.reduce(
    (sum, line) => sum + priceOf(order, costOf(order, line, line.quantity)),
    0,
  );
  const paid: SimulatedPaid[] = order.money?.paid ?? [{ gateway: "bogus", amount: total }];
  const back = order.refunds.flatMap((refund) => refund.payments ?? []);
  return paid.map(({ gateway, amount, ...one }) => {
    const { isManual = false, isUnlinked = false, isLeftOut = false } = one;
    const gone = back
      .filter((payment) => payment.gateway === gateway && payment.status !== "FAILURE")
      .reduce((sum, payment) => sum + payment.amount, 0);
    const left = Math.max(0, amount - gone);
    return { gateway, amount, isManual, isUnlinked, isLeftOut, left };
  });
}
