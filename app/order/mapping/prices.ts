import type { FeedPrice } from "#app/order/feed-order.ts";
import type { Line } from "#app/order/lines.ts";
import { currencyDecimals, minorUnits } from "#app/order/money.ts";

export type Prices = {
  priced: { line: Line; price: FeedPrice }[];
  /** in lower case; more than one is for the caller to refuse */
  currencies: string[];
  /** lines whose price had more decimals than its currency */
  inexact: string[];
};

/**
 * The lines' unit prices as the customer was shown them: presentment money if every line has it,
 * else shop money for all. An amount beyond what numbers hold exactly is what comes near it: the
 * feed's schema refuses it.
 */
export function pricesOf(lines: readonly Line[]): Prices {
  const presented = lines.every((line) => line.presentmentPrice !== null);
  const inexact: string[] = [];
  const priced = lines.map((line) => {
    const { amount: decimal, currency } =
      (presented ? line.presentmentPrice : null) ?? line.shopPrice;
    const { amount, exact } = amountOf(decimal, currency);
    if (!exact) inexact.push(line.id);
    return { line, price: { amount, currency: currency.toLowerCase() } };
  });
  const currencies = [...new Set(priced.map(({ price }) => price.currency))];
  return { priced, currencies, inexact };
}

function amountOf(decimal: string, currency: string): { amount: number; exact: boolean } {
  try {
    return minorUnits(decimal, currency);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { amount: Number(decimal) * 10 ** currencyDecimals(currency), exact: true };
  }
}
