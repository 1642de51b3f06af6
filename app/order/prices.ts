import type { Line } from "./lines.ts";
import { minorUnits } from "./money.ts";

/** Unit prices by line id, in one currency (lower case, as the feed wants it) and its minor unit. */
export type Prices = {
  currencies: string[];
  byLine: Map<string, { amount: number; currency: string }>;
  /** lines whose price had more decimals than its currency */
  inexact: string[];
};

/**
 * The prices as the customer was shown them: presentment money if every line has it, else shop
 * money for all. More than one currency is for the caller to refuse.
 */
export function pricesOf(lines: readonly Line[]): Prices {
  const presented = lines.every((line) => line.presentmentPrice !== null);
  const prices: Prices = { currencies: [], byLine: new Map(), inexact: [] };
  const currencies = new Set<string>();
  for (const line of lines) {
    const price = (presented ? line.presentmentPrice : null) ?? line.shopPrice;
    const { amount, exact } = minorUnits(price.amount, price.currency);
    if (!exact) prices.inexact.push(line.id);
    const currency = price.currency.toLowerCase();
    currencies.add(currency);
    prices.byLine.set(line.id, { amount, currency });
  }
  prices.currencies = [...currencies].sort();
  return prices;
}
