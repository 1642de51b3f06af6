import { describe, expect, it } from "vitest";
import { normalProperties } from "./link-properties.ts";
import { byHand, line, pairing, pairs, plan } from "./order.fixture.ts";

describe("which link counts", () => {
  it("pairs equal _hakuna_ref, and different keys not", () => {
    const links = { _hakuna_ref: "a" };
    expect(pairs([line("1", { links }), plan("2", { links })])).toEqual(["1-2"]);
    expect(pairs([line("1", { links }), plan("2", { links: { _hakuna_ref: "b" } })])).toEqual([]);
  });

  it.each([
    "_hakuna_protection",
    "protection_line_item_id",
    "_protection_line_item_id",
    "_HAKUNA_Protection",
    "Protection_Line_Item_ID",
  ])("a product names its plan by %s", (name) => {
    expect(pairs([line("1", { links: { [name]: "2" } }), plan("2")])).toEqual(["1-2"]);
  });

  it.each(["_hakuna_product", "product_reference", "_product_reference", "_Hakuna_PRODUCT"])(
    "a plan names its product by %s",
    (name) => {
      expect(pairs([line("1"), plan("2", { links: { [name]: "1" } })])).toEqual(["1-2"]);
    },
  );

  it.each([
    ["line id", "2"],
    ["line id as a gid", "gid://shopify/LineItem/2"],
    ["variant", "77"],
    ["variant as a gid", "gid://shopify/ProductVariant/77"],
    ["variant with leading zeros", "0077"],
    ["SKU", "PLAN-1"],
    ["product", "88"],
    ["product as a gid", "gid://shopify/Product/88"],
  ])("a reference may be the plan's %s", (_kind, reference) => {
    const links = { _hakuna_protection: ` ${reference} ` };
    const bought = plan("2", { variantId: "77", sku: "PLAN-1", productId: "88" });
    expect(pairs([line("1", { links }), bought])).toEqual(["1-2"]);
  });

  it.each(["LineItem/77", "LineItem/88", "ProductVariant/2", "ProductVariant/88", "Product/2"])(
    "gid://shopify/%s names no line of another kind",
    (gid) => {
      const links = { _hakuna_protection: `gid://shopify/${gid}` };
      const bought = plan("2", { variantId: "77", productId: "88" });
      expect(pairs([line("1", { links }), bought])).toEqual([]);
    },
  );

  it("a reference counts for the first kind that matches anything", () => {
    const links = { _hakuna_protection: "55" };
    const byProduct = plan("2", { productId: "55" });
    const bySku = plan("3", { sku: "55" });
    const byVariant = plan("4", { variantId: "55" });
    expect(pairs([line("9", { links }), byProduct, bySku, byVariant])).toEqual(["9-4"]);
    expect(pairs([line("9", { links }), byProduct, bySku])).toEqual(["9-3"]);
    expect(pairs([line("9", { links }), byProduct])).toEqual(["9-2"]);
    const byBoth = plan("5", { variantId: "55", sku: "55", quantity: 2 });
    expect(pairs([line("9", { links }), bySku, byBoth])).toEqual(["9-5"]);
  });

  it("a reference finds a SKU with white space around it, and no gid among other words", () => {
    const named = (reference: string) => line("1", { links: { _hakuna_protection: reference } });
    expect(pairs([named("PLAN-1"), plan("2", { sku: " PLAN-1 " })])).toEqual(["1-2"]);
    expect(pairs([named("see gid://shopify/LineItem/2"), plan("2")])).toEqual([]);
  });

  it("prefers by hand, then the common key, then the product's reference, then the plan's", () => {
    const product = line("1", { links: { _hakuna_ref: "a", _hakuna_protection: "3" } });
    const lines = [
      product,
      plan("2", { links: { _hakuna_product: "1" } }),
      plan("3"),
      plan("4", { links: { _hakuna_ref: "a" } }),
      plan("5"),
    ];
    expect(pairs(lines, [byHand("1", "5")])).toEqual(["1-5"]);
    expect(pairs(lines)).toEqual(["1-4"]);
    expect(pairs(lines.filter(({ item }) => item.id !== "4"))).toEqual(["1-3"]);
    expect(pairs(lines.filter(({ item }) => !["3", "4"].includes(item.id)))).toEqual(["1-2"]);
  });

  it("ignores a pair by hand whose lines are not a product and a plan of the order", () => {
    const lines = [line("1"), line("2"), plan("3")];
    expect(pairs(lines, [byHand("1", "2"), byHand("3", "1"), byHand("1", "9")])).toEqual([]);
  });

  it("does not read the plan's short names on other lines", () => {
    const other = line("2", { links: { offer_id: "x", plan_id: "y", product_reference: "1" } });
    expect(pairs([line("1"), other])).toEqual([]);
  });

  it.each(["_hakuna_offer_id", "_hakuna_plan_id", "_hakuna_product"])(
    "takes a line with %s for protection, whatever its vendor",
    (name) => {
      const product = line("1", { links: { _hakuna_protection: "2" } });
      expect(pairs([product, line("2", { links: { [name]: "1" } })])).toEqual(["1-2"]);
    },
  );

  it.each([" hakuna ", "HAKUNA", "HakuNa"])("takes the vendor %j for protection", (vendor) => {
    const product = line("1", { links: { _hakuna_protection: "2" } });
    expect(pairs([product, line("2", { vendor })])).toEqual(["1-2"]);
  });

  it("a property that stands twice, first empty, counts", () => {
    const twice = (id: string, of: typeof line) => {
      const made = of(id, { links: { _hakuna_ref: "a" } });
      const properties = [{ name: "_hakuna_ref", value: " " }, ...made.item.properties];
      return { ...made, item: { ...made.item, properties: normalProperties(properties) } };
    };
    expect(pairs([twice("1", line), twice("2", plan)])).toEqual(["1-2"]);
  });

  it("a link that both lines confirm goes before one that only one side claims", () => {
    const names = { links: { _hakuna_protection: "99" } };
    const lines = [
      line("1", { ...names, variantId: "11" }),
      line("2", { ...names, variantId: "22" }),
      plan("3", { productId: "99", links: { _hakuna_product: "22" } }),
      plan("4", { productId: "99", links: { _hakuna_product: "11" } }),
    ];
    expect(pairs(lines)).toEqual(["1-4", "2-3"]);
    expect(pairing(lines).pairs.map(({ tier }) => tier)).toEqual([2, 2]);
  });

  it("takes a property without a value for none", () => {
    const product = line("1", { links: { _hakuna_ref: "" } });
    expect(pairs([product, plan("2", { links: { _hakuna_ref: " " } })])).toEqual([]);
  });
});

