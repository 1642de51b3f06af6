import { describe, expect, it } from "vitest";
import { knownOffers, type PlanOffer } from "#app/order/mapping/covers.ts";
import { reportedUnits } from "./feed-order.ts";
import {
  address,
  byHand,
  feedLine,
  fulfilled,
  line,
  map,
  order,
  plan,
  refunded,
} from "./order.fixture.ts";
import type { OrderState } from "./state.ts";

const key = { links: { _hakuna_ref: "a" } };
const banana = (more = {}) => line("1", { ...key, ...more });
const insured = (more = {}) => plan("2", { ...key, ...more });

describe("status", () => {
  it("is placed, with the time of the head", () => {
    const { feedOrder } = map(order([banana()]));
    expect(feedOrder).toMatchObject({ status: "placed", placed_at: 500, cancelled_at: null });
  });

  it("is cancelled when cancelled, even if voided earlier", () => {
    const state = order([banana()], { cancelledAt: 900, voidedAt: 700, head: { voided: true } });
    expect(map(state).feedOrder).toMatchObject({ status: "cancelled", cancelled_at: 900 });
  });

  it("is cancelled while the payment is voided, and only then", () => {
    const voided = order([banana()], { voidedAt: 700, head: { voided: true } });
    expect(map(voided).feedOrder).toMatchObject({ status: "cancelled", cancelled_at: 700 });
    const paidAfterAll = order([banana()], { voidedAt: 700, head: { voided: false } });
    expect(map(paidAfterAll).feedOrder).toMatchObject({ status: "placed", cancelled_at: null });
  });
});

describe("product_data", () => {
  it.each([
    [{ variantId: "7", productId: "8", sku: "S" }, "7", "S"],
    [{ productId: "8", sku: "S" }, "8", "S"],
    [{ sku: "S" }, "S", "S"],
    [{ variantId: "7", productId: "8" }, "7", "7"],
    [{}, "1", "1"],
  ])("of %j has the id %s, or %s where the SKU is preferred", (known, byVariant, bySku) => {
    const state = order([line("1", known)]);
    expect(feedLine(map(state), "1").product_data.id).toBe(byVariant);
    const context = { productIdentifier: "sku" as const };
    expect(feedLine(map(state, context), "1").product_data.id).toBe(bySku);
  });

  it("has the vendor as the brand, hakuna for plans, and nothing for no vendor", () => {
    const mapping = map(order([line("1"), line("3", { vendor: null }), insured()]));
    const brands = mapping.feedOrder?.line_items.map(({ product_data }) => product_data.brand);
    expect(brands).toEqual(["Frutta", "hakuna", ""]);
  });

  const price = (amount: string, currency: string) => ({ amount, currency });

  it("has the price that the customer was shown, if every line has one", () => {
    const shown = { shopPrice: price("10.00", "EUR"), presentmentPrice: price("1500", "JPY") };
    const mapping = map(order([banana(shown), insured(shown)]));
    expect(feedLine(mapping, "1").product_data.price).toEqual({ amount: 1500, currency: "jpy" });
    const mixed = map(order([banana(shown), insured()]));
    expect(mixed.feedOrder?.line_items.map(({ product_data }) => product_data.price)).toEqual([
      { amount: 1000, currency: "eur" },
      { amount: 1000, currency: "eur" },
    ]);
  });

  it("has what comes near a price beyond counting, of which the feed's schema decides", () => {
    const [euros, yen] = [price("99999999999999999.505", "EUR"), price("99999999999999999", "JPY")];
    const of = (shopPrice: typeof euros) => map(order([line("1", { shopPrice })]));
    const amount = (mapping: ReturnType<typeof map>) =>
      feedLine(mapping, "1").product_data.price.amount;
    expect(amount(of(euros))).toBeCloseTo(1e19, -5);
    expect(of(euros).findings).toEqual([]);
    expect(amount(of(yen))).toBe(1e17);
  });
});

