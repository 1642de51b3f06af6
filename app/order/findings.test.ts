import { describe, expect, it } from "vitest";
import type { Finding } from "./findings.ts";
import { feedLine, fulfilled, line, map, order, plan, refunded } from "./order.fixture.ts";

type Order = Parameters<typeof order>;

const key = { links: { _hakuna_ref: "a" } };
const pair = [line("1", { ...key, title: "Banana" }), plan("2", { ...key, title: "Warranty" })];

const findingsOf = (lines: Order[0], parts: Order[1] = {}, context = {}): Finding[] =>
  map(order(lines, parts), context).findings;
const codes = (findings: Finding[]): string[] => findings.map(({ code }) => code);

it("has nothing to say about a product with its plan", () => {
  expect(findingsOf(pair)).toEqual([]);
});

describe("errors block the order", () => {
  it("no country", () => {
    const mapping = map(order(pair, { head: { billingAddress: null } }));
    expect(mapping.feedOrder).toBeNull();
    expect(mapping.findings).toEqual([
      {
        code: "no_country",
        severity: "error",
        lineItemIds: [],
        titles: [],
        message: expect.any(String),
      },
    ]);
    expect(mapping.planUnits).toBe(1);
  });

  it("several currencies", () => {
    const yen = line("3", { shopPrice: { amount: "5", currency: "JPY" } });
    const mapping = map(order([...pair, yen]));
    expect(mapping.feedOrder).toBeNull();
    expect(mapping.findings).toMatchObject([
      { code: "several_currencies", severity: "error", lineItemIds: [] },
    ]);
  });
});

describe("links", () => {
  it("plan without a product", () => {
    const [finding, ...others] = findingsOf([plan("2", { title: "Warranty" })]);
    expect(finding).toMatchObject({
      ...{ code: "plan_without_product", severity: "warning", lineItemIds: ["2"] },
    });
    expect(finding?.message).toContain("“Warranty”");
    expect(others).toEqual([]);
  });

  it("product that names a plan which is not there", () => {
    const links = { _hakuna_protection: "99" };
    expect(findingsOf([line("1", { links })])).toMatchObject([
      { code: "plan_not_in_order", severity: "warning", lineItemIds: ["1"] },
    ]);
    const both = { _hakuna_protection: "99", _hakuna_ref: "a" };
    expect(findingsOf([line("1", { links: both }), plan("2", key)])).toEqual([]);
  });

  it.each(["_hakuna_offer_id", "_hakuna_plan_id"])("plan with %s alone", (name) => {
    const half = line("2", { links: { _hakuna_ref: "a", [name]: "x" } });
    expect(findingsOf([line("1", key), half])).toMatchObject([
      { code: "plan_without_offer", severity: "warning", lineItemIds: ["2"] },
    ]);
  });

  it("more plans than product units, until the rest is refunded", () => {
    const lines = [line("1", key), plan("2", { ...key, quantity: 3 })];
    expect(findingsOf(lines)).toMatchObject([
      { code: "more_plans_than_products", severity: "warning", lineItemIds: ["2"] },
    ]);
    expect(findingsOf(lines, { refunds: { "5": refunded(9, { "2": 2 }) } })).toEqual([]);
  });

  it("several plans for one product line, until they are refunded", () => {
    const lines = [line("1", key), plan("2", key), plan("3", key)];
    const findings = findingsOf(lines);
    expect(codes(findings)).toEqual(["plan_without_product", "several_plans_for_product"]);
    expect(findings[1]).toMatchObject({ severity: "warning", lineItemIds: ["1", "3"] });
    expect(findingsOf(lines, { refunds: { "5": refunded(9, { "3": 1 }) } })).toEqual([]);
  });

  it("plans of one product in several lines are no mistake: nobody is told to refund", () => {
    const lines = [line("1", { ...key, quantity: 2 }), plan("2", key), plan("3", key)];
    const findings = findingsOf(lines);
    expect(findings).toMatchObject([
      { code: "plans_split", severity: "warning", lineItemIds: ["1", "2", "3"] },
    ]);
    expect(findings[0]?.message).not.toMatch(/refund/i);
    const third = findingsOf([...lines, plan("4", key)]);
    expect(third).toContainEqual(
      expect.objectContaining({ code: "several_plans_for_product", lineItemIds: ["1", "4"] }),
    );
    const oneLeft = findingsOf(lines, { refunds: { "5": refunded(9, { "1": 1 }) } });
    expect(codes(oneLeft)).toContain("several_plans_for_product");
  });

  it("a product that names a plan which others have used up, as long as both are there", () => {
    const names = (id: string, more = {}) =>
      line(id, { links: { _hakuna_protection: "P" }, title: `Product ${id}`, ...more });
    const lines = [names("1", { quantity: 2 }), names("2"), plan("3", { sku: "P", quantity: 2 })];
    const findings = findingsOf(lines);
    expect(findings).toMatchObject([
      { code: "plan_used_up", severity: "warning", lineItemIds: ["2"] },
    ]);
    expect(findings[0]?.message).toContain("“Product 2” is not covered");
    const keyed = [line("1", key), line("2", key), line("3", key), plan("4", key)];
    expect(findingsOf(keyed)).toMatchObject([
      { code: "plan_used_up", lineItemIds: ["2"] },
      { code: "plan_used_up", lineItemIds: ["3"] },
    ]);
    const gone = [...lines.slice(0, 1), names("2", { gone: 1 }), ...lines.slice(2)];
    expect(codes(findingsOf(gone))).toEqual([]);
  });

  it("a product that nothing but a plan names is left without one in peace", () => {
    const lines = [
      line("1", { variantId: "7" }),
      line("2", { variantId: "7" }),
      plan("3", { links: { _hakuna_product: "7" } }),
    ];
    expect(findingsOf(lines)).toEqual([]);
  });

  it("a pair is suggested, and sent unpaired", () => {
    const mapping = map(order([line("1", { productId: "8" }), plan("2")]));
    expect(mapping.findings).toContainEqual({
      ...{ code: "pair_suggested", severity: "info", lineItemIds: ["1", "2"] },
      titles: ["Line 1", "Line 2"],
      message: expect.stringContaining("“Line 1”"),
    });
    expect(codes(mapping.findings)).toContain("plan_without_product");
    expect(feedLine(mapping, "1").custom_properties).toEqual({});
  });

  it("a suggestion is taken where the shop accepts them by itself", () => {
    const state = order([line("1", { productId: "8" }), plan("2")]);
    const mapping = map(state, { acceptSuggestions: true });
    expect(mapping.findings).toEqual([]);
    expect(feedLine(mapping, "1").custom_properties).toEqual({ protection_line_item_id: "2" });
  });
});

