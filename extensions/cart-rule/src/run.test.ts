import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  buildClientSchema,
  coerceInputValue,
  executeSync,
  getNamedType,
  isObjectType,
  parse,
  stripIgnoredCharacters,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { describe, expect, it } from "vitest";
import type { InputLine, RunInput } from "./input.ts";
import { run } from "./run.ts";

const query = readFileSync(join(import.meta.dirname, "run.graphql"), "utf8");
const file = "functions_cart_checkout_validation_2026-10.json.gz";
const schema = buildClientSchema(
  JSON.parse(
    gunzipSync(
      readFileSync(join(import.meta.dirname, "../../../test/fixtures/shopify-schemas", file)),
    ).toString(),
  ).data,
);

type Variant = Extract<InputLine["merchandise"], { __typename: "ProductVariant" }>;

/** A product, variant and product of the same number as the line. */
function product(number: number, quantity: number, more: Partial<InputLine> = {}): InputLine {
  return {
    id: `gid://shopify/CartLine/${number}`,
    quantity,
    merchandise: {
      __typename: "ProductVariant",
      id: `gid://shopify/ProductVariant/${number}`,
      sku: `SKU-${number}`,
      product: {
        ...{ id: `gid://shopify/Product/${number}`, title: `Product ${number}` },
        handle: `product-${number}`,
      },
    },
    ...more,
  };
}

function plan(
  number: number,
  quantity: number,
  more: Partial<InputLine> = {},
  variant: Partial<Variant> = {},
): InputLine {
  const { merchandise, ...line } = product(number, quantity);
  return {
    ...line,
    merchandise: { ...(merchandise as Variant), planId: { value: "pl-1" }, ...variant },
    ...more,
  };
}

const value = (text: string) => ({ value: text });

/** What a product of that number offers, as a part of its variant. */
const offering = (number: number, ...plans: number[]) => ({
  product: {
    ...(product(number, 1).merchandise as Variant).product,
    plans: value(JSON.stringify(plans.map((plan) => `gid://shopify/ProductVariant/${plan}`))),
  },
});
const offers = (number: number, quantity: number, ...plans: number[]): InputLine => {
  const line = product(number, quantity);
  return {
    ...line,
    merchandise: { ...(line.merchandise as Variant), ...offering(number, ...plans) },
  };
};
/** A plan that the app made for the product of that number. */
const madeFor = (number: number): Partial<Variant> => ({
  product: {
    ...{ id: "gid://shopify/Product/900", title: "Product 900" },
    handle: `hakuna-protection-${number}-fr`,
  },
});

function input(lines: InputLine[], more: Partial<RunInput> = {}): RunInput {
  return {
    buyerJourney: { step: "CHECKOUT_INTERACTION" },
    localization: { country: { isoCode: "DE" }, language: { isoCode: "EN" } },
    ...more,
    cart: { deliveryGroups: [], ...more.cart, lines },
  };
}

const errorsOf = (lines: InputLine[], more: Partial<RunInput> = {}) =>
  run(input(lines, more)).operations.flatMap(({ validationAdd }) => validationAdd.errors);

const pair = [product(1, 2, { ref: value("a") }), plan(2, 2, { ref: value("a") })];

