import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { shopTables } from "./redact-shop.ts";

it("knows every table that holds rows of a shop", () => {
  const schema = readFileSync(new URL("../../prisma/schema.prisma", import.meta.url), "utf8");
  const models = [...schema.matchAll(/^model (\w+) \{(.*?)^\}/gms)];
  const ofShops = models.filter(([, , fields]) => /^ {2}shop +String/m.test(fields ?? ""));
  expect([...shopTables].sort()).toEqual(ofShops.map(([, name]) => name).sort());
  // what is left is the shop's own row, deleted last
  expect(models.length - ofShops.length).toBe(1);
});