describe("product gone, plan not", () => {
  const refund = (units: Record<string, number>) => ({ refunds: { "5": refunded(9, units) } });
  const gone = {
    ...{ code: "product_gone_plan_not", severity: "warning", lineItemIds: ["1", "2"] },
  };

  it("when the product is refunded", () => {
    expect(findingsOf(pair, refund({ "1": 1 }))).toMatchObject([gone]);
    expect(findingsOf(pair, refund({ "1": 1, "2": 1 }))).toEqual([]);
  });

  it("when the product is removed by an edit", () => {
    const removed = line("1", { ...key, title: "Banana", gone: 1 });
    expect(findingsOf([removed, ...pair.slice(1)])).toMatchObject([gone]);
  });

  it("when fewer units are left than plans, and not before", () => {
    const lines = [line("1", { ...key, quantity: 3 }), plan("2", { ...key, quantity: 2 })];
    expect(findingsOf(lines, refund({ "1": 1 }))).toEqual([]);
    expect(findingsOf(lines, refund({ "1": 2 }))).toMatchObject([gone]);
  });

  it("with how many units of the plan are too many, where it is more than one", () => {
    const two = { ...key, quantity: 2 };
    const lines = [line("1", two), line("3", two), plan("2", { ...key, quantity: 4 })];
    const [several, ...others] = findingsOf(lines, refund({ "1": 2 }));
    expect(several).toMatchObject({ ...gone, units: 2 });
    expect(others).toEqual([]);
    expect(findingsOf(lines, refund({ "1": 1 }))[0]).not.toHaveProperty("units");
    const both = findingsOf(lines, refund({ "1": 1, "3": 2 }));
    expect(both).toMatchObject([{ ...gone, lineItemIds: ["1", "3", "2"], units: 3 }]);
  });
});

it("a plan that is gone lacks neither a product nor an offer", () => {
  const gone = line("2", { vendor: "Hakuna", gone: 1 });
  expect(findingsOf([gone])).toEqual([]);
});

describe("whole order refunded by money only", () => {
  const head = { fullyRefunded: true };

  it("while the plan is insured still", () => {
    expect(findingsOf(pair, { head })).toMatchObject([
      { code: "refunded_by_money_only", severity: "warning", lineItemIds: ["2"] },
    ]);
  });

  it("not when the plan's line was refunded, nor when the order is cancelled", () => {
    const refunds = { "5": refunded(9, { "1": 1, "2": 1 }) };
    expect(findingsOf(pair, { head, refunds })).toEqual([]);
    expect(findingsOf(pair, { head, cancelledAt: 9 })).toEqual([]);
  });
});

