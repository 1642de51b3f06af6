import { beforeAll, describe, expect, it } from "vitest";
import { linkProperties } from "#app/order/link-properties.ts";

type Item = {
  key: string;
  variant_id: number;
  product_id: number;
  sku: string;
  vendor: string;
  quantity: number;
  properties: Record<string, string> | null;
};
type Seen = Record<string, string>;
let mend: (items: Item[], seen: Seen, news: Seen, abroad?: string) => Record<string, number>;

beforeAll(async () => {
  Object.assign(window, { Shopify: { routes: { root: "/" } } });
  const file = new URL("../../extensions/theme-scripts/cart-guard.js", import.meta.url);
  ({ mend } = await import(/* @vite-ignore */ file.pathname));
});

function product(key: string, quantity: number, properties: Item["properties"] = null): Item {
  return {
    ...{ key, variant_id: 1, product_id: 10, sku: "P" },
    vendor: "Frutta",
    quantity,
    properties,
  };
}

function plan(key: string, quantity: number, properties: Item["properties"] = null): Item {
  return {
    ...{ key, variant_id: 2, product_id: 20, sku: "S" },
    vendor: " Hakuna",
    quantity,
    properties,
  };
}

const a = { _hakuna_ref: "a" };
const b = { _hakuna_ref: "b" };

describe("what the guard mends", () => {
  it.each<[string, Item[], string | null, Record<string, number>]>([
    ["nothing in a cart without a plan", [product("p", 3, a)], null, {}],
    ["nothing where all is well", [product("p", 2, a), plan("s", 2, a)], null, {}],
    ["a plan without its product", [product("p", 2), plan("s", 2, a)], null, { s: 0 }],
    ["a plan without any link", [product("p", 2), plan("s", 1)], null, { s: 0 }],
    ["more plans than products", [product("p", 1, a), plan("s", 2, a)], null, { s: 1 }],
    ["a raised product", [product("p", 3, a), plan("s", 1, a)], "1/1", { s: 3 }],
    ["a lowered product", [product("p", 1, a), plan("s", 3, a)], "3/3", { s: 1 }],
    ["no plan that the buyer lowered", [product("p", 2, a), plan("s", 1, a)], "2/2", {}],
    ["no plan that covered less before", [product("p", 3, a), plan("s", 1, a)], "2/1", {}],
    ["a plan that the buyer raised", [product("p", 2, a), plan("s", 4, a)], "2/2", { s: 2 }],
    [
      "the second plan for a unit",
      [product("p", 2, a), plan("s", 1, a), plan("t", 2, a)],
      null,
      { t: 1 },
    ],
    [
      "each pair by itself",
      [product("p", 1, a), plan("s", 1, a), product("q", 1, b), plan("t", 2, b)],
      null,
      { t: 1 },
    ],
    [
      "no plan of a line split in two",
      [product("p", 1, a), product("q", 1, a), plan("s", 2, a)],
      null,
      {},
    ],
  ])("%s", (_name, items, before, updates) => {
    const seen: Seen = before === null ? {} : { "hakuna:a": before };
    expect(mend(items, seen, {})).toEqual(updates);
  });

  it("lets a pair by its key go before a plan that names the product alone", () => {
    const named = { _hakuna_product: "1" };
    const items = [product("p", 1, a), plan("t", 1, named), product("q", 1), plan("s", 1, a)];
    expect(mend(items, {}, {})).toEqual({});
    expect(
      mend(
        items.filter(({ key }) => key !== "q"),
        {},
        {},
      ),
    ).toEqual({ t: 0 });
  });

  it("takes a plan out that is not for the buyer's country, and no other", () => {
    const items = [product("p", 2, a), plan("s", 2, a), product("q", 1, b), plan("t", 1, b)];
    expect(mend(items, { "hakuna:a": "2/2" }, {}, "s,")).toEqual({ s: 0 });
    expect(mend(items, {}, {}, "")).toEqual({});
  });

  it.each(linkProperties.marksProtection)("takes what bears %s for a plan", (name) => {
    expect(mend([product("s", 1, { [name]: "x" })], {}, {})).toEqual({ s: 0 });
  });

  it.each<readonly [Item["properties"], Item["properties"]]>([
    ...linkProperties.planNamesProduct.map((name) => [null, { [name]: "1" }] as const),
    ...linkProperties.productNamesPlan.map((name) => [{ [name]: "2" }, null] as const),
    [null, { _Product_Reference: " 10 " }],
    [null, { _hakuna_product: "gid://shopify/ProductVariant/1" }],
    [null, { _hakuna_product: "gid://shopify/Product/0010/?a=b" }],
    [null, { "_hakuna_product ": "001" }],
    [{ _hakuna_protection: "S" }, null],
    [{ _HAKUNA_REF: "a" }, a],
  ])("knows the pair of %j and %j as orders do, and has the plan follow", (own, other) => {
    const seen: Seen = {};
    expect(mend([product("p", 1, own), plan("s", 1, other)], {}, seen)).toEqual({});
    expect(mend([product("p", 3, own), plan("s", 1, other)], seen, {})).toEqual({ s: 3 });
    expect(mend([plan("s", 1, other)], seen, {})).toEqual({ s: 0 });
  });

  it("finds nothing more to do in what it mended", () => {
    const seen: Seen = {};
    const items = [product("p", 1, a), plan("s", 3, a), plan("t", 2, b), plan("u", 1, a)];
    const updates = mend(items, {}, seen);
    const after = items
      .map((item) => ({ ...item, quantity: updates[item.key] ?? item.quantity }))
      .filter(({ quantity }) => quantity > 0);
    expect(mend(after, seen, {})).toEqual({});
  });
});