describe("quantities", () => {
  const key = { links: { _hakuna_ref: "a" } };

  it("one plan line protects both parts of a split cart line", () => {
    const lines = [line("1", key), line("2", key), plan("3", { ...key, quantity: 2 })];
    expect(pairs(lines)).toEqual(["1-3", "2-3"]);
  });

  it("pairs two split product lines with two split plan lines", () => {
    const lines = [line("1", key), line("2", key), plan("3", key), plan("4", key)];
    expect(pairs(lines)).toEqual(["1-3", "2-4"]);
  });

  it("a plan reaches no further than its quantity", () => {
    const lines = [line("1", { ...key, quantity: 2 }), line("2", key), plan("3", key)];
    expect(pairs(lines)).toEqual(["2-3"]);
  });

  it("prefers equal quantities, then a larger product, then a larger plan", () => {
    const three = line("1", { ...key, quantity: 3 });
    const two = line("2", { ...key, quantity: 2 });
    const one = line("3", { ...key, quantity: 1 });
    const twoPlans = plan("9", { ...key, quantity: 2 });
    expect(pairs([three, two, one, twoPlans])).toEqual(["2-9"]);
    expect(pairs([three, one, twoPlans])).toEqual(["1-9"]);
    expect(pairs([one, twoPlans])).toEqual(["3-9"]);
  });

  it("prefers a larger product to one that comes first", () => {
    const lines = [line("1", { ...key, title: "A" }), line("3", { ...key, quantity: 3 })];
    expect(pairs([...lines, plan("9", { ...key, quantity: 2 })])).toEqual(["3-9"]);
  });

  it("of plans that fit as well prefers the one that comes first", () => {
    const three = line("3", { ...key, quantity: 3 });
    const [one, two] = [plan("8", key), plan("9", { ...key, quantity: 2 })];
    expect(pairs([three, one, two])).toEqual(["3-8"]);
    expect(pairs([three, line("2", { ...key, quantity: 2 }), one, two])).toEqual(["2-9", "3-8"]);
    const [early, late] = [{ seenAt: 900 }, { seenAt: 950 }];
    const lines = [line("1", { ...key, ...early }), plan("7", { ...key, ...early })];
    const left = [plan("8", { ...key, ...late }), plan("9", { ...key, ...early, quantity: 2 })];
    expect(pairs([three, ...lines, ...left])).toEqual(["1-7", "3-9"]);
  });

  it("takes the lines first that were seen first, whatever their ids", () => {
    const older = plan("9", { ...key, seenAt: 100 });
    const newer = plan("8", { ...key, seenAt: 200 });
    expect(pairs([line("1", { ...key, seenAt: 100 }), newer, older])).toEqual(["1-9"]);
  });

  it("takes ids as integers beyond 2^53 where nothing else tells lines apart", () => {
    const alike = { ...key, title: "Warranty" };
    const lines = [plan("10007199254740992", alike), plan("9007199254740993", alike)];
    expect(pairs([line("999", key), ...lines])).toEqual(["999-9007199254740993"]);
  });

  it("a product line has one plan at most", () => {
    const { pairs: found, contested } = pairing([line("1", key), plan("2", key), plan("3", key)]);
    expect(found).toHaveLength(1);
    expect(contested).toEqual([{ productLineId: "1", planLineIds: ["3"] }]);
  });
});