describe("passes", () => {
  it.each<[string, InputLine[]]>([
    ["a pair by key", pair],
    ["a cart without plans", [product(1, 3)]],
    [
      "fewer plans than products",
      [product(1, 3, { ref: value("a") }), plan(2, 1, { ref: value("a") })],
    ],
    [
      "a plan that names its product's variant",
      [product(1, 1), plan(2, 1, { namesProduct: value("1") })],
    ],
    [
      "a plan that names its product's SKU",
      [product(1, 1), plan(2, 1, { namesProductOpenly: value("SKU-1") })],
    ],
    [
      "a plan that names its product by global id",
      [product(1, 1), plan(2, 1, { namesProductToo: value("gid://shopify/Product/1") })],
    ],
    ["a product that names its plan", [product(1, 1, { namesPlan: value("2") }), plan(2, 1)]],
    [
      "a child of its product",
      [
        product(1, 1),
        plan(2, 1, { parentRelationship: { parent: { id: "gid://shopify/CartLine/1" } } }),
      ],
    ],
    [
      "a child of its product, whose key no line has",
      [
        product(1, 1),
        plan(2, 1, {
          ref: value("gone"),
          parentRelationship: { parent: { id: "gid://shopify/CartLine/1" } },
        }),
      ],
    ],
    [
      "two plans of one unit for two units of a product",
      [
        product(1, 2),
        plan(2, 1, { namesProduct: value("1") }),
        plan(3, 1, { namesProduct: value("1") }),
      ],
    ],
    [
      "a plan that names its variant with zeros before",
      [product(1, 1), plan(2, 1, { namesProduct: value("001") })],
    ],
    [
      "a plan that names its product by a global id with more behind it",
      [product(1, 1), plan(2, 1, { namesProductToo: value("gid://shopify/Product/1/?a=b") })],
    ],
    [
      "a plan with a key beside a product that offers it, which may bear the key in another spelling",
      [offers(1, 1, 2), plan(2, 1, { ref: value("a") })],
    ],
    [
      "a plan of the app's own with a key beside the product that it was made for",
      [product(1, 2), plan(2, 2, { ref: value("a") }, madeFor(1))],
    ],
    [
      "more plans than units with the key, where another line of the product may bear it",
      [
        product(1, 1, { ref: value("a") }),
        product(1, 1),
        plan(2, 2, { ref: value("a") }, madeFor(1)),
      ],
    ],
    ["a plan without a link beside a product, which a shop may pair", [product(1, 1), plan(2, 1)]],
    ["more plans than products without links", [product(1, 1), plan(2, 3)]],
    ["a plan that the app did not make", [plan(2, 1, {}, { planId: null })]],
    ["a custom line", [{ ...product(1, 1), merchandise: { __typename: "CustomProduct" } }]],
  ])("%s", (_name, lines) => {
    expect(run(input(lines))).toEqual({ operations: [] });
  });

  it.each(["CART_INTERACTION", null, undefined] as const)("everything at step %s", (step) => {
    expect(errorsOf([plan(2, 1)], { buyerJourney: { step } })).toEqual([]);
  });
});

describe("refuses", () => {
  it.each(["CHECKOUT_INTERACTION", "CHECKOUT_COMPLETION"] as const)(
    "a plan without its product at %s",
    (step) => {
      const lines = [product(1, 1), plan(2, 1, { ref: value("a") })];
      expect(errorsOf(lines, { buyerJourney: { step } })).toEqual([
        {
          message:
            "“Product 2” protects nothing in your cart. Remove it, or add its product again.",
          target: "$.cart",
        },
      ]);
    },
  );

  it("a plan without a link where there is no product at all", () => {
    expect(errorsOf([plan(1, 1), plan(2, 1)])).toHaveLength(2);
  });

  it.each<[string, Partial<InputLine>]>([
    ["key", { ref: value("gone") }],
    ["name", { namesProduct: value("9") }],
    ["second name", { namesProductToo: value("9") }],
    ["open name", { namesProductOpenly: value("SKU-9") }],
  ])("a plan whose %s leads to none of the cart's products", (_name, link) => {
    expect(errorsOf([product(1, 1), plan(2, 1, link)])).toHaveLength(1);
  });

  it.each<[string, InputLine[]]>([
    [
      "a plan beside a product for which it was not made",
      [product(1, 1), plan(2, 1, { ref: value("a") }, madeFor(3))],
    ],
    [
      "a plan beside a product that does not offer it",
      [offers(1, 1, 3), plan(2, 1, { ref: value("a") })],
    ],
    [
      "a plan beside its product, which bears another key",
      [product(1, 1, { ref: value("b") }), plan(2, 1, { ref: value("a") }, madeFor(1))],
    ],
    [
      "more plans than units of its product",
      [product(1, 1), plan(2, 2, { ref: value("a") }, madeFor(1))],
    ],
  ])("%s", (_name, lines) => {
    expect(errorsOf(lines)).toHaveLength(1);
  });

  it("two units of a plan for one of two products, which share a key that the plan does not have", () => {
    const lines = [
      product(1, 1, { ref: value("a") }),
      product(2, 1, { ref: value("a") }),
      plan(3, 2, { namesProduct: value("1") }),
    ];
    expect(errorsOf(lines)).toHaveLength(1);
  });

  it("a plan that shares a key with another plan alone", () => {
    const lines = [
      product(1, 2),
      plan(2, 1, { ref: value("a"), namesProduct: value("1") }),
      plan(3, 1, { ref: value("a") }),
    ];
    expect(errorsOf(lines)).toEqual([
      expect.objectContaining({ message: expect.stringContaining("“Product 3” protects nothing") }),
    ]);
  });

  it("more plans than product units", () => {
    const lines = [product(1, 1, { ref: value("a") }), plan(2, 2, { ref: value("a") })];
    expect(errorsOf(lines)).toHaveLength(1);
    expect(errorsOf(lines)[0]?.message).toContain("more units of “Product 2”");
  });

  it("more plans than units of the product under which they stand", () => {
    const parent = { parent: { id: "gid://shopify/CartLine/1" } };
    const errors = errorsOf([product(1, 1), plan(2, 2, { parentRelationship: parent })]);
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining("more units of “Product 2”"),
    ]);
  });

  it("a plan whose product is itself a plan", () => {
    const lines = [
      plan(1, 1, { namesProduct: value("2") }),
      plan(2, 1, { namesProduct: value("1") }),
    ];
    expect(errorsOf(lines)).toHaveLength(2);
  });

  it("speaks the buyer's language, English where it has no other", () => {
    const spoken = (isoCode: string) =>
      errorsOf([plan(2, 1)], {
        localization: { country: { isoCode: "DE" }, language: { isoCode } },
      })[0]?.message;
    expect(spoken("DE")).toContain("schützt nichts");
    expect(spoken("FR")).toContain("ne protège rien");
    expect(spoken("NL")).toContain("beschermt niets");
    expect(spoken("PT_BR")).toContain("protects nothing");
  });
});

