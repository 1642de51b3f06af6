import { describe, expect, it } from "vitest";
import { linesOf } from "#app/order/lines.ts";
import { line, order, plan, type TestLine } from "#app/order/order.fixture.ts";
import { type CoverIds, coverOf, knownOffers, type PlanOffer, type SoldPlan } from "./covers.ts";

const offer = (more: Partial<PlanOffer> = {}): PlanOffer => ({
  planVariantId: "70",
  offerId: "off-1",
  planId: "pl-1",
  productId: "10",
  productPrice: 10_000,
  price: 1200,
  currency: "eur",
  country: "de",
  knownFrom: 100,
  currentFrom: 100,
  ...more,
});

const bike = (more: Parameters<typeof line>[1] = {}) =>
  line("1", {
    productId: "10",
    variantId: "11",
    shopPrice: { amount: "100.00", currency: "EUR" },
    ...more,
  });
const protection = (more: Parameters<typeof line>[1] = {}) =>
  plan("2", { variantId: "70", shopPrice: { amount: "12.00", currency: "EUR" }, ...more });

const none: CoverIds = { offerId: null, planId: null };
const first: CoverIds = { offerId: "off-1", planId: "pl-1" };

function cover({
  plan: planLine = protection(),
  product = bike(),
  offers = [offer()],
  ...more
}: Partial<Omit<SoldPlan, "plan" | "products" | "offers">> & {
  plan?: TestLine;
  product?: TestLine;
  offers?: PlanOffer[];
} = {}) {
  const state = order([product, planLine]);
  if (!state.head) throw new Error("no head");
  const lines = linesOf(state, state.head);
  const [products, plans] = [lines.slice(0, 1), lines.slice(1)];
  if (!plans[0]) throw new Error("no plan");
  const { ids, decided, findings } = coverOf({
    plan: plans[0],
    products,
    said: first,
    isEntered: false,
    decided: null,
    offers: knownOffers(offers),
    soldAt: 500,
    country: "de",
    ...more,
  });
  return {
    ids,
    decided,
    found: findings.map(({ code, lines }) => [code, lines.map(({ id }) => id)]),
  };
}

it("says nothing of a plan that was sold as it was offered", () => {
  expect(cover()).toEqual({ ids: first, decided: null, found: [] });
});