describe("custom_properties", () => {
  it("link a product with its plan and tell the plan's ids", () => {
    const mapping = map(order([banana(), insured(), line("3")]));
    expect(mapping.feedOrder?.line_items.map((item) => item.custom_properties)).toEqual([
      { protection_line_item_id: "2" },
      { offer_id: "off-1", plan_id: "pl-1" },
      {},
    ]);
    expect(mapping.planUnits).toBe(1);
  });

  it.each(["offer_id", "_offer_id", "_hakuna_offer_id", "_HAKUNA_OFFER_ID"])(
    "read the offer id from %s of a protection line",
    (name) => {
      const bare = line("2", { vendor: "hakuna", links: { [name]: "off-9" } });
      expect(feedLine(map(order([bare])), "2").custom_properties).toEqual({ offer_id: "off-9" });
    },
  );

  it("leave out what is not known, and read no offer from a product", () => {
    const state = order([line("1", { links: { offer_id: "x" } }), line("2", { vendor: "hakuna" })]);
    expect(map(state).feedOrder?.line_items.map((item) => item.custom_properties)).toEqual([
      {},
      {},
    ]);
  });

  it("take what the merchant entered with a pair", () => {
    const bare = line("2", { vendor: "hakuna", links: { plan_id: "pl-old" } });
    const manualPairs = [
      { ...byHand("1", "2"), offerId: "off-hand", planId: "pl-hand" },
      byHand("3", "2"),
    ];
    const two = { ...bare, item: { ...bare.item, quantity: 2 } };
    const mapping = map(order([line("1"), two, line("3")]), { manualPairs });
    expect(feedLine(mapping, "2").custom_properties).toEqual({
      ...{ offer_id: "off-hand", plan_id: "pl-hand" },
    });
    expect(feedLine(mapping, "1").custom_properties).toEqual({ protection_line_item_id: "2" });
  });
});

describe("fulfillments", () => {
  it("of a product are those that succeeded, oldest first, with the time they were made", () => {
    const state = order([banana({ quantity: 5 })], {
      fulfillments: {
        "9": { ...fulfilled(30, { "1": 1 }), updatedAt: 99 },
        "8": fulfilled(20, { "1": 2 }),
        "7": { ...fulfilled(10, { "1": 1 }), status: "cancelled" },
        "6": { ...fulfilled(10, { "1": 1 }), status: "failure" },
        "5": { ...fulfilled(10, { "1": 1 }), status: "pending" },
        "4": fulfilled(10, { "3": 1 }),
      },
    });
    expect(feedLine(map(state), "1").fulfillments).toEqual([
      { quantity: 2, fulfilled_at: 20 },
      { quantity: 1, fulfilled_at: 30 },
    ]);
    const units = map(state).feedOrder;
    expect(units && reportedUnits(units)).toEqual({ "1": 3 });
  });

  it("of a plan are its product's, up to its own quantity, whatever its own line says", () => {
    const state = order([banana({ quantity: 3 }), insured({ quantity: 2 })], {
      fulfillments: {
        "5": fulfilled(5, { "2": 2 }),
        "6": fulfilled(10, { "1": 1 }),
        "7": fulfilled(20, { "1": 2 }),
      },
    });
    expect(feedLine(map(state), "2").fulfillments).toEqual([
      { quantity: 1, fulfilled_at: 10 },
      { quantity: 1, fulfilled_at: 20 },
    ]);
  });

  it("of a plan for a split cart line are those of both parts", () => {
    const state = order([banana(), line("3", key), insured({ quantity: 2 })], {
      fulfillments: { "6": fulfilled(20, { "1": 1 }), "7": fulfilled(10, { "3": 1 }) },
    });
    expect(feedLine(map(state), "2").fulfillments).toEqual([
      { quantity: 1, fulfilled_at: 10 },
      { quantity: 1, fulfilled_at: 20 },
    ]);
  });

  it("of a plan alone are its own", () => {
    const state = order([plan("2")], { fulfillments: { "6": fulfilled(20, { "2": 1 }) } });
    expect(feedLine(map(state), "2").fulfillments).toEqual([{ quantity: 1, fulfilled_at: 20 }]);
  });
});