describe("the country", () => {
  const german = [
    product(1, 1, { ref: value("a") }),
    plan(2, 1, { ref: value("a") }, { planCountry: value("de") }),
  ];
  const at = (
    billing: string | null,
    delivery: string | null,
    localized: string,
  ): Partial<RunInput> => ({
    localization: { country: { isoCode: localized }, language: { isoCode: "EN" } },
    cart: {
      lines: [],
      billingAddress: billing === null ? null : { countryCode: billing },
      deliveryGroups: [{ deliveryAddress: delivery === null ? null : { countryCode: delivery } }],
    },
  });

  it.each<[string | null, string | null, string, number]>([
    ["DE", "FR", "FR", 0],
    ["FR", "DE", "DE", 1],
    [null, "DE", "FR", 0],
    [null, "FR", "DE", 1],
    [null, null, "DE", 0],
    [null, null, "FR", 1],
  ])("billing %s, delivery %s, localization %s", (billing, delivery, localized, refused) => {
    expect(errorsOf(german, at(billing, delivery, localized))).toHaveLength(refused);
  });

  it("does not matter for a plan that says none", () => {
    expect(errorsOf(pair, at("FR", "FR", "FR"))).toEqual([]);
  });
});

describe("held against Shopify's schema", () => {
  const document = parse(query);

  it("the query is valid, 3,000 bytes long at most, and costs 30 at most", () => {
    expect(validate(schema, document)).toEqual([]);
    expect(Buffer.byteLength(stripIgnoredCharacters(query))).toBeLessThanOrEqual(3000);
    // https://shopify.dev/docs/api/functions/latest#input-query-limits
    let cost = 0;
    const types = new TypeInfo(schema);
    visit(
      document,
      visitWithTypeInfo(types, {
        Field(node) {
          const returns = getNamedType(types.getType() ?? undefined);
          if (returns?.name === "Metafield") cost += 3;
          const isOfMetafield = types.getParentType()?.name === "Metafield";
          if (!node.selectionSet && !isOfMetafield && node.name.value !== "__typename") cost += 1;
        },
      }),
    );
    expect(cost).toBeLessThanOrEqual(30);
  });

  it("the query gives all of the input, and nothing else", () => {
    const everything: RunInput = input(
      [
        {
          ...plan(2, 1),
          ref: value("a"),
          namesPlan: value("b"),
          namesPlanToo: value("c"),
          namesPlanOpenly: value("d"),
          namesProduct: value("e"),
          namesProductToo: value("f"),
          namesProductOpenly: value("g"),
          merchandise: {
            ...(plan(2, 1, {}, { planCountry: value("de") }).merchandise as Variant),
            product: { ...offering(2).product, plans: value("[]") },
          },
          parentRelationship: { parent: { id: "gid://shopify/CartLine/1" } },
        },
      ],
      {
        cart: {
          lines: [],
          billingAddress: { countryCode: "DE" },
          deliveryGroups: [{ deliveryAddress: { countryCode: "DE" } }],
        },
      },
    );
    const answer = executeSync({
      schema,
      document,
      rootValue: everything,
      // each alias is a field of the input
      fieldResolver: (source, _args, _context, { path }) => source[path.key],
      typeResolver: (source) => source.__typename,
    });
    expect(answer.errors).toBeUndefined();
    expect(JSON.parse(JSON.stringify(answer.data))).toEqual(everything);
  });

  it("the answer is what the function may answer", () => {
    const result = schema.getType("CartValidationsGenerateRunResult");
    if (!result || isObjectType(result)) throw new Error("not an input type");
    const refused = run(input([plan(2, 1)]));
    expect(refused.operations).toHaveLength(1);
    for (const answer of [refused, run(input(pair))]) {
      expect(coerceInputValue(answer, result as never)).toEqual(answer);
    }
  });
});
