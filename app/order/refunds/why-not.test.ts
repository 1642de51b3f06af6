import { describe, expect, it } from "vitest";
import { byHand, fulfilled, line, map, order, plan } from "#app/order/order.fixture.ts";
import type { ManualPair } from "#app/order/pair.ts";
import type { OrderState } from "#app/order/state.ts";
import { type MoneyOrder, type MoneyRefund, paymentState } from "./money-order.ts";
import { plansOf } from "./owed.ts";
import { type Circumstances, mayPass, whyNot } from "./why-not.ts";

const shippedAt = Date.parse("2026-06-01T10:00:00Z");
const now = shippedAt + 5 * 86_400_000;
const ref = { links: { _hakuna_ref: "k" } };

/** The product was refunded and restocked; the plan, 12.00 with 2.00 of tax in it, is there. */
const gone = order([line("1", { ...ref, gone: 1 }), plan("2", ref)], {
  fulfillments: { f: fulfilled(shippedAt, { "1": 1 }) },
});
const restocked: MoneyRefund = {
  id: "900",
  note: null,
  units: [{ lineItemId: "1", quantity: 1, restockType: "RETURN", subtotal: 10_000, tax: 1_900 }],
  ...{ shipping: 490, duties: 250, isAdjusted: false },
  payments: [{ id: "1", status: "SUCCESS", amount: 12_640, gateway: "bogus" }],
};
const money: MoneyOrder = {
  ...{ id: "1", edited: false, added: [] },
  ...{
    cancelled: false,
    currency: "EUR",
    taxesIncluded: false,
    received: 20_000,
    refunded: 12_640,
  },
  returnStatus: "NO_RETURN",
  lines: [
    { id: "1", quantity: 1, currentQuantity: 0 },
    { id: "2", quantity: 1, currentQuantity: 1 },
  ],
  refunds: [restocked],
  returns: null,
  isPartial: false,
};
const calm: Circumstances = {
  ...{ now, isShopHeld: false, isOrderSkipped: false, isRefusedBefore: false },
  firstSeenAt: { "1": 1000, "2": 1000 },
  lines: [],
  manualPairs: [],
};
/** Another product of the order. */
const other = { id: "7", left: 1, isProtection: false };

type Given = {
  state?: OrderState;
  cancelled?: boolean;
  money?: Partial<MoneyOrder>;
  refund?: Partial<MoneyRefund>;
  /** the buyer asked to give so many units back */
  requested?: number;
  more?: Partial<Omit<Circumstances, "manualPairs">> & { manualPairs?: ManualPair[] };
};

function reasons(given: Given = {}): string[] {
  const { state = gone, cancelled = false, refund, requested = 0 } = given;
  const requests = { "2": { units: requested, left: requested, at: now } };
  const context = { acceptSuggestions: true, manualPairs: [...(given.more?.manualPairs ?? [])] };
  const mapping = map(state, context);
  const standing = plansOf(mapping, { cancelled, requests, timeZone: "UTC" }).find(
    ({ plan }) => plan.id === "2",
  );
  if (!standing) throw new Error("no plan");
  const lines = [...mapping.lines.map(({ line }) => line), ...(given.more?.lines ?? [])];
  const refunds = refund ? [{ ...restocked, ...refund }] : money.refunds;
  return whyNot(standing, { ...money, refunds, ...given.money }, { ...calm, ...given.more, lines });
}

const unit = restocked.units[0] as MoneyRefund["units"][number];
const removed = { refunds: [] };

const pairedBy = (product: object, planned: object) =>
  order([
    line("1", { gone: 1, variantId: "11", links: { ...product } }),
    plan("2", { variantId: "22", links: { ...planned } }),
  ]);

/** The order was edited; product 7 is in it too, and was seen as early as the one that went. */
const edited = (added: string[] | null, left = 1, quantity = 1): Given => ({
  money: {
    ...{ edited: true, added },
    lines: [...money.lines, { id: "7", quantity, currentQuantity: left }],
    refunds: [],
  },
  more: { lines: [{ ...other, left }], firstSeenAt: { "1": 1000, "7": 1000 } },
});
const withOther = [...money.lines, { id: "7", quantity: 1, currentQuantity: 1 }];

const whole = [
  { id: "1", quantity: 1, currentQuantity: 1 },
  { id: "2", quantity: 1, currentQuantity: 1 },
];
/** The product is there and was shipped. */
const backAlone: Given = {
  state: order([line("1", ref), plan("2", ref)], {
    fulfillments: { f: fulfilled(shippedAt, { "1": 1 }) },
  }),
  money: { lines: whole, refunds: [] },
};

