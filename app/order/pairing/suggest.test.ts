import { expect, it } from "vitest";
import { linesOf } from "#app/order/lines.ts";
import { knownOffers, type PlanOffer } from "#app/order/mapping/covers.ts";
import { feedLine, line, map, order, plan } from "#app/order/order.fixture.ts";
import { pairLines } from "#app/order/pair.ts";

/** The plan of a variant was made for a product. */
const offerOf = (planVariantId: string, productId: string): PlanOffer => ({
  ...{ planVariantId, productId, offerId: `off-${planVariantId}`, planId: `pl-${planVariantId}` },
  ...{ productPrice: null, price: null, currency: null, country: null },
  ...{ knownFrom: 0, currentFrom: 0 },
});
const offers = knownOffers([offerOf("70", "10"), offerOf("80", "20")]);

const bike = line("1", { productId: "10" });
const helmet = line("2", { productId: "20" });
const bikePlan = plan("3", { variantId: "70" });
const helmetPlan = plan("4", { variantId: "80" });

type Lines = Parameters<typeof order>[0];
const suggested = (lines: Lines) => {
  const { pairing } = map(order(lines), { offers });
  return pairing.suggestions[0] ?? null;
};
const sent = (lines: Lines) => {
  const mapping = map(order(lines), { offers, acceptSuggestions: true });
  return mapping.pairing.pairs.map(({ productLineId, planLineId }) => [productLineId, planLineId]);
};

it("a plan is suggested for the product that it was made for, whatever else is in the order", () => {
  const pair = { productLineId: "1", planLineId: "3", replaces: false };
  expect(suggested([bike, helmet, bikePlan])).toEqual(pair);
  expect(feedLine(map(order([bike, helmet, bikePlan]), { offers }), "1").custom_properties).toEqual(
    {},
  );
  expect(suggested([bike, helmet, bikePlan, helmetPlan])).toEqual(pair);
});

it("a shop that takes suggestions pairs each plan with the product that it was made for", () => {
  expect(sent([bike, helmet, bikePlan, helmetPlan])).toEqual([
    ["1", "3"],
    ["2", "4"],
  ]);
  // the last one is clear once the other is paired
  expect(sent([bike, line("5", { productId: "30" }), bikePlan, plan("6")])).toEqual([
    ["1", "3"],
    ["5", "6"],
  ]);
});

it("a plan is never suggested for a product that it was not made for", () => {
  expect(suggested([helmet, bikePlan])).toBeNull();
  expect(sent([helmet, bikePlan])).toEqual([]);
});

it.each<[string, Lines]>([
  ["two products that the plan was made for", [bike, line("5", { productId: "10" }), bikePlan]],
  ["two plans that were made for one product", [bike, bikePlan, plan("5", { variantId: "70" })]],
  [
    "a plan that names another line",
    [bike, helmet, plan("3", { variantId: "70", links: { _hakuna_product: "99" } })],
  ],
])("nothing is suggested of %s", (_what, lines) => {
  expect(suggested(lines)).toBeNull();
});

const key = { links: { _hakuna_ref: "a" } };
const returned = line("1", { productId: "10", gone: 1, ...key });
const sold = plan("3", { variantId: "70", ...key });
const replacement = line("5", { productId: "10", seenAt: 2000 });

it("what was added by an exchange is suggested for the plan whose product is gone", () => {
  const pair = { productLineId: "5", planLineId: "3", replaces: true };
  expect(suggested([returned, sold, replacement])).toEqual(pair);
  // only a person knows whether it was exchanged
  expect(sent([returned, sold, replacement])).toEqual([["1", "3"]]);
});

it("a plan that was added later is suggested for the product whose plan is gone", () => {
  const kept = line("1", { productId: "10", ...key });
  const taken = plan("3", { variantId: "70", gone: 1, ...key });
  const better = plan("6", { variantId: "70", seenAt: 2000 });
  expect(suggested([kept, taken, better])).toEqual({
    ...{ productLineId: "1", planLineId: "6", replaces: true },
  });
});

it.each<[string, Lines]>([
  ["was in the order from the start", [returned, sold, line("5", { productId: "10" })]],
  ["is gone as well", [returned, sold, line("5", { productId: "10", seenAt: 2000, gone: 1 })]],
  [
    "is another product than the plan's",
    [returned, sold, line("5", { productId: "30", seenAt: 2000 })],
  ],
  ["is one of two", [returned, sold, replacement, line("6", { productId: "10", seenAt: 2000 })]],
  ["has a product that is there", [line("1", { productId: "10", ...key }), sold, replacement]],
])("nothing replaces what is gone where the line %s", (_what, lines) => {
  expect(suggested(lines)).toBeNull();
});

it("of two lines of one product the one is suggested whose price the plan was made for", () => {
  const offer = { ...offerOf("70", "10"), currency: "eur", productPrice: 1000, price: 120 };
  const dearer = { ...offerOf("71", "10"), currency: "eur", productPrice: 9000, price: 900 };
  const lines = [
    bike,
    line("2", { productId: "10", shopPrice: { amount: "90", currency: "EUR" } }),
    bikePlan,
  ];
  const { pairing } = map(order(lines), { offers: knownOffers([offer, dearer]) });
  expect(pairing.suggestions).toMatchObject([{ productLineId: "1", planLineId: "3" }]);
});

it("nothing replaces what only a part is gone of, or what went with its partner", () => {
  const two = plan("3", { variantId: "70", quantity: 2, ...key });
  const left = line("2", { productId: "10", ...key });
  expect(suggested([returned, left, two, replacement])).toBeNull();
  const alsoGone = plan("3", { variantId: "70", gone: 1, ...key });
  expect(suggested([returned, alsoGone, replacement])).toBeNull();
  const linked = line("5", { productId: "10", seenAt: 2000, links: { _hakuna_ref: "b" } });
  expect(suggested([returned, sold, linked])).toBeNull();
});

it("does not depend on the order of the lines", () => {
  const state = order([bike, helmet, bikePlan, helmetPlan]);
  if (state.head === null) throw new Error("no head");
  const lines = linesOf(state, state.head);
  const known = { manual: [], offers };
  expect(pairLines(lines.toReversed(), known)).toEqual(pairLines(lines, known));
});