describe("ids", () => {
  it("of another plan give way to those that the variant had when the order was placed", () => {
    const said = { offerId: "off-9", planId: "pl-9" };
    const offers = [
      offer(),
      offer({ offerId: "off-2", planId: "pl-2", knownFrom: 400, currentFrom: 400 }),
    ];
    const renewed = [
      ...offers,
      offer({ offerId: "off-3", planId: "pl-3", knownFrom: 600, currentFrom: 600 }),
    ];
    expect(cover({ said, offers: renewed })).toEqual({
      ids: { offerId: "off-2", planId: "pl-2" },
      decided: { offerId: "off-2", planId: "pl-2" },
      found: [["plan_ids_differ", ["2"]]],
    });
  });

  it("that were decided once stay, whatever is renewed since", () => {
    const said = { offerId: "off-9", planId: "pl-9" };
    const offers = [
      offer(),
      offer({ offerId: "off-2", planId: "pl-2", knownFrom: 400, currentFrom: 400 }),
    ];
    expect(cover({ said, decided: first, offers }).ids).toEqual(first);
  });

  it.each([0, 200, 800])("of an earlier offer of the variant are right (renewed at %i)", (at) => {
    const renewed = offer({ offerId: "off-2", planId: "pl-2", knownFrom: at, currentFrom: at });
    expect(cover({ offers: [offer({ knownFrom: 0, currentFrom: 0 }), renewed] })).toMatchObject({
      ids: first,
      found: [],
    });
  });

  it("that only mix those of two offers are none of the variant's", () => {
    const offers = [
      offer(),
      offer({ offerId: "off-2", planId: "pl-2", knownFrom: 200, currentFrom: 200 }),
    ];
    const said = { offerId: "off-1", planId: "pl-2" };
    expect(cover({ said, offers }).found).toEqual([["plan_ids_differ", ["2"]]]);
  });

  it("that a person entered go before everything", () => {
    const entered = { offerId: "off-9", planId: "pl-9" };
    expect(cover({ said: entered, isEntered: true })).toEqual({
      ids: entered,
      decided: null,
      found: [],
    });
  });

  it("of which one is missing are those of the offer that the other is of", () => {
    const later = offer({ offerId: "off-2", planId: "pl-2", knownFrom: 200, currentFrom: 200 });
    const said = { offerId: "off-1", planId: null };
    expect(cover({ said, offers: [offer(), later] })).toEqual({
      ids: first,
      decided: first,
      found: [],
    });
  });

  it("are never those of an offer that Shopify has not taken, nor of one that was taken back", () => {
    const refused = offer({ offerId: "off-x", planId: "pl-x", knownFrom: 300, currentFrom: null });
    expect(cover({ said: none, offers: [offer(), refused] }).ids).toEqual(first);
    expect(cover({ said: none, offers: [refused] }).ids).toEqual(none);
    // a typo, and the offer of before again
    const typo = offer({ offerId: "off-t", planId: "pl-t", knownFrom: 200, currentFrom: 200 });
    const again = offer({ knownFrom: 100, currentFrom: 300 });
    expect(cover({ said: none, offers: [again, typo] }).ids).toEqual(first);
    expect(cover({ said: none, offers: [again, typo], soldAt: 150 }).ids).toEqual(first);
    expect(
      cover({ said: { offerId: "off-t", planId: "pl-t" }, offers: [again, typo] }).found,
    ).toEqual([]);
  });

  it("that are missing are those of the variant", () => {
    expect(cover({ said: none })).toEqual({ ids: first, decided: first, found: [] });
  });

  it("are known by either of them alone, and by both of one offer only", () => {
    const later = offer({ offerId: "off-2", planId: "pl-2", knownFrom: 200, currentFrom: 200 });
    const offers = [offer(), later];
    expect(cover({ said: { offerId: null, planId: "pl-1" }, offers })).toEqual({
      ...{ ids: first, decided: first, found: [] },
    });
    const odd = { offerId: null, planId: "pl-9" };
    expect(cover({ said: odd, offers }).ids).toEqual({ offerId: "off-2", planId: "pl-2" });
    expect(cover({ said: odd, offers }).found).toEqual([["plan_ids_differ", ["2"]]]);
    const sameName = [offer({ ...later, planId: "pl-1" }), offer()];
    expect(cover({ said: { offerId: null, planId: "pl-1" }, offers: sameName }).ids).toEqual({
      ...{ offerId: "off-2", planId: "pl-1" },
    });
  });

  it("that were decided once and are no offer's any more are those of the time of the order", () => {
    const decided = { offerId: "off-7", planId: "pl-7" };
    expect(cover({ said: none, decided }).ids).toEqual(first);
  });

  it("of an offer that is known only since the order are held against that offer", () => {
    const cheap = protection({ shopPrice: { amount: "11.00", currency: "EUR" } });
    expect(cover({ plan: cheap, soldAt: 50 })).toMatchObject({
      ...{ ids: first, decided: null, found: [["plan_price_differs", ["2"]]] },
    });
  });

  it("that were borne twice count by the time at which the variant bore them last", () => {
    const ids = { offerId: "off-2", planId: "pl-2" };
    const offers = [
      offer({ knownFrom: 100, currentFrom: 400 }),
      offer({ ...ids, knownFrom: 200, currentFrom: 200 }),
    ];
    const at = (soldAt: number) => cover({ said: none, offers, soldAt }).ids;
    expect([at(200), at(399), at(400)]).toEqual([ids, ids, first]);
    expect(at(199)).toEqual(first);
    expect(cover({ said: none, offers, soldAt: 99 }).ids).toEqual(none);
  });

  it("of an order from before anything is known of the variant are taken as they are", () => {
    const said = { offerId: "off-0", planId: "pl-0" };
    expect(cover({ said, soldAt: 50 })).toEqual({ ids: said, decided: null, found: [] });
  });
});

it("tells a sticker that bears a plan's ids from a plan", () => {
  const sticker = protection({ vendor: "Stickers", variantId: "99" });
  expect(cover({ plan: sticker })).toEqual({
    ids: first,
    decided: null,
    found: [["plan_not_hakuna", ["2"]]],
  });
});