it("a line added later takes no older pair away by matching a kind that goes before", () => {
  const links = { _hakuna_protection: "55" };
  const lines = [line("1", { links }), plan("2", { sku: "55" })];
  expect(pairs([...lines, plan("3", { variantId: "55", seenAt: 2000 })])).toEqual(["1-2"]);
  expect(pairs([...lines, plan("3", { variantId: "55" })])).toEqual(["1-3"]);
});

it("a name is of what is there by then, also where one of both lines is added later", () => {
  const named = (seenAt: number) => line("1", { links: { _hakuna_protection: "55" }, seenAt });
  const bySku = plan("2", { sku: "55", seenAt: 900 });
  expect(pairs([named(900), plan("3", { sku: "55" })])).toEqual(["1-3"]);
  expect(pairs([named(1000), bySku])).toEqual(["1-2"]);
  expect(pairs([named(1000), bySku, plan("3", { variantId: "55" })])).toEqual(["1-3"]);
});

it("a product that was added later has what the older ones left", () => {
  const key = { links: { _hakuna_ref: "a" } };
  const early = { ...key, seenAt: 900 };
  const later = [line("1", key), plan("3", early)];
  expect(pairs(later)).toEqual(["1-3"]);
  expect(pairs([...later, line("2", early)])).toEqual(["2-3"]);
  expect(pairs([...later, line("2", early), plan("4", early)])).toEqual(["1-4", "2-3"]);
});

