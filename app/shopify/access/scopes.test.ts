import { expect, it } from "vitest";
import { missingScopes } from "./scopes.ts";

const asked = { SCOPES: ["read_orders", "read_customers"] };

it("names the scopes that are asked for and not granted", () => {
  expect(missingScopes(asked, { scopes: "read_orders" })).toEqual(["read_customers"]);
  expect(missingScopes(asked, { scopes: "" })).toEqual(["read_orders", "read_customers"]);
  expect(missingScopes(asked, { scopes: "read_customers, read_orders, read_themes" })).toEqual([]);
});

it("takes a scope to write for one to read, and nothing for missing that nobody told of", () => {
  expect(missingScopes(asked, { scopes: "write_orders,read_customers" })).toEqual([]);
  expect(missingScopes(asked, { scopes: null })).toEqual([]);
});