it.each([
  [" HAKUNA ", []],
  ["Hakuna GmbH", [["plan_not_hakuna", ["2"]]]],
  [null, [["plan_not_hakuna", ["2"]]]],
])("a plan without an offer whose vendor is %j is told of so: %j", (vendor, found) => {
  expect(cover({ plan: protection({ vendor }), offers: [] }).found).toEqual(found);
  expect(cover({ plan: protection({ vendor, variantId: null }) }).found).toEqual(found);
});

it("says nothing of a plan of Hakuna's that was linked by hand without an offer", () => {
  expect(cover({ offers: [] }).found).toEqual([]);
  const byHand = offer({
    ...{ productId: null, productPrice: null, price: null, currency: null, country: null },
  });
  expect(cover({ offers: [byHand], country: "fr" }).found).toEqual([]);
});

describe("the product", () => {
  it("is not the offer's where the key was copied to a dearer one", () => {
    const dear = bike({ productId: "20", shopPrice: { amount: "900.00", currency: "EUR" } });
    expect(cover({ product: dear }).found).toEqual([["plan_for_other_product", ["1", "2"]]]);
  });

  it("is not the offer's where the plan is that of its cheaper variant", () => {
    const dear = bike({ variantId: "12", shopPrice: { amount: "200.00", currency: "EUR" } });
    const dearer = offer({ planVariantId: "71", offerId: "off-2", productPrice: 20_000 });
    expect(cover({ product: dear, offers: [offer(), dearer] }).found).toEqual([
      ["plan_for_other_product", ["1", "2"]],
    ]);
  });

  it("is the offer's where it costs elsewhere what it was sold for: the plan is of the wrong country", () => {
    const sold = bike({ shopPrice: { amount: "110.00", currency: "EUR" } });
    const french = offer({
      ...{ planVariantId: "80", offerId: "off-f", planId: "pl-f" },
      ...{ country: "fr", productPrice: 11_000 },
    });
    expect(cover({ product: sold, offers: [offer(), french] }).found).toEqual([]);
    expect(cover({ product: sold, offers: [offer(), french], country: "fr" }).found).toEqual([
      ["country_differs", ["2"]],
    ]);
    const swiss = { ...french, country: "ch", currency: "chf" };
    expect(cover({ product: sold, offers: [offer(), swiss] }).found).toEqual([]);
    const inFrancs = { ...french, country: "de", currency: "chf" };
    expect(cover({ product: sold, offers: [offer(), inFrancs] }).found).toEqual([]);
  });

  it("may have got another price since", () => {
    const cheaper = bike({ shopPrice: { amount: "95.00", currency: "EUR" } });
    expect(cover({ product: cheaper }).found).toEqual([]);
    const renewed = offer({ offerId: "off-2", planId: "pl-2", productPrice: 9_500 });
    expect(cover({ product: cheaper, offers: [offer(), renewed] }).found).toEqual([]);
    const dearer = offer({ planVariantId: "71", offerId: "off-2", productPrice: 20_000 });
    expect(cover({ product: cheaper, offers: [offer(), dearer] }).found).toEqual([]);
  });

  it("is the offer's where its price is, though another variant's costs the same", () => {
    const alike = offer({ planVariantId: "71", offerId: "off-2" });
    expect(cover({ offers: [offer(), alike] }).found).toEqual([]);
  });

  it("of an offer without a price is known by itself alone", () => {
    const dear = bike({ shopPrice: { amount: "200.00", currency: "EUR" } });
    const dearer = offer({ planVariantId: "71", offerId: "off-2", productPrice: 20_000 });
    const offers = [offer({ productPrice: null }), dearer];
    expect(cover({ product: dear, offers }).found).toEqual([]);
    expect(cover({ product: bike({ productId: "20" }), offers }).found).toHaveLength(1);
  });

  it("whose price is in no money of the offer is known by itself alone", () => {
    const offers = [
      offer({ currency: "chf", price: null }),
      offer({ currency: "chf", planVariantId: "71", offerId: "off-2", productPrice: null }),
    ];
    expect(cover({ offers }).found).toEqual([]);
  });

  it("that was deleted is not known", () => {
    expect(cover({ product: bike({ productId: null }) }).found).toEqual([]);
  });
});

