import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { currencyDecimals, decimalText, minorUnits, shortestDecimal } from "./money.ts";

describe("minorUnits", () => {
  it.each([
    ["19.90", "EUR", 1990, true],
    ["19.9", "EUR", 1990, true],
    ["19", "EUR", 1900, true],
    ["0.1", "EUR", 10, true],
    ["1000", "JPY", 1000, true],
    ["1000.00", "JPY", 1000, true],
    ["1.234", "KWD", 1234, true],
    ["1.2345", "KWD", 1235, false],
    ["1.005", "EUR", 101, false],
    ["1.004", "EUR", 100, false],
    ["10.5", "JPY", 11, false],
    ["100.00", "HUF", 10000, true],
    ["8.5", "eur", 850, true],
    ["-0.00", "EUR", 0, true],
  ])("%s %s is %i", (decimal, currency, amount, exact) => {
    expect(minorUnits(decimal, currency)).toEqual({ amount, exact });
  });

  it("loses nothing for currencies with 0, 2 and 3 decimals", () => {
    const currencies = fc.constantFrom(
      ["JPY", 0] as const,
      ["EUR", 2] as const,
      ["KWD", 3] as const,
    );
    fc.assert(
      fc.property(fc.nat(2_000_000_000), currencies, (amount, [currency, decimals]) => {
        const digits = String(amount).padStart(decimals + 1, "0");
        const text = decimals ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
        expect(minorUnits(text, currency)).toEqual({ amount, exact: true });
      }),
    );
  });

  it.each(["", "12,50", "1e3", "NaN"])("refuses %j", (text) => {
    expect(() => minorUnits(text, "EUR")).toThrow(RangeError);
  });

  it("refuses an amount beyond 2^53", () => {
    expect(() => minorUnits("99999999999999999", "EUR")).toThrow(RangeError);
  });
});

describe("currencyDecimals", () => {
  it.each([
    [0, ["JPY", "KRW", "ISK", "VND", "CLP", "XOF", "jpy"]],
    [2, ["EUR", "USD", "GBP", "CHF"]],
    [3, ["KWD", "BHD", "TND", "OMR", "JOD"]],
  ])("are %i by ISO 4217", (decimals, currencies) => {
    expect(currencies.map(currencyDecimals)).toEqual(currencies.map(() => decimals));
  });

  it("do not follow Intl where that counts coins in use, as in Hungary or Iraq", () => {
    expect(["HUF", "IDR", "PKR", "IQD"].map(currencyDecimals)).toEqual([2, 2, 2, 3]);
  });
});

describe("decimalText", () => {
  it("is what minorUnits reads", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
        fc.constantFrom("EUR", "JPY", "KWD"),
        (amount, currency) => {
          const read = minorUnits(decimalText(amount, currency), currency);
          expect(read).toEqual({ amount: amount || 0, exact: true });
        },
      ),
    );
    expect(decimalText(5, "EUR")).toBe("0.05");
    expect(decimalText(1200, "JPY")).toBe("1200");
  });
});

describe("shortestDecimal", () => {
  it.each([
    [["10.00", "10.0", "10.", "10", "010"], "10"],
    [["10.50", "10.5", "010.500"], "10.5"],
    [["0.00", "-0.0", "0", "00"], "0"],
    [["-0.50"], "-0.5"],
    [["100", "100.000"], "100"],
    [["10.005"], "10.005"],
  ])("spells %j as %s", (spellings, shortest) => {
    expect(spellings.map(shortestDecimal)).toEqual(spellings.map(() => shortest));
  });

  it("says the same amount", () => {
    const digits = fc.stringMatching(/^\d{1,6}(\.\d{0,4})?$/);
    fc.assert(
      fc.property(digits, fc.constantFrom("EUR", "JPY", "KWD"), (decimal, currency) => {
        expect(minorUnits(shortestDecimal(decimal), currency)).toEqual(
          minorUnits(decimal, currency),
        );
      }),
    );
  });
});

it("writes nothing as nothing, without a sign", () => {
  expect(decimalText(0, "EUR")).toBe("0.00");
  expect(minorUnits("-0.00", "EUR")).toEqual({ amount: 0, exact: true });
});

it("leaves a text as it is that is no decimal", () => {
  for (const text of ["", "x010", "1,50"]) expect(shortestDecimal(text)).toBe(text);
});
