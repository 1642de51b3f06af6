import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { feedOrderSchema } from "./feed-schema.ts";

type Json = Record<string, unknown>;

/** The contract's own examples. */
const example = (name: string): Json =>
  JSON.parse(readFileSync(new URL(`../order/golden/${name}.json`, import.meta.url), "utf8"))[0];

it.each(["placed", "cancelled", "fulfilled", "refunded"])("takes the example %s", (name) => {
  expect(feedOrderSchema.parse(example(name))).toEqual(example(name));
});

it("takes empty texts for everything about the customer but the country", () => {
  const order = example("placed");
  order.customer = { first_name: "", last_name: "", email: "", phone: "" };
  order.customer_billing_address = {
    ...{ address_line_1: "", address_line_2: "", city: "", country: "de", zip: "" },
  };
  expect(feedOrderSchema.safeParse(order).success).toBe(true);
});

describe("refuses", () => {
  const line = "line_items.0";
  it.each<[string, string, unknown]>([
    ["a number for an id", "id", 450789469],
    ["an empty id", "id", ""],
    ["an unknown status", "status", "open"],
    ["seconds with decimals", "placed_at", 1669377053.5],
    ["a time as text", "placed_at", "2022-11-25T11:50:53Z"],
    ["cancelled_at of a placed order", "cancelled_at", 1669380517455],
    ["a null in the customer", "customer.phone", null],
    ["a key that the contract does not have", "customer.company", "ACME"],
    ["no country", "customer_billing_address.country", ""],
    ["a country in upper case", "customer_billing_address.country", "DE"],
    ["an amount with decimals", `${line}.product_data.price.amount`, 100.5],
    ["a negative amount", `${line}.product_data.price.amount`, -1],
    ["a currency in upper case", `${line}.product_data.price.currency`, "EUR"],
    ["a second currency", `${line}.product_data.price.currency`, "usd"],
    ["a quantity below zero", `${line}.quantity`, -1],
    ["two lines with one id", `${line}.id`, "hak-ext-12"],
    ["a plan that is not there", `${line}.custom_properties.protection_line_item_id`, "x"],
    ["another custom property", `${line}.custom_properties.color`, "yellow"],
    ["a plan whose brand is not hakuna", "line_items.1.product_data.brand", "Hakuna"],
    ["no units fulfilled", `${line}.fulfillments`, [{ quantity: 0, fulfilled_at: 1 }]],
    ["more fulfilled than ordered", `${line}.fulfillments`, [{ quantity: 2, fulfilled_at: 1 }]],
    ["more refunded than ordered", `${line}.refunds`, [{ quantity: 2, refunded_at: 1 }]],
    ["no list of refunds", `${line}.refunds`, undefined],
  ])("%s", (_what, path, value) => {
    const order = example("placed");
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const owner = keys.reduce<Json>((part, key) => part[key] as Json, order);
    owner[last] = value;
    expect(feedOrderSchema.safeParse(order).success).toBe(false);
  });

  it("a cancelled order without its time", () => {
    const order = { ...example("cancelled"), cancelled_at: null };
    expect(feedOrderSchema.safeParse(order).success).toBe(false);
  });
});