describe("the price", () => {
  const presented = (shop: string, amount: string, currency: string) =>
    protection({
      shopPrice: { amount: shop, currency: "EUR" },
      presentmentPrice: { amount, currency },
    });

  it("differs by a cent", () => {
    const cheap = protection({ shopPrice: { amount: "11.99", currency: "EUR" } });
    expect(cover({ plan: cheap }).found).toEqual([["plan_price_differs", ["2"]]]);
    expect(cover({ plan: presented("11.99", "11.99", "EUR") }).found).toHaveLength(1);
  });

  it("may be off by what the conversion rounds", () => {
    // 12.00 EUR are 11.43 CHF, which Shopify rounds up to 12.00 CHF: 12.60 EUR
    expect(cover({ plan: presented("12.60", "12.00", "CHF") }).found).toEqual([]);
    expect(cover({ plan: presented("6.00", "5.71", "CHF") }).found).toEqual([
      ["plan_price_differs", ["2"]],
    ]);
  });

  it("may be off by one step of that, up and down, and by no more", () => {
    // a franc is worth 1.05 EUR
    const found = (shop: string) => cover({ plan: presented(shop, "12.00", "CHF") }).found;
    expect(found("10.91")).toHaveLength(1);
    expect(found("11.10")).toEqual([]);
    expect(found("13.10")).toEqual([]);
    expect(found("13.11")).toHaveLength(1);
  });

  it("differs where a plan was given away", () => {
    expect(cover({ plan: presented("0", "0", "CHF") }).found).toHaveLength(1);
    const free = protection({ shopPrice: { amount: "0", currency: "EUR" } });
    expect(cover({ plan: free }).found).toHaveLength(1);
  });

  it("of more decimals than its currency has, or of an offer without one, is not compared", () => {
    const odd = protection({ shopPrice: { amount: "11.005", currency: "EUR" } });
    expect(cover({ plan: odd }).found).toEqual([]);
    const cheap = protection({ shopPrice: { amount: "11.00", currency: "EUR" } });
    expect(cover({ plan: cheap, offers: [offer({ price: null })] }).found).toEqual([]);
  });

  it("of a currency without decimals is rounded to hundreds", () => {
    expect(cover({ plan: presented("12.31", "2000", "JPY") }).found).toEqual([]);
    expect(cover({ plan: presented("9.00", "1462", "JPY") }).found).toHaveLength(1);
  });

  it("of an offer in a currency that the order does not name cannot be compared", () => {
    expect(cover({ offers: [offer({ currency: "chf" })] }).found).toEqual([]);
  });

  describe("of an offer in the buyer's currency, which is not the shop's", () => {
    const swiss = { currency: "chf", country: "ch" };
    const offers = [
      offer(swiss),
      offer({ ...swiss, planVariantId: "71", offerId: "off-2", productPrice: 20_000 }),
    ];
    const sold = (plan: string, product: string) =>
      cover({
        ...{ offers, country: "ch", plan: presented("11.43", plan, "CHF") },
        product: bike({
          shopPrice: { amount: "95.24", currency: "EUR" },
          presentmentPrice: { amount: product, currency: "CHF" },
        }),
      }).found;

    it("is compared as the buyer paid it, to the cent", () => {
      expect(sold("12.00", "100.00")).toEqual([]);
      expect(sold("11.99", "100.00")).toEqual([["plan_price_differs", ["2"]]]);
    });

    it("tells the plan of a cheaper variant, too", () => {
      expect(sold("12.00", "200.00")).toEqual([["plan_for_other_product", ["1", "2"]]]);
    });
  });
});

it("is told where the customer lives in another country than the offer's", () => {
  expect(cover({ country: "fr" }).found).toEqual([["country_differs", ["2"]]]);
  expect(cover({ country: null }).found).toEqual([]);
  expect(cover({ country: "fr", offers: [offer({ country: null })] }).found).toEqual([]);
});

it("says what differs of a plan together", () => {
  const said = { offerId: "off-9", planId: "pl-9" };
  const cheap = protection({ shopPrice: { amount: "11.00", currency: "EUR" } });
  const other = bike({ productId: "20" });
  expect(cover({ said, plan: cheap, product: other, country: "fr" }).found).toEqual([
    ["plan_ids_differ", ["2"]],
    ["plan_for_other_product", ["1", "2"]],
    ["plan_price_differs", ["2"]],
    ["country_differs", ["2"]],
  ]);
});
