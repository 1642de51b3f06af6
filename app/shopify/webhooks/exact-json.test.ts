import { expect, it } from "vitest";
import { parseExactJson } from "./exact-json.ts";

it("gives integers beyond 2^53 as their own text, and nothing else", () => {
  expect(
    parseExactJson('{"a":[820982911946154508,-9007199254740993],"b":9007199254740991}'),
  ).toEqual({ a: ["820982911946154508", "-9007199254740993"], b: 9007199254740991 });
  expect(parseExactJson('{"a":1.5,"b":1e300,"c":"820982911946154508","d":null}')).toEqual({
    ...{ a: 1.5, b: 1e300, c: "820982911946154508", d: null },
  });
});

it("refuses what is not JSON", () => {
  expect(() => parseExactJson("{")).toThrow(SyntaxError);
});