describe("refunds", () => {
  type Parts = Parameters<typeof order>[1];
  /** Of `quantity` ordered units the head says that `gone` are gone, and lists these refunds. */
  const refundsOf = (
    { quantity, gone, listed }: { quantity: number; gone: number; listed?: string[] },
    parts: Parts,
  ) => {
    const head = { refundIds: listed ?? Object.keys(parts?.refunds ?? {}) };
    return feedLine(map(order([banana({ quantity, gone })], { head, ...parts })), "1").refunds;
  };

  it("are the line's own, oldest first, and not those of money only", () => {
    const units = { "7": refunded(30, { "1": 1 }), "8": refunded(20, { "1": 1 }) };
    const refunds = { ...units, "6": refunded(10, {}) };
    expect(refundsOf({ quantity: 3, gone: 2 }, { refunds })).toEqual([
      { quantity: 1, refunded_at: 20 },
      { quantity: 1, refunded_at: 30 },
    ]);
  });

  it("are followed by removed units, dated by when so many were first seen", () => {
    const removedUnits = { "1": { 1: 20, 3: 30 } };
    const parts = { refunds: { "8": refunded(90, { "1": 1 }) }, removedUnits };
    expect(refundsOf({ quantity: 5, gone: 4 }, parts)).toEqual([
      { quantity: 1, refunded_at: 90 },
      { quantity: 1, refunded_at: 20 },
      { quantity: 2, refunded_at: 30 },
    ]);
  });

  it("ignore a smaller count that was seen later", () => {
    const removedUnits = { "1": { 1: 30, 2: 20, 3: 40 } };
    expect(refundsOf({ quantity: 3, gone: 3 }, { removedUnits })).toEqual([
      { quantity: 2, refunded_at: 20 },
      { quantity: 1, refunded_at: 40 },
    ]);
  });

  it("end when the head says that nothing is gone any more: a removal was taken back", () => {
    const seen = { removedUnits: { "1": { 1: 20 } }, goneUnits: { "1": 1 } };
    expect(refundsOf({ quantity: 1, gone: 0 }, seen)).toEqual([]);
    const refunds = { "8": refunded(20, { "1": 1 }) };
    expect(refundsOf({ quantity: 1, gone: 0 }, { ...seen, refunds })).toEqual([]);
  });

  it("count a refund that the head does not list yet in addition to what it says", () => {
    const refunds = { "8": refunded(90, { "1": 1 }), "9": refunded(95, { "1": 1 }) };
    expect(refundsOf({ quantity: 3, gone: 1, listed: ["8"] }, { refunds })).toEqual([
      { quantity: 1, refunded_at: 90 },
      { quantity: 1, refunded_at: 95 },
    ]);
  });

  it("count a removal once whose refund the head does not list yet", () => {
    // the head is of 1000
    const units = (listed: string[], refunds: OrderState["refunds"], gone = 1) =>
      refundsOf({ quantity: 4, gone, listed }, { refunds }).map(
        ({ quantity, refunded_at }) => `${quantity} at ${refunded_at}`,
      );
    expect(units([], { "9": refunded(1000, { "1": 1 }) })).toEqual(["1 at 1000"]);
    // beyond what the head shows gone without a refund it counts in addition, as does a later one
    expect(units([], { "9": refunded(1000, { "1": 2 }) })).toEqual(["2 at 1000"]);
    expect(units([], { "9": refunded(1001, { "1": 1 }) })).toEqual(["1 at 1001", "1 at 1000"]);
    const refunds = { "8": refunded(90, { "1": 1 }), "9": refunded(1000, { "1": 1 }) };
    expect(units(["8"], refunds, 2)).toEqual(["1 at 90", "1 at 1000"]);
    const later = { ...refunds, "10": refunded(2000, { "1": 1 }) };
    expect(units(["8"], later, 2)).toEqual(["1 at 90", "1 at 1000", "1 at 2000"]);
  });

  it("count refunds by their time where the head lists none, not even an empty list", () => {
    const parts = (at: number) => ({
      head: { refundIds: null },
      refunds: { "8": refunded(at, { "1": 1 }) },
    });
    expect(refundsOf({ quantity: 2, gone: 1 }, parts(2000))).toHaveLength(2);
    expect(refundsOf({ quantity: 2, gone: 1 }, parts(900))).toHaveLength(1);
  });

  it("count a unit once that was seen removed and then got its refund record", () => {
    const parts = { refunds: { "8": refunded(25, { "1": 1 }) }, removedUnits: { "1": { 1: 20 } } };
    expect(refundsOf({ quantity: 2, gone: 1 }, parts)).toEqual([{ quantity: 1, refunded_at: 25 }]);
  });

  it("are never more than ordered: the newest are cut", () => {
    const refunds = { "8": refunded(30, { "1": 2 }), "7": refunded(20, { "1": 2 }) };
    expect(refundsOf({ quantity: 3, gone: 3 }, { refunds })).toEqual([
      { quantity: 2, refunded_at: 20 },
      { quantity: 1, refunded_at: 30 },
    ]);
  });

  it("of a head that does not say what is left are what was refunded, or ever shown gone", () => {
    const parts = {
      refunds: { "8": refunded(25, { "1": 1 }) },
      ...{ removedUnits: { "1": { 1: 20 } }, goneUnits: { "1": 1 } },
    };
    const untold = (more: Parts) =>
      feedLine(map(order([banana({ quantity: 3, currentQuantity: null })], more)), "1").refunds;
    expect(untold(parts)).toEqual([{ quantity: 1, refunded_at: 25 }]);
    expect(untold({ ...parts, goneUnits: { "1": 2 } })).toEqual([
      { quantity: 1, refunded_at: 25 },
      { quantity: 1, refunded_at: 20 },
    ]);
  });
});