describe("pairs by hand", () => {
  const lines = [line("1"), plan("2"), line("3")];

  it("the last one wins", () => {
    expect(pairs(lines, [byHand("1", "2"), byHand("3", "2")])).toEqual(["3-2"]);
    expect(pairs(lines, [byHand("3", "2"), byHand("1", "2")])).toEqual(["1-2"]);
  });

  it("as far as the plan's quantity reaches", () => {
    const two = [line("1"), plan("2", { quantity: 2 }), line("3"), line("4")];
    const hand = ["1", "3", "4"].map((id) => byHand(id, "2"));
    expect(pairs(two, hand)).toEqual(["3-2", "4-2"]);
  });

  it("a product that lost its plan so is paired by its links", () => {
    const links = { _hakuna_ref: "a" };
    const linked = [line("1", { links }), plan("2"), line("3"), plan("4", { links })];
    expect(pairs(linked, [byHand("1", "2"), byHand("3", "2")])).toEqual(["1-4", "3-2"]);
  });

  it("with a plan that is gone goes last, while the product is there", () => {
    const names = { links: { _hakuna_protection: "P" } };
    const edited = plan("2", { sku: "P", gone: 1 });
    const added = plan("3", { sku: "P", seenAt: 2000 });
    const found = pairing([line("1", names), edited, added], [byHand("1", "2")]);
    expect(found.pairs).toEqual([{ productLineId: "1", planLineId: "3", tier: 3 }]);
    expect(found).toMatchObject({ split: [], contested: [], uncovered: [] });
    // of plans that are gone it is the one that a person said
    const other = plan("4", { sku: "P", gone: 1 });
    expect(pairing([line("1", names), edited, other], [byHand("1", "4")]).pairs).toEqual([
      { productLineId: "1", planLineId: "4", tier: 0 },
    ]);
    // an earlier word for a plan that is there goes before
    expect(pairs([line("1"), edited, added], [byHand("1", "3"), byHand("1", "2")])).toEqual([
      "1-3",
    ]);
  });

  it("stays when product and plan are gone", () => {
    const gone = line("1", { links: { _hakuna_protection: "P" }, gone: 1 });
    const lines = [gone, plan("2", { sku: "P", gone: 1 }), plan("3", { sku: "P", seenAt: 2000 })];
    expect(pairs(lines, [byHand("1", "2")])).toEqual(["1-2"]);
  });
});

describe("what is still there", () => {
  const key = { links: { _hakuna_ref: "a" } };

  it("a plan that is there goes before one that is gone, for a product that is there", () => {
    const [product, edited, added] = [
      line("1", key),
      plan("2", { ...key, gone: 1 }),
      plan("3", { sku: "P", links: { _hakuna_product: "1" }, seenAt: 2000 }),
    ];
    expect(pairs([product, edited, added])).toEqual(["1-3"]);
    expect(pairs([product, edited])).toEqual(["1-2"]);
  });

  it("a product that is there goes before one that is gone, for the plan of both", () => {
    const lines = [line("1", { ...key, gone: 1 }), line("2", key), plan("3", key)];
    expect(pairs(lines)).toEqual(["2-3"]);
  });

  it("a product and a plan that went together stay a pair", () => {
    const lines = [line("1", { ...key, gone: 1 }), line("2", key), plan("3", { ...key, gone: 1 })];
    expect(pairs(lines)).toEqual(["1-3"]);
  });

  it("a product that is gone keeps its plan against weaker links", () => {
    const lines = [
      line("1", { ...key, variantId: "7", gone: 1 }),
      line("2", { variantId: "7" }),
      plan("3", { links: { _hakuna_ref: "a", _hakuna_product: "7" } }),
    ];
    expect(pairs(lines)).toEqual(["1-3"]);
  });
});

