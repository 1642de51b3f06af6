import fc from "fast-check";
import { expect, it } from "vitest";
import { type MappingContext, mapOrder } from "#app/order/map.ts";
import { knownOffers, type PlanOffer } from "#app/order/mapping/covers.ts";
import { address, line, order, plainContext, plan } from "#app/order/order.fixture.ts";
import type { InputLine, RunInput } from "./input.ts";
import { run } from "./run.ts";

const key = fc.constantFrom("a", "b");
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

/** A line of a cart; a reference is the place of another line and the way in which it names it. */
const drawnLine = fc.record({
  isPlan: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 3 }),
  ref: maybe(key),
  reference: maybe(
    fc.record({
      to: fc.integer({ min: 0, max: 5 }),
      by: fc.constantFrom("variant", "gid", "long", "zeros", "sku", "product"),
      name: fc.constantFrom(0, 1, 2),
    }),
  ),
  country: maybe(fc.constantFrom("de", "fr")),
  // whoever writes a line writes its names one way; a function can ask for names as they are written
  spelling: fc.constantFrom("plain", "plain", "upper", "spaced"),
  // of a plan: the place of the line that the app made it for; null: linked by hand
  madeFor: maybe(fc.integer({ min: 0, max: 5 })),
});
const cart = fc.record({
  lines: fc.array(drawnLine, { minLength: 1, maxLength: 6 }),
  country: fc.constantFrom("DE", "FR"),
  acceptSuggestions: fc.boolean(),
});

type Cart = typeof cart extends fc.Arbitrary<infer T> ? T : never;
type DrawnLine = Cart["lines"][number];

const names = {
  plan: ["_hakuna_product", "_product_reference", "product_reference"],
  product: ["_hakuna_protection", "_protection_line_item_id", "protection_line_item_id"],
} as const;
const fields = {
  plan: ["namesProduct", "namesProductToo", "namesProductOpenly"],
  product: ["namesPlan", "namesPlanToo", "namesPlanOpenly"],
} as const;

/** Line n has variant 10n, product 100n and a SKU of its own. */
function told({ to, by }: { to: number; by: string }): string {
  if (by === "sku") return `SKU-${to}`;
  if (by === "product") return String(100 + to);
  if (by === "zeros") return `00${10 + to}`;
  if (by === "long") return `gid://shopify/ProductVariant/0${10 + to}/?a=b`;
  return by === "gid" ? `gid://shopify/ProductVariant/${10 + to}` : String(10 + to);
}

function spelled(name: string, spelling: DrawnLine["spelling"]): string {
  if (spelling === "upper") return name.toUpperCase();
  return spelling === "spaced" ? `${name} ` : name;
}

function inputOf({ lines, country }: Cart): RunInput {
  // whatever was linked by hand is offered by every product
  const byHand = lines.flatMap(({ isPlan, madeFor }, index) =>
    isPlan && madeFor === null ? `gid://shopify/ProductVariant/${10 + index}` : [],
  );
  return {
    buyerJourney: { step: "CHECKOUT_COMPLETION" },
    localization: { country: { isoCode: "DE" }, language: { isoCode: "EN" } },
    cart: {
      billingAddress: { countryCode: country },
      deliveryGroups: [],
      lines: lines.map((drawn, index): InputLine => {
        const { isPlan, quantity, ref, reference, country: sold, spelling, madeFor } = drawn;
        const field = fields[isPlan ? "plan" : "product"][reference?.name ?? 0];
        const isRead = spelling === "plain";
        return {
          id: `gid://shopify/CartLine/${index}`,
          quantity,
          ref: ref === null || !isRead ? null : { value: ref },
          ...(isRead && reference && field && { [field]: { value: told(reference) } }),
          merchandise: {
            __typename: "ProductVariant",
            id: `gid://shopify/ProductVariant/${10 + index}`,
            sku: `SKU-${index}`,
            product: {
              ...{ id: `gid://shopify/Product/${100 + index}`, title: `Line ${index}` },
              handle: isPlan && madeFor !== null ? `hakuna-protection-${100 + madeFor}` : "line",
              plans: isPlan ? null : { value: JSON.stringify(byHand) },
            },
            planId: isPlan ? { value: "pl-1" } : null,
            planCountry: isPlan && sold ? { value: sold } : null,
          },
        };
      }),
    },
  };
}

/** The order that such a cart becomes, and the offers of its plans. */
function orderOf({ lines, country, acceptSuggestions }: Cart) {
  const offers = lines.flatMap(({ isPlan, country: sold, madeFor }, index): PlanOffer[] =>
    isPlan
      ? [
          {
            ...{ planVariantId: String(10 + index), offerId: "off-1", planId: "pl-1" },
            productId: madeFor === null ? null : String(100 + madeFor),
            ...{ productPrice: null, price: null, currency: null },
            ...{ country: sold, knownFrom: 0, currentFrom: 0 },
          },
        ]
      : [],
  );
  const made = lines.map(({ isPlan, quantity, ref, reference, spelling }, index) => {
    const name = names[isPlan ? "plan" : "product"][reference?.name ?? 0] ?? "";
    const links = {
      ...(ref === null ? {} : { [spelled("_hakuna_ref", spelling)]: ref }),
      ...(reference ? { [spelled(name, spelling)]: told(reference) } : {}),
    };
    const ids = { variantId: String(10 + index), productId: String(100 + index) };
    const more = { ...ids, sku: `SKU-${index}`, quantity, links };
    return (isPlan ? plan : line)(String(5000 + index), more);
  });
  const context: MappingContext = {
    ...plainContext,
    ...{ offers: knownOffers(offers), acceptSuggestions },
  };
  return mapOrder(order(made, { head: { billingAddress: address(country) } }), context);
}

const faults = [
  ...["plan_without_product", "more_plans_than_products", "several_plans_for_product"],
  ...["country_differs", "plan_for_other_product"],
  // only one of the lines is held against its offer then
  "plans_split",
];

it("refuses no cart whose order the mapping would find no fault with", () => {
  let refused = 0;
  fc.assert(
    fc.property(cart, (drawn) => {
      if (run(inputOf(drawn)).operations.length === 0) return;
      refused += 1;
      const codes = orderOf(drawn).findings.map(({ code }) => code);
      expect(codes.filter((code) => faults.includes(code))).not.toEqual([]);
    }),
    { numRuns: 3000 },
  );
  expect(refused).toBeGreaterThan(100);
});