describe("an order that was deleted in Shopify", () => {
  it("is not cancelled by that, and says so", () => {
    const mapping = map(order([banana()], { deletedAt: 900 }));
    expect(mapping.feedOrder).toMatchObject({ status: "placed", cancelled_at: null });
    expect(mapping.findings).toMatchObject([
      { code: "deleted_in_shopify", severity: "warning", lineItemIds: [] },
    ]);
  });

  it("is cancelled when a person says so, from then on", () => {
    const mapping = map(order([banana()], { deletedAt: 900 }), { cancelledByHandAt: 950 });
    expect(mapping.feedOrder).toMatchObject({ status: "cancelled", cancelled_at: 950 });
    expect(mapping.findings).toEqual([]);
  });

  it("is told as ever where Shopify had cancelled it", () => {
    const state = order([banana()], { cancelledAt: 800, deletedAt: 900 });
    const mapping = map(state, { cancelledByHandAt: 950 });
    expect(mapping.feedOrder).toMatchObject({ status: "cancelled", cancelled_at: 800 });
    expect(mapping.findings).toEqual([]);
  });
});

it("lists every line, also removed ones, by id", () => {
  const state = order([plan("20"), line("3", { gone: 1 }), line("100")]);
  expect(map(state).feedOrder?.line_items.map(({ id }) => id)).toEqual(["3", "20", "100"]);
});

it("does not map an order that has not come", () => {
  expect(() => map({ ...order([]), head: null })).toThrow("head is not known");
});

