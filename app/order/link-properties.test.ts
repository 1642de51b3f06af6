import { expect, it } from "vitest";
import { isLinkProperty, normalProperties } from "./link-properties.ts";

it.each(["_hakuna_ref", " Protection_Line_Item_ID ", "_HAKUNA_PRODUCT", "offer_id", "_plan_id"])(
  "keeps %j of a line",
  (name) => {
    expect(isLinkProperty(name)).toBe(true);
  },
);

it.each(["engraving", "_hakuna", "_hakuna_ref_2", ""])("lets %j go", (name) => {
  expect(isLinkProperty(name)).toBe(false);
});

it("has each name once, with its first value, in one order", () => {
  const told = [
    { name: " Plan_ID ", value: " pl-1 " },
    { name: "offer_id", value: " " },
    { name: "plan_id", value: "pl-2" },
    { name: "OFFER_ID", value: "off-1" },
  ];
  expect(normalProperties(told)).toEqual([
    { name: "offer_id", value: "off-1" },
    { name: "plan_id", value: "pl-1" },
  ]);
});
