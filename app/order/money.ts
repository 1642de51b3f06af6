/** An amount in the currency's minor unit; `exact` is false when decimals had to be rounded away. */
export type MinorUnits = { amount: number; exact: boolean };

/** ISO 4217 minor units other than 2. Intl follows CLDR, which gives HUF and others none. */
const decimalsByCurrency = new Map<string, number>([
  ...["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"].map(
    (code) => [code, 0] as const,
  ),
  ...["RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"].map((code) => [code, 0] as const),
  ...["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].map((code) => [code, 3] as const),
]);

/** How many decimals ISO 4217 gives a currency: JPY 0, EUR 2, KWD 3. */
export function currencyDecimals(currency: string): number {
  return decimalsByCurrency.get(currency.toUpperCase()) ?? 2;
}

/**
 * Turns a decimal string ("19.90") into minor units (1990), with exact decimal arithmetic, half up.
 * Zeros behind the currency's decimals are no excess.
 *
 * @throws RangeError when the text is not a decimal number or the result is not a safe integer
 */
export function minorUnits(decimal: string, currency: string): MinorUnits {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(decimal);
  if (!match) throw new RangeError("An amount is not a decimal number.");
  const [, sign, whole = "0", fraction = ""] = match;
  const decimals = currencyDecimals(currency);
  const kept = fraction.slice(0, decimals).padEnd(decimals, "0");
  const excess = fraction.slice(decimals);
  const units = BigInt(whole + kept) + ((excess[0] ?? "0") >= "5" ? 1n : 0n);
  const amount = Number(sign === "-" ? -units : units);
  if (!Number.isSafeInteger(amount)) throw new RangeError("An amount is too large.");
  return { amount, exact: /^0*$/.test(excess) };
}

/** Writes minor units (1990) as a decimal string ("19.90"). */
export function decimalText(amount: number, currency: string): string {
  const decimals = currencyDecimals(currency);
  const digits = String(Math.abs(amount)).padStart(decimals + 1, "0");
  const sign = amount < 0 ? "-" : "";
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** The shortest spelling of a decimal string: "10.00" and "10.0" are "10", "-0.50" is "-0.5". */
export function shortestDecimal(decimal: string): string {
  const match = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(decimal);
  if (!match) return decimal;
  const [, sign = "", whole = "0", fraction = ""] = match;
  const digits = fraction === "" ? whole : `${whole}.${fraction}`;
  return digits === "0" ? "0" : sign + digits;
}
