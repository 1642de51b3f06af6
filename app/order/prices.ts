import type { Line } from "./lines.ts";
import { minorUnits } from "./money.ts";

/** In the currency's minor unit; the currency in lower case, as the feed wants it. */
export type Price = { amount: number; currency: string };

export type Prices = {
  priced: { line: Line; price: Price }[];
  /** in lower case, sorted; more than one is for the caller to refuse */
  currencies: string[];
  /** lines whose price had more decimals than its currency */
  inexact: string[];
};

/**
 * The lines' unit prices as the customer was shown them: presentment money if every line has it,
 * else shop money for all.
 */
export function pricesOf(lines: readonly Line[]): Prices {
  const presented = lines.every((line) => line.presentmentPrice !== null);
  const inexact: string[] = [];
  const priced = lines.map((line) => {
    const { amount: decimal, currency } =
      (presented ? line.presentmentPrice : null) ?? line.shopPrice;
    const { amount, exact } = minorUnitsOf(line.id, decimal, currency);
    if (!exact) inexact.push(line.id);
    return { line, price: { amount, currency: currency.toLowerCase() } };
  });
  const currencies = [...new Set(priced.map(({ price }) => price.currency))].sort();
  return { priced, currencies, inexact };
}

/** @throws RangeError naming the line */
function minorUnitsOf(lineItemId: string, decimal: string, currency: string) {
  try {
    return minorUnits(decimal, currency);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`The price of line item ${lineItemId}: ${error.message}`, {
      cause: error,
    });
  }
}