describe("plans that protect nothing", () => {
  const key = { links: { _hakuna_ref: "a" } };
  const two = (id: string, more = {}) => line(id, { ...key, quantity: 2, ...more });
  const idle = (lines: Parameters<typeof pairing>[0]) => {
    const listed = (of: { productLineId: string; planLineIds: string[] }[]) =>
      of.map(({ productLineId, planLineIds }) => [productLineId, ...planLineIds].join(" "));
    const { split, contested } = pairing(lines);
    return { split: listed(split), contested: listed(contested) };
  };

  it("are for the units that a product has left, as far as these go", () => {
    const plans = ["2", "3", "4"].map((id) => plan(id, key));
    expect(idle([line("1", { ...key, quantity: 3 }), ...plans])).toEqual({
      ...{ split: ["1 3 4"], contested: [] },
    });
    expect(idle([two("1"), ...plans])).toEqual({ split: ["1 3"], contested: ["1 4"] });
  });

  it("go by what they are, not by their ids", () => {
    const cover = (id: string, title: string) => plan(id, { ...key, title });
    expect(idle([two("1"), cover("2", "C"), cover("3", "B"), cover("4", "A")])).toEqual({
      ...{ split: ["1 3"], contested: ["1 2"] },
    });
  });

  it.each([
    ["1", "2"],
    ["2", "1"],
  ])("are too many for the product that comes first, be it %s or %s", (first, second) => {
    const plans = ["3", "4", "5"].map((id) => plan(id, key));
    const products = (quantity: number) => [
      line(first, { ...key, title: "A", quantity }),
      line(second, { ...key, title: "B", quantity }),
    ];
    expect(idle([...products(1), ...plans])).toEqual({ split: [], contested: [`${first} 5`] });
    expect(idle([...products(2), ...plans])).toEqual({ split: [`${first} 5`], contested: [] });
    const byTwoLinks = [
      line(first, { title: "A", sku: "X", links: { _hakuna_ref: "b" } }),
      line(second, { ...key, title: "B" }),
      ...[plan("3", { links: { _hakuna_ref: "b" } }), plan("4", key)],
      plan("5", { links: { _hakuna_ref: "a", _hakuna_product: "X" } }),
    ];
    expect(idle(byTwoLinks)).toEqual({ split: [], contested: [`${first} 5`] });
  });

  it("are for the product that a plan of several does not reach", () => {
    const early = { seenAt: 900 };
    const [older, shared] = [line("1", { ...key, ...early }), plan("3", { ...key, quantity: 2 })];
    const newer = [two("2"), plan("4", key)];
    expect(pairs([older, { ...shared, ...early }, ...newer])).toEqual(["1-3", "2-3"]);
    expect(idle([older, { ...shared, ...early }, ...newer])).toEqual({
      ...{ split: ["2 4"], contested: [] },
    });
    const named = line("1", { quantity: 2, title: "A", links: { _hakuna_protection: "3" } });
    const lines = [named, two("2", { title: "B" }), plan("3", { ...key, quantity: 3 })];
    const another = plan("4", { links: { _hakuna_product: "2" } });
    expect(pairs([...lines, another])).toEqual(["1-3", "2-3"]);
    expect(idle([...lines, another])).toEqual({ split: ["2 4"], contested: [] });
  });
});

it("a product that names a plan which is gone is not told of as one whose plan is used up", () => {
  const names = (id: string) => line(id, { links: { _hakuna_protection: "P" } });
  const lines = [names("1"), names("2")];
  expect(pairing([...lines, plan("3", { sku: "P" })]).uncovered).toEqual(["2"]);
  expect(pairing([...lines, plan("3", { sku: "P", gone: 1 })]).uncovered).toEqual([]);
});

