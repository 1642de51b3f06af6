import { expect, it } from "vitest";
import { missingAccess, missingScopes } from "./scopes.ts";

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

it("names what an order was read without: scopes until they are granted, and approvals", () => {
  const denied = "protected:name,protected:phone,read_customers";
  const of = (scopes: string | null) => missingAccess(asked, { scopes, missingAccess: denied });
  expect(of("read_orders")).toEqual({
    missingScopes: ["read_customers"],
    missingApprovals: ["name", "phone"],
  });
  expect(of("read_orders,read_customers").missingScopes).toEqual([]);
  expect(of(null).missingScopes).toEqual(["read_customers"]);
  expect(missingAccess(asked, { scopes: null, missingAccess: null })).toEqual({
    missingScopes: [],
    missingApprovals: [],
  });
});