/** One plan line for products 1 and 3; what of them went was restocked, or as told. */
function ofTwo(
  first: Parameters<typeof line>[1],
  second: Parameters<typeof line>[1],
  restockTypes = ["RETURN", "RETURN"],
): Given {
  const lines = [line("1", { ...ref, ...first }), line("3", { ...ref, ...second })];
  const state = order([...lines, plan("2", { ...ref, variantId: "22", quantity: 2 })]);
  const { amount = 0 } = restocked.payments[0] ?? {};
  const refunds = lines
    .filter(({ item }) => item.currentQuantity === 0)
    .map(({ item }, index) => ({
      ...restocked,
      id: `90${index}`,
      units: [{ ...unit, lineItemId: item.id, restockType: restockTypes[index] ?? "" }],
      payments: [{ id: "1", status: "SUCCESS", amount, gateway: null }],
    }));
  return {
    state,
    money: {
      refunds,
      lines: (state.head?.lineItems ?? []).map(({ id, quantity, currentQuantity }) => ({
        ...{ id, quantity, currentQuantity: currentQuantity ?? 0 },
      })),
    },
    more: { firstSeenAt: state.firstSeenAt },
  };
}

describe("a plan goes by itself", () => {
  it.each<[string, Given]>([
    ["where its product was refunded and restocked", {}],
    [
      "where prices hold their tax",
      {
        money: { taxesIncluded: true },
        refund: { payments: [{ id: "1", status: "SUCCESS", amount: 10_740, gateway: null }] },
      },
    ],
    ["where it was removed by an edit", { money: removed }],
    ["where an edit removed it and added no other product", edited([])],
    ["where a plan was added", edited(["2"])],
    ["where what was added was removed again", edited(["7"], 0)],
    ["where nobody can say what was added, and no other product is left", edited(null, 0)],
    [
      "where it came back by a return that was seen, also without restock",
      {
        refund: { units: [{ ...unit, restockType: "NO_RESTOCK" }] },
        money: {
          returnStatus: "RETURNED",
          returns: [{ status: "CLOSED", isExchange: false, refundIds: ["900"] }],
        },
      },
    ],
    [
      "where the money came back in parts",
      {
        refund: {
          payments: [
            { id: "1", status: "SUCCESS", amount: 12_000, gateway: "bogus" },
            { id: "2", status: "SUCCESS", amount: 640, gateway: "gift_card" },
          ],
        },
      },
    ],
    [
      "where a person paired them",
      { state: pairedBy({}, {}), more: { manualPairs: [byHand("1", "2")] } },
    ],
    [
      "where both lines name each other",
      { state: pairedBy({ _hakuna_protection: "22" }, { _hakuna_product: "11" }) },
    ],
    ["before anything is shipped", { state: { ...gone, fulfillments: {} } }],
    ["where the buyer gives it back alone in time", { ...backAlone, requested: 1 }],
    ["where the returns were seen, and are none", { money: { returns: [] } }],
    ["where an older product is left", ofTwo({ seenAt: 2000, gone: 1 }, { seenAt: 1000 })],
    [
      "where another plan went meanwhile",
      {
        money: { lines: [...money.lines, { id: "7", quantity: 1, currentQuantity: 0 }] },
        more: { lines: [{ ...other, isProtection: true }] },
      },
    ],
    [
      "where an exchange was called off",
      {
        money: {
          returnStatus: "RETURNED",
          returns: [{ status: "CANCELED", isExchange: true, refundIds: [] }],
        },
      },
    ],
    [
      "where the money of another product alone went back",
      {
        money: { lines: withOther },
        more: { lines: [other], firstSeenAt: { "1": 1000, "7": 1000 } },
        refund: {
          units: [
            unit,
            { lineItemId: "7", quantity: 1, restockType: "NO_RESTOCK", subtotal: 0, tax: 0 },
          ],
        },
      },
    ],
  ])("%s", (_, given) => {
    expect(reasons(given)).toEqual([]);
  });
});