describe("lines of one checkout", () => {
  it("go by what they are, not by the ids that Shopify gave them", () => {
    const product = (id: string, quantity: number) => line(id, { sku: "S", quantity });
    const links = { _hakuna_product: "S" };
    const cover = (id: string, quantity: number) => plan(id, { quantity, links });
    const first = [product("1", 1), cover("2", 2), product("3", 2), cover("4", 1)];
    expect(pairs(first)).toEqual(["1-4", "3-2"]);
    const second = [product("4", 1), cover("3", 2), product("2", 2), cover("1", 1)];
    expect(pairs(second)).toEqual(["2-3", "4-1"]);
  });

  it.each<[string, Parameters<typeof plan>[1]]>([
    ["their offers", { links: { _hakuna_ref: "a", _hakuna_offer_id: "off-2" } }],
    ["their prices", { shopPrice: { amount: "12", currency: "EUR" } }],
    ["what the customer was shown", { presentmentPrice: { amount: "12", currency: "CHF" } }],
    ["a discount", { discounted: true }],
  ])("are told apart by %s", (_what, other) => {
    const alike = { links: { _hakuna_ref: "a" }, title: "Warranty" };
    const order = (a: string, b: string) => [
      ...[line("1", alike), plan(a, alike)],
      plan(b, { ...alike, ...other }),
    ];
    expect(pairs(order("2", "3"))).toEqual(["1-2"]);
    expect(pairs(order("3", "2"))).toEqual(["1-3"]);
  });

  it("are told apart by how they name a line", () => {
    const alike = { title: "Bike" };
    const order = (a: string, b: string) => [
      line(a, { ...alike, links: { _hakuna_protection: "9" } }),
      line(b, { ...alike, links: { protection_line_item_id: "9" } }),
      plan("9"),
    ];
    expect(pairs(order("1", "2"))).toEqual(["1-9"]);
    expect(pairs(order("2", "1"))).toEqual(["2-9"]);
  });

  it.each(["", "gid://shopify/LineItem/"])("are told apart by what names them by %j", (prefix) => {
    const by = (id: string) => ({
      links: { _hakuna_protection: `${id === "P" ? "" : prefix}${id}` },
    });
    const cover = (id: string) => plan(id, { title: "Warranty", sku: "P", quantity: 2 });
    // "any" goes first and may have either plan, "first" and "third" name one by its id
    const order = (a: string, b: string) => [
      line("10", { ...by(a), title: "First", quantity: 2 }),
      line("11", { ...by(a), title: "Third" }),
      line("12", { ...by("P"), title: "Any", quantity: 2 }),
      cover(a),
      cover(b),
    ];
    expect(pairs(order("1", "2"))).toEqual(["10-1", "12-2"]);
    expect(pairs(order("2", "1"))).toEqual(["10-2", "12-1"]);
  });

  it("are told apart by what was said of them, also where that is so no more", () => {
    const alike = { links: { _hakuna_ref: "a" }, title: "Warranty" };
    const lines = [line("1", alike), plan("2", alike), plan("3", alike), line("4"), plan("5")];
    const before = (planId: string) => ({ productLineId: "4", planLineId: planId });
    for (const [said, free] of [
      ["2", "3"],
      ["3", "2"],
    ] as const) {
      const found = [`1-${free}`, "4-5"];
      expect(pairs(lines, [byHand("4", said), byHand("4", "5")])).toEqual(found);
      expect(pairs(lines, [byHand("4", "5")], [before(said)])).toEqual(found);
    }
    // of a line that is not there nothing was said
    expect(pairs(lines, [byHand("99", "2"), byHand("4", "5")])).toEqual(["1-2", "4-5"]);
    const split = [line("1", alike), line("2", alike), plan("3", alike)];
    expect(pairs(split, [byHand("1", "99")])).toEqual(["1-3"]);
  });
});

describe("pairs that Hakuna had accepted under earlier rules", () => {
  const key = { links: { _hakuna_ref: "a" } };
  const lines = [line("1", key), line("2"), plan("3", key)];
  const agreed = [{ productLineId: "2", planLineId: "3" }];

  it("are stronger than every rule and weaker than a person's word", () => {
    expect(pairs(lines, [], agreed)).toEqual(["2-3"]);
    expect(pairing(lines, [], agreed).pairs[0]?.tier).toBe("agreed");
    expect(pairs(lines, [byHand("1", "3")], agreed)).toEqual(["1-3"]);
  });

  it.each([
    ["product", [line("1", key), line("2", { gone: 1 }), plan("3", key)], ["1-3"]],
    ["plan", [line("1"), line("2", key), plan("3", { gone: 1 }), plan("4", key)], ["2-4"]],
  ])("end with the %s where another pair is to be had", (_which, changed, expected) => {
    expect(pairs(changed, [], agreed)).toEqual(expected);
  });

  it("stay when all is gone", () => {
    const gone = lines.map(({ item, ...rest }) => ({
      ...rest,
      item: { ...item, currentQuantity: 0 },
    }));
    expect(
      pairs(
        [gone[1], gone[2]].flatMap((one) => one ?? []),
        [],
        agreed,
      ),
    ).toEqual(["2-3"]);
  });
});