it("a plan that an edit replaced keeps the ids that a person entered, and gives its product up", () => {
  const names = { links: { _hakuna_protection: "P" } };
  const replaced = plan("2", { sku: "P", gone: 1 });
  const added = plan("3", { sku: "P", seenAt: 2000, links: { _hakuna_offer_id: "off-3" } });
  const manualPairs = [{ ...byHand("1", "2"), offerId: "off-2", planId: "pl-2" }];
  const mapping = map(order([line("1", names), replaced, added]), { manualPairs });
  expect(mapping.findings.map(({ code }) => code)).not.toContain("plans_split");
  const sent = ["1", "2", "3"].map((id) => feedLine(mapping, id).custom_properties);
  expect(sent).toEqual([
    { protection_line_item_id: "3" },
    { offer_id: "off-2", plan_id: "pl-2" },
    { offer_id: "off-3", plan_id: "pl-1" },
  ]);
});

describe("a refund whose payment has not succeeded", () => {
  const ref = { links: { _hakuna_ref: "k" } };
  const lines = [line("1", { ...ref, quantity: 3 }), plan("2", { ...ref, quantity: 3, gone: 2 })];
  const state = order(lines, {
    refunds: { a: refunded(100, { "2": 1 }), b: refunded(200, { "2": 1 }) },
    head: { refundIds: ["a", "b"] },
  });
  const refundsOf = (mapping: ReturnType<typeof map>) => feedLine(mapping, "2").refunds;

  it("is not reported, and those before it stay", () => {
    expect(refundsOf(map(state))).toEqual([
      { quantity: 1, refunded_at: 100 },
      { quantity: 1, refunded_at: 200 },
    ]);
    expect(refundsOf(map(state, { goneCaps: { "2": 1 } }))).toEqual([
      { quantity: 1, refunded_at: 100 },
    ]);
    expect(refundsOf(map(state, { goneCaps: { "2": 0 } }))).toEqual([]);
    expect(refundsOf(map(state, { goneCaps: { "2": 2, "9": 0 } }))).toHaveLength(2);
  });

  it("keeps asking for the plan's refund", () => {
    const gone = order([line("1", { ...ref, gone: 1 }), plan("2", { ...ref, gone: 1 })]);
    const codes = (mapping: ReturnType<typeof map>) => mapping.findings.map(({ code }) => code);
    expect(codes(map(gone))).toEqual([]);
    expect(codes(map(gone, { goneCaps: { "2": 0 } }))).toEqual(["product_gone_plan_not"]);
  });
});

describe("what plans cost together", () => {
  const dollars = { shopPrice: { amount: "3", currency: "USD" } };

  it("is the sum of their units' prices", () => {
    const state = order([banana(), insured({ quantity: 2 }), plan("3")]);
    expect(map(state).planTotal).toEqual({ amount: 3000, currency: "eur" });
  });

  it("is not known where there is no plan, or where they are of several currencies", () => {
    expect(map(order([banana()])).planTotal).toBeNull();
    const mixed = map(order([banana(), insured(), plan("3", dollars)]));
    expect(mixed.planTotal).toBeNull();
    // Hakuna takes no such order
    expect(mixed.feedOrder).toBeNull();
    expect(mixed.findings.map(({ code }) => code)).toContain("several_currencies");
  });
});