describe("a person decides", () => {
  it.each<[string, Given]>([
    ["shop_held", { more: { isShopHeld: true } }],
    ["order_skipped", { more: { isOrderSkipped: true } }],
    ["refused_before", { more: { isRefusedBefore: true } }],
    ["order_cancelled", { cancelled: true }],
    ["order_cancelled", { money: { cancelled: true } }],
    ["pair_uncertain", { state: pairedBy({ _hakuna_protection: "22" }, {}) }],
    ["pair_uncertain", { state: pairedBy({}, { _hakuna_product: "11" }) }],
    // the shop's setting accepted a suggestion
    ["pair_uncertain", { state: pairedBy({}, {}) }],
    ["goodwill", { refund: { units: [{ ...unit, restockType: "NO_RESTOCK" }] } }],
    [
      "exchange",
      {
        money: {
          returnStatus: "RETURNED",
          returns: [{ status: "CLOSED", isExchange: true, refundIds: ["900"] }],
        },
      },
    ],
    [
      "exchange",
      {
        money: { lines: withOther },
        more: { lines: [other], firstSeenAt: { "1": 1000, "7": 2000 } },
      },
    ],
    // one edit took the product away and added another one, before the order was seen first
    ["exchange", edited(["7"])],
    // or more units of one that was there from the beginning
    ["exchange", edited(["7"], 2, 2)],
    // or nobody can say what it added
    ["exchange", edited(null)],
    [
      "return_open",
      {
        money: {
          returnStatus: "RETURNED",
          returns: [{ status: "OPEN", isExchange: false, refundIds: [] }],
        },
      },
    ],
    ["return_unseen", { money: { returnStatus: "RETURNED" } }],
    ["earlier_refund_differs", { refund: { isAdjusted: true } }],
    ["earlier_refund_differs", { refund: { units: [] } }],
    [
      "earlier_refund_differs",
      {
        refund: { payments: [{ id: "1", status: "SUCCESS", amount: 13_840, gateway: "bogus" }] },
      },
    ],
    ["window_over", { more: { now: Date.parse("2026-09-01T10:00:01Z") } }],
    ["order_differs", { money: { lines: [{ id: "2", quantity: 1, currentQuantity: 1 }] } }],
    [
      "order_differs",
      {
        money: { ...removed, lines: money.lines.map((one) => ({ ...one, currentQuantity: 0 })) },
      },
    ],
    // another product was added, and no webhook told of it yet: it may stand in the place of this one
    ["order_differs", { money: { lines: withOther } }],
    // or more of another one
    [
      "order_differs",
      {
        money: { lines: withOther },
        more: { lines: [{ ...other, left: 0 }], firstSeenAt: { "1": 1000, "7": 1000 } },
      },
    ],
    ["order_large", { money: { isPartial: true } }],
    // nothing of the plan is to be refunded
    ["order_differs", backAlone],
    // what goes back alone has 14 days
    ["window_over", { ...backAlone, requested: 1, more: { now: shippedAt + 15 * 86_400_000 } }],
    // and without its product nobody knows since when
    [
      "pair_uncertain",
      {
        state: order([plan("2", {})]),
        money: { lines: whole.slice(1), refunds: [] },
        requested: 1,
      },
    ],
    [
      "return_open",
      {
        money: {
          returnStatus: "RETURNED",
          returns: [{ status: "REQUESTED", isExchange: false, refundIds: [] }],
        },
      },
    ],
    // nobody knows when the other product came
    ["exchange", { ...edited([]), more: { lines: [other], firstSeenAt: { "1": 1000 } } }],
    // the return that was seen is of another refund
    [
      "goodwill",
      {
        refund: { units: [{ ...unit, restockType: "NO_RESTOCK" }] },
        money: {
          returnStatus: "RETURNED",
          returns: [{ status: "CLOSED", isExchange: false, refundIds: ["901"] }],
        },
      },
    ],
    // of the plan's products one is certain
    ["pair_uncertain", ofTwo({ gone: 1 }, { links: { _hakuna_protection: "22" }, gone: 0 })],
    // a person paired the product with a plan that is not there
    ["pair_uncertain", { state: pairedBy({}, {}), more: { manualPairs: [byHand("1", "99")] } }],
    // of two products that went one was kept, or one was replaced
    ["goodwill", ofTwo({ gone: 1 }, { gone: 1 }, ["RETURN", "NO_RESTOCK"])],
    ["exchange", ofTwo({ gone: 1 }, { gone: 1, seenAt: 2000 })],
    // of two returns one is
    [
      "return_open",
      {
        money: {
          returnStatus: "RETURNED",
          returns: [
            { status: "CLOSED", isExchange: false, refundIds: ["900"] },
            { status: "OPEN", isExchange: false, refundIds: [] },
          ],
        },
      },
    ],
    [
      "exchange",
      {
        money: {
          returnStatus: "RETURNED",
          returns: [
            { status: "CLOSED", isExchange: false, refundIds: ["900"] },
            { status: "CLOSED", isExchange: true, refundIds: [] },
          ],
        },
      },
    ],
    // shipping alone was paid back
    [
      "earlier_refund_differs",
      {
        refund: {
          ...{ units: [], shipping: 490, duties: 0 },
          payments: [{ id: "1", status: "SUCCESS", amount: 490, gateway: null }],
        },
      },
    ],
    ["earlier_refund_differs", { refund: { shipping: 0 } }],
    ["earlier_refund_differs", { refund: { duties: 0 } }],
    ["earlier_refund_differs", { money: { taxesIncluded: true } }],
  ])("%s", (reason, given) => {
    expect(reasons(given)).toEqual([reason]);
  });

  it.each(["RETURN_REQUESTED", "IN_PROGRESS", "INSPECTION_COMPLETE", "RETURN_FAILED", "NEW_WORD"])(
    "while a return is %s",
    (returnStatus) => {
      expect(reasons({ money: { returnStatus } })).toEqual(["return_open", "return_unseen"]);
    },
  );

  it.each(["PENDING", "FAILURE", "AWAITING_RESPONSE", "NEW_WORD"])(
    "while an earlier payment is %s",
    (status) => {
      const payments = [{ id: "1", status, amount: 12_640, gateway: "bogus" }];
      expect(reasons({ refund: { payments } })).toEqual(["earlier_refund_unpaid"]);
    },
  );

  it("but not where more of the product itself was added before", () => {
    const state = order(
      [line("1", { ...ref, quantity: 2, gone: 1 }), plan("2", { ...ref, quantity: 2 })],
      { fulfillments: { f: fulfilled(shippedAt, { "1": 2 }) } },
    );
    const lines = [
      { id: "1", quantity: 2, currentQuantity: 1 },
      { id: "2", quantity: 2, currentQuantity: 2 },
    ];
    expect(reasons({ state, money: { lines, edited: true, added: ["1", "2"] } })).toEqual([]);
  });

  it("where there were more plans than products from the first", () => {
    const state = order(
      [line("1", { ...ref, quantity: 2, gone: 1 }), plan("2", { ...ref, quantity: 3 })],
      { fulfillments: { f: fulfilled(shippedAt, { "1": 2 }) } },
    );
    const lines = [
      { id: "1", quantity: 2, currentQuantity: 1 },
      { id: "2", quantity: 3, currentQuantity: 3 },
    ];
    expect(reasons({ state, money: { lines } })).toEqual(["pair_uncertain"]);
  });

  it("where one of several shipments is past its window", () => {
    const later = Date.parse("2026-08-20T10:00:00Z");
    const state = order(
      [line("1", { ...ref, quantity: 2, gone: 1 }), plan("2", { ...ref, quantity: 2 })],
      {
        fulfillments: { f: fulfilled(shippedAt, { "1": 1 }), g: fulfilled(later, { "1": 1 }) },
      },
    );
    const lines = [
      { id: "1", quantity: 2, currentQuantity: 1 },
      { id: "2", quantity: 2, currentQuantity: 2 },
    ];
    const asked = (at: string) =>
      reasons({ state, money: { lines }, more: { now: Date.parse(at) } });
    expect(asked("2026-08-30T10:00:00Z")).toEqual([]);
    expect(asked("2026-09-02T10:00:00Z")).toEqual(["window_over"]);
  });

  it("and is told every reason, in one order", () => {
    const all = reasons({
      cancelled: true,
      refund: { units: [], payments: [] },
      money: { returnStatus: "IN_PROGRESS", isPartial: true, lines: [] },
      more: { isShopHeld: true, isOrderSkipped: true, isRefusedBefore: true },
    });
    expect(all).toEqual([
      ...["shop_held", "order_skipped", "order_cancelled", "return_open", "return_unseen"],
      ...["earlier_refund_differs", "earlier_refund_unpaid", "order_differs", "order_large"],
      "refused_before",
    ]);
  });
});

it("is looked at again only while what speaks against it may pass", () => {
  expect(mayPass(["return_open", "order_differs"])).toBe(true);
  expect(mayPass(["return_open", "refused_before"])).toBe(false);
  for (const reason of ["order_unseen", "window_over", "goodwill", "look_failed"] as const) {
    expect(mayPass([reason])).toBe(false);
  }
  expect(mayPass([])).toBe(false);
});

describe("the payments of a refund", () => {
  it.each([
    [[], "pending"],
    [["SUCCESS"], "succeeded"],
    [["SUCCESS", "PENDING"], "pending"],
    [["SUCCESS", "FAILURE", "PENDING"], "failed"],
    [["ERROR"], "failed"],
    [["UNKNOWN"], "pending"],
  ] as const)("%j are %s", (statuses, state) => {
    const payments = statuses.map((status, id) => ({
      id: `${id}`,
      status,
      amount: 1,
      gateway: "x",
    }));
    expect(paymentState(payments)).toBe(state);
  });
});
