import { expect, it } from "vitest";
import { type FindingCode, findingTexts, isMendedInShopify } from "#app/order/findings.ts";
import { remedies } from "./finding-remedies.ts";

it("there is a button for what is to be done about each finding, not only a link to help", () => {
  const codes = Object.keys(findingTexts) as FindingCode[];
  const without = codes.filter((code) => !remedies[code] && !isMendedInShopify(code));
  // it has a button of its own: a person's word is needed
  expect(without).toEqual(["deleted_in_shopify"]);
});
