import { expect, test } from "vitest";
import { codesIn, refusalCodes } from "./refusal.ts";

test.each(refusalCodes)("%s is found alone, among words and as words", (code) => {
  for (const words of [
    code,
    code.toUpperCase(),
    code.replaceAll("_", "-"),
    code.replaceAll("_", " "),
    code.replaceAll("_", ""),
    `order 77: ${code} (see the manual)`,
    `Hakuna answered 400: ${code}: line 1`,
    `{"code":"${code}"}`,
  ]) {
    expect(codesIn(words)).toEqual([code]);
  }
});

test.each(["", "Unsupported region", "aproduct_unsupported", "product_unsupported_2", "products"])(
  "%j names none",
  (words) => {
    expect(codesIn(words)).toEqual([]);
  },
);

test.each([
  ["err_country_unsupported", "country_unsupported"],
  ["E_PRODUCT_UNSUPPORTED", "product_unsupported"],
  ["cancel_declined", "cancel_decline"],
  ["Cancel declined by support", "cancel_decline"],
  ["sales_channel_unsupported", "saleschannel_unsupported"],
  ["sales channel unsupported", "saleschannel_unsupported"],
  ["incorrect sales-channel", "incorrect_saleschannel"],
  ["err_incorrect_sales_channel", "incorrect_saleschannel"],
])("%j names %s", (words, code) => {
  expect(codesIn(words)).toEqual([code]);
});

test("several are all found", () => {
  expect(codesIn("cancel_decline; country_unsupported").sort()).toEqual([
    "cancel_decline",
    "country_unsupported",
  ]);
});
