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

test.each(["", "Unsupported region", "a_product_unsupported", "product_unsupported_2", "products"])(
  "%j names none",
  (words) => {
    expect(codesIn(words)).toEqual([]);
  },
);

test("several are all found", () => {
  expect(codesIn("cancel_decline; country_unsupported").sort()).toEqual([
    "cancel_decline",
    "country_unsupported",
  ]);
});