describe("a plan that is held against what Hakuna offered", () => {
  const first: PlanOffer = {
    ...{ planVariantId: "70", offerId: "off-1", planId: "pl-1", currency: "eur", country: "de" },
    ...{ productId: "10", productPrice: 1000, price: 1000, knownFrom: 100, currentFrom: 100 },
  };
  const renewed = { offerId: "off-2", planId: "pl-2", knownFrom: 600, currentFrom: 600 };
  const offers = knownOffers([first, { ...first, ...renewed }]);
  const wrong = { _hakuna_ref: "a", _hakuna_offer_id: "off-9", _hakuna_plan_id: "pl-9" };
  const bike = (more = {}) => banana({ productId: "10", variantId: "11", ...more });
  const cover = (more = {}) => plan("2", { variantId: "70", links: wrong, ...more });
  const told = ({ findings }: ReturnType<typeof map>) =>
    findings.map(({ code, lineItemIds }) => [code, ...lineItemIds]);

  it("is sent with the ids of its variant when the order was placed, which is to be kept", () => {
    const state = order([bike(), cover()]);
    const mapping = map(state, { offers });
    expect(feedLine(mapping, "1").custom_properties).toEqual({ protection_line_item_id: "2" });
    expect(feedLine(mapping, "2").custom_properties).toEqual({
      ...{ offer_id: "off-1", plan_id: "pl-1" },
    });
    expect(mapping.coverIds).toEqual({ "2": { offerId: "off-1", planId: "pl-1" } });
    expect(told(mapping)).toEqual([["plan_ids_differ", "2"]]);
    const later = order([bike(), cover()], { head: { placedAt: 700 } });
    expect(feedLine(map(later, { offers }), "2").custom_properties.offer_id).toBe("off-2");
    const coverIds = { "2": { offerId: "off-2", planId: "pl-2" } };
    expect(feedLine(map(state, { offers, coverIds }), "2").custom_properties).toEqual({
      ...{ offer_id: "off-2", plan_id: "pl-2" },
    });
  });

  it("is sent as it was sold where nobody asked for offers, where its ids are right or were entered", () => {
    const sold = order([bike(), cover()]);
    expect(feedLine(map(sold), "2").custom_properties.offer_id).toBe("off-9");
    expect(map(sold)).toMatchObject({ coverIds: {}, findings: [] });
    expect(map(order([bike(), cover(key)]), { offers })).toMatchObject({
      ...{ coverIds: {}, findings: [] },
    });
    const manualPairs = [{ ...byHand("1", "2"), offerId: "off-hand", planId: "pl-hand" }];
    const entered = map(sold, { offers, manualPairs });
    expect(entered).toMatchObject({ coverIds: {}, findings: [] });
    expect(feedLine(entered, "2").custom_properties.offer_id).toBe("off-hand");
    for (const [offerId, planId] of [
      ["off-hand", null],
      [null, "pl-hand"],
    ] as const) {
      const half = map(sold, { offers, manualPairs: [{ ...byHand("1", "2"), offerId, planId }] });
      expect(feedLine(half, "2").custom_properties).toEqual({
        ...{ offer_id: offerId ?? "off-9", plan_id: planId ?? "pl-9" },
      });
      expect(half.findings).toEqual([]);
    }
  });

  it("is told of with the products that it is paired with, and with no other", () => {
    const others = [bike({ productId: "20" }), cover(key), line("3", { productId: "30" })];
    expect(told(map(order(others), { offers }))).toEqual([["plan_for_other_product", "1", "2"]]);
  });

  it("is for the country where the customer lives, of which the shop's says nothing", () => {
    const lines = [bike(), cover(key)];
    const abroad = map(order(lines, { head: { billingAddress: address("FR") } }), { offers });
    expect(told(abroad)).toEqual([["country_differs", "2"]]);
    expect(abroad.country).toBe("fr");
    const unknown = order(lines, { head: { billingAddress: null } });
    expect(told(map(unknown, { offers, shopCountry: "fr" }))).toEqual([["country_is_shops"]]);
    expect(map(unknown, { offers }).country).toBeNull();
  });

  it("is told of no more when it is gone, and keeps its ids", () => {
    const mapping = map(order([bike({ gone: 1 }), cover({ gone: 1 })]), { offers });
    expect(mapping.findings).toEqual([]);
    expect(feedLine(mapping, "2").custom_properties.offer_id).toBe("off-1");
  });
});

it("tells when an order ended, whether it can be sent or not", () => {
  const ended = { cancelledAt: 900 };
  expect(map(order([banana()], ended)).cancelledAt).toBe(900);
  expect(map(order([banana()], { ...ended, head: { billingAddress: null } }))).toMatchObject({
    ...{ feedOrder: null, cancelledAt: 900 },
  });
});