describe("suggestions", () => {
  it("are made of a plan and a product that are left alone beside whole pairs", () => {
    const whole = [line("11", { productId: "8" }), plan("12")];
    const found = pairing(
      [...whole, line("13", { productId: "8" }), plan("14")],
      [byHand("11", "12")],
    );
    expect(found.pairs).toMatchObject([{ productLineId: "11", planLineId: "12" }]);
    expect(found.suggestions).toMatchObject([{ productLineId: "13", planLineId: "14" }]);
    const two = pairing(
      [...whole, line("13", { productId: "8" }), line("15", { productId: "8" }), plan("14")],
      [byHand("11", "12")],
    );
    expect(two.suggestions).toEqual([]);
  });

  const banana = line("1", { productId: "8" });

  it("suggests the only plan for the only shippable product, and pairs nothing", () => {
    const extras = [
      line("3", { productId: "9", giftCard: true }),
      line("4", { productId: "9", requiresShipping: false }),
      line("5", { title: "Custom line" }),
    ];
    const found = pairing([banana, plan("2"), ...extras]);
    expect(found.pairs).toEqual([]);
    expect(found.suggestions).toMatchObject([{ productLineId: "1", planLineId: "2" }]);
  });

  it.each([
    ["there are two plans", [plan("3")]],
    ["there are two shippable products", [line("3", { productId: "9" })]],
  ])("suggests nothing where %s", (_why, more) => {
    expect(pairing([banana, plan("2"), ...more]).suggestions).toEqual([]);
  });

  it.each([
    ["the product bears a key", { _hakuna_ref: "a" }, {}],
    ["the product names another plan", { protection_line_item_id: "99" }, {}],
    ["the plan bears a key", {}, { _hakuna_ref: "a" }],
    ["the plan names another product", {}, { product_reference: "99" }],
  ])("suggests nothing where %s", (_why, onProduct, onPlan) => {
    const lines = [line("1", { productId: "8", links: onProduct }), plan("2", { links: onPlan })];
    expect(pairing(lines).suggestions).toEqual([]);
  });

  it("suggests nothing where the merchant paired the plan with another line", () => {
    const custom = line("3", { title: "Custom line" });
    expect(pairing([banana, plan("2"), custom], [byHand("3", "2")]).suggestions).toEqual([]);
  });
});

describe("a name that leads nowhere", () => {
  const names = (id: string, planId: string) => line(id, { links: { _hakuna_protection: planId } });

  it("is told of each product, in the order of their ids, also where no plan was bought", () => {
    const lost = [names("12", "99"), names("4", "99")];
    expect(pairing(lost).danglingProducts).toEqual(["4", "12"]);
    const whole = [names("1", "2"), plan("2")];
    expect(pairing([...lost, ...whole])).toMatchObject({
      danglingProducts: ["4", "12"],
      pairs: [{ productLineId: "1", planLineId: "2" }],
    });
  });

  it("is not told of a product that has a plan by another link", () => {
    const product = line("1", { links: { _hakuna_protection: "99", _hakuna_ref: "a" } });
    const bought = plan("2", { links: { _hakuna_ref: "a" } });
    expect(pairing([product, bought]).danglingProducts).toEqual([]);
  });

  it("is passed over where a person said it", () => {
    const lines = [
      line("1", { links: { _hakuna_ref: "a" } }),
      plan("2", { links: { _hakuna_ref: "a" } }),
    ];
    for (const said of [byHand("1", "99"), byHand("99", "2"), byHand("98", "99")]) {
      expect(pairs(lines, [said])).toEqual(["1-2"]);
    }
  });
});