describe("a voided payment of what was shipped", () => {
  const voided = {
    ...{ head: { voided: true }, voidedAt: 9 },
    fulfillments: { "7": fulfilled(8, { "1": 1 }) },
  };

  it("is told, because Hakuna counts the order as cancelled", () => {
    expect(findingsOf(pair, voided)).toMatchObject([
      { code: "voided_but_shipped", severity: "warning", lineItemIds: ["2"] },
    ]);
  });

  it("is not, where nothing was shipped, the plan is gone, or the order is cancelled as well", () => {
    expect(findingsOf(pair, { ...voided, fulfillments: {} })).toEqual([]);
    expect(
      findingsOf(pair, { ...voided, refunds: { "5": refunded(9, { "1": 1, "2": 1 }) } }),
    ).toEqual([]);
    expect(findingsOf(pair, { ...voided, cancelledAt: 9 })).toEqual([]);
  });
});

describe("a cancelled order's payment was kept", () => {
  const head = { moneyKept: true as const };
  const kept = { code: "cancelled_not_refunded", severity: "warning", lineItemIds: ["2"] };

  it("whether its units are off the order or not", () => {
    const state = { head, cancelledAt: 90_000 };
    expect(findingsOf(pair, state)).toMatchObject([kept]);
    const refunds = { "5": refunded(89_000, { "1": 1, "2": 1 }) };
    expect(findingsOf(pair, { ...state, refunds })).toMatchObject([kept]);
  });

  it("not of a plan that was refunded before, nor of an order that was paid back or is there", () => {
    const refunds = { "5": refunded(9, { "2": 1 }) };
    expect(findingsOf(pair, { head, cancelledAt: 90_000, refunds })).toEqual([]);
    expect(findingsOf(pair, { cancelledAt: 90_000 })).toEqual([]);
    expect(findingsOf(pair, { head })).toEqual([]);
  });
});

it("a fulfillment was withdrawn after it had been reported", () => {
  const fulfillments = { "5": fulfilled(9, { "1": 1 }) };
  const lines = [line("1", { quantity: 2 })];
  expect(findingsOf(lines, { fulfillments }, { reportedUnits: { "1": 1 } })).toEqual([]);
  expect(findingsOf(lines, { fulfillments }, { reportedUnits: { "1": 2 } })).toMatchObject([
    { code: "fulfillment_withdrawn", severity: "warning", lineItemIds: ["1"] },
  ]);
});

it("refunded more than ordered", () => {
  const refunds = { "5": refunded(9, { "1": 2, "2": 1 }) };
  expect(findingsOf(pair, { refunds })).toMatchObject([
    { code: "refunded_more_than_ordered", severity: "warning", lineItemIds: ["1"] },
  ]);
});

it("price with excess decimals, rounded half up", () => {
  const dear = line("1", { shopPrice: { amount: "10.005", currency: "EUR" } });
  const mapping = map(order([dear]));
  expect(mapping.findings).toMatchObject([
    { code: "excess_decimals", severity: "warning", lineItemIds: ["1"] },
  ]);
  expect(feedLine(mapping, "1").product_data.price.amount).toBe(1001);
  const zeros = line("1", { shopPrice: { amount: "10.000", currency: "EUR" } });
  expect(findingsOf([zeros])).toEqual([]);
});

it("discounted plan; a discounted product is nobody's business", () => {
  const [banana] = pair;
  if (!banana) throw new Error("no product");
  const cheap = { ...banana, item: { ...banana.item, discounted: true } };
  const lines = [cheap, plan("2", { ...key, discounted: true })];
  expect(findingsOf(lines)).toMatchObject([
    { code: "discounted_plan", severity: "warning", lineItemIds: ["2"] },
  ]);
});

it("no finding names the customer", () => {
  const links = { _hakuna_protection: "99" };
  const shopPrice = { amount: "1.001", currency: "EUR" };
  const lines = [
    line("1", { links, shopPrice }),
    line("3", { ...key, quantity: 2 }),
    plan("2", { ...key, quantity: 3, discounted: true }),
    plan("4"),
    line("5", { vendor: "hakuna", ...key }),
  ];
  const refunds = { "5": refunded(9, { "3": 3 }) };
  const head = { email: "max@mail.example", phone: "+491601234567", fullyRefunded: true };
  const findings = findingsOf(lines, { refunds, head }, { reportedUnits: { "1": 1 } });
  expect(new Set(codes(findings)).size).toBeGreaterThanOrEqual(9);
  const messages = findings.map(({ message }) => message).join(" ");
  expect(messages).not.toMatch(/Max|Mustermann|mail\.example|\+49|Musterstrasse/);
});
