import { beforeEach, describe, expect, it } from "vitest";
import { type AdminAccess, type AskAdmin, openAdmin } from "#app/shopify/access/admin-api.ts";
import { createRefund, findRefund } from "#app/shopify/refunds/create-refund.ts";
import { readMoneyOrder } from "#app/shopify/refunds/money-order-reader.ts";
import { readPayments } from "#app/shopify/refunds/refund-payments.ts";
import { mostRefunds } from "#app/shopify/refunds/refund-queries.ts";
import { suggestRefund } from "#app/shopify/refunds/suggested-refund.ts";
import { type Refundable, refundableOrder } from "../refundable-order.ts";
import { SimulatedShop } from "../shop.ts";
import type { SimulatedLine } from "../simulated-order.ts";
import { answerQuery } from "./graphql.ts";
import { rootOf } from "./root.ts";

const domain = "refunds.myshopify.com";
let shop: SimulatedShop;
let ask: AskAdmin;
let nextId = 9_007_199_254_740_993n;

beforeEach(async () => {
  shop = new SimulatedShop(domain, ["read_orders", "write_orders"], "key");
  ask = await openAdmin(directly(shop), domain, AbortSignal.timeout(60_000));
});

/** The shop's Admin API without a network, as the library answers it. */
function directly(of: SimulatedShop): AdminAccess {
  const graphql = async (query: string, { variables }: { variables: Record<string, unknown> }) => {
    const now = Date.now();
    const asked = { root: rootOf(of, now), access: of, bucket: of.bucket, now };
    const body = (await answerQuery({ query, variables }, asked)) as {
      data?: unknown;
      errors?: unknown;
    };
    const headers = { date: [new Date(now).toUTCString()] };
    const told = JSON.parse(JSON.stringify(body));
    if (told.errors) {
      const { errors, ...rest } = told;
      throw { body: { ...rest, errors: { graphQLErrors: errors } }, headers };
    }
    return { json: async () => ({ ...told, headers: { date: headers.date[0] } }) };
  };
  return { unauthenticated: { admin: async () => ({ admin: { graphql } }) } };
}

function put(given: Refundable = {}) {
  nextId += 1n;
  const order = refundableOrder(nextId, given);
  shop.orders.put(order);
  const [product, plan] = order.lines;
  if (!product || !plan) throw new Error("no lines");
  return { order, id: String(order.id), product, plan };
}

const suggest = (id: string, line: { id: bigint }, units = 1) =>
  suggestRefund(ask, { orderId: id, lineId: String(line.id), units });

async function refund(
  id: string,
  line: { id: bigint },
  { key = "key-1", units = 1, note = "n" } = {},
) {
  const suggested = await suggest(id, line, units);
  if (!suggested) throw new Error("no order");
  const variables = JSON.stringify({ key, input: { ...suggested.input, note, notify: false } });
  const { currency } = suggested;
  return await createRefund(async () => ask, variables, { currency, isFirst: true });
}

describe("what is suggested", () => {
  it("is what was paid for the units, by the payment they were paid with", async () => {
    const { id, plan, order } = put();
    expect(await suggest(id, plan)).toMatchObject({
      ...{ currency: "EUR", amount: 1200, price: 1200, tax: 0, duties: 0, maximum: 11_200 },
      payments: [{ gateway: "Bogus Gateway", isManual: false, amount: 1200 }],
      canNotify: true,
      input: {
        currency: "EUR",
        refundLineItems: [{ quantity: 1, restockType: "NO_RESTOCK" }],
        transactions: [{ amount: "12.0", gateway: "bogus", kind: "REFUND" }],
      },
    });
    order.money = { paid: [{ gateway: "Cash on Delivery (COD)", amount: 11_200, isManual: true }] };
    expect((await suggest(id, plan))?.payments).toEqual([
      { gateway: "Cash on Delivery (COD)", isManual: true, amount: 1200 },
    ]);
  });

  it.each([
    [
      "a discount on the cart, shared to the cent",
      { plan: { discount: 100, quantity: 3 }, units: 3 },
      1,
      1167,
    ],
    ["tax on top", { money: { taxesIncluded: false }, plan: { taxRate: 19 } }, 1, 1428],
    ["tax in it", { plan: { taxRate: 19 } }, 1, 1200],
    ["duties", { plan: { duty: 50 } }, 1, 1250],
    ["a currency without decimals", { currency: "JPY", plan: { price: 1999 } }, 1, 1999],
    ["a currency of three decimals", { currency: "KWD", plan: { price: 1234 } }, 1, 12_340],
    [
      "the currency that the buyer paid in",
      { money: { presentment: { currency: "CHF", rate: 1.1 } } },
      1,
      1320,
    ],
    ["two of three units", { plan: { discount: 100 }, units: 3 }, 2, 2334],
  ] as [string, Refundable, number, number][])("holds %s", async (_, given, units, amount) => {
    const { id, plan } = put(given);
    expect(await suggest(id, plan, units)).toMatchObject({ amount, price: amount });
  });

  it("is less than the price where not enough is left", async () => {
    const { id, plan, order } = put();
    order.money = { paid: [{ gateway: "bogus", amount: 500 }] };
    expect(await suggest(id, plan)).toMatchObject({ amount: 500, price: 1200, maximum: 500 });
  });

  it("pays back what its payments do together, which may be less than it says", async () => {
    const { id, plan, order } = put();
    order.money = { paid: [{ gateway: "gift_card", amount: 11_200, isLeftOut: true }] };
    expect(await suggest(id, plan)).toMatchObject({ amount: 0, price: 1200, payments: [] });
    order.money.paid = [
      { gateway: "gift_card", amount: 700, isLeftOut: true },
      { gateway: "bogus", amount: 10_500 },
    ];
    expect(await suggest(id, plan)).toMatchObject({ amount: 500, price: 1200 });
  });

  it("is one by hand where nobody says how the payment was made", async () => {
    const { id, plan, order } = put();
    order.money = { paid: [{ gateway: "bogus", amount: 11_200, isUnlinked: true }] };
    expect((await suggest(id, plan))?.payments).toMatchObject([{ isManual: true, amount: 1200 }]);
  });

  it("makes all units' refunds the whole, one by one", async () => {
    const { id, plan } = put({ units: 3, plan: { discount: 100 } });
    const amounts = [];
    for (const key of ["a", "b", "c"]) {
      const answer = await refund(id, plan, { key });
      amounts.push(answer.kind === "created" ? answer.payments[0]?.amount : answer);
    }
    expect(amounts).toEqual([1167, 1167, 1166]);
  });
});

describe("a refund", () => {
  it("is refused without its key", async () => {
    const { id } = put();
    const mutation = `mutation { refundCreate(input: {orderId: "gid://shopify/Order/${id}"}) { refund { id } } }`;
    await expect(ask(mutation, {})).rejects.toThrow("@idempotent directive is required");
  });

  it("is answered again for its key, and made again once keys are forgotten", async () => {
    const { id, plan, order } = put({ units: 2 });
    const first = await refund(id, plan);
    expect(first).toMatchObject({
      kind: "created",
      payments: [{ status: "SUCCESS", amount: 1200 }],
    });
    expect(await refund(id, plan)).toEqual(first);
    expect(shop.refunds.seen).toEqual({ asked: 2, made: 1 });
    shop.refunds.forgetKeys();
    const second = await refund(id, plan);
    expect(second.kind).toBe("created");
    expect(second).not.toEqual(first);
    expect(order.refunds).toHaveLength(2);
  });

  it("is not known where its key comes with other variables", async () => {
    const { id, plan } = put({ units: 2 });
    await refund(id, plan, { note: "one" });
    expect(await refund(id, plan, { note: "two" })).toMatchObject({ kind: "lost" });
    expect(shop.refunds.seen.made).toBe(1);
  });

  it("is found by its note, and its payments end later", async () => {
    const { id, plan } = put();
    shop.refunds.fates.push("PENDING");
    expect(await findRefund(ask, id, "sign-7")).toEqual({ kind: "none" });
    const answer = await refund(id, plan, { note: "Plan, sign-7" });
    if (answer.kind !== "created") throw new Error("not created");
    expect(answer.payments).toMatchObject([{ status: "PENDING" }]);
    expect(await findRefund(ask, id, "sign-7")).toEqual({
      ...{ kind: "found", refundId: answer.refundId },
    });
    shop.refunds.settle(id, answer.refundId, "FAILURE");
    expect(await readPayments(ask, answer.refundId, "EUR")).toMatchObject([{ status: "FAILURE" }]);
    expect(await findRefund(ask, "1", "sign-7")).toEqual({ kind: "no_order" });
  });

  it("is known with all of its payments, on however many pages they come", async () => {
    const { id, order, product } = put();
    const payments = Array.from({ length: 120 }, (_, index) => ({
      ...{ id: BigInt(index + 1), status: "SUCCESS" as const, amount: 10, gateway: "bogus" },
    }));
    const made = { id: 77n, createdAt: order.updatedAt, units: [{ line: product, quantity: 1 }] };
    order.refunds.push({ ...made, payments });
    shop.orders.put(order);
    expect(await readPayments(ask, "77", "EUR")).toHaveLength(120);
    const money = await readMoneyOrder(ask, id, { seesReturns: false });
    expect(money?.refunds[0]?.payments).toHaveLength(120);
    expect(money?.isPartial).toBe(false);
    const tooMany = [...payments, ...payments, ...payments.slice(0, 11)];
    order.refunds[0] = { ...made, payments: tooMany };
    await expect(readPayments(ask, "77", "EUR")).rejects.toThrow("more payments");
  });

  it("is not said to be absent where not all refunds can be seen", async () => {
    const { id, order } = put();
    const filler = (index: number) => ({
      ...{ id: BigInt(index + 1), createdAt: order.updatedAt, units: [], payments: [] },
    });
    order.refunds = Array.from({ length: mostRefunds - 1 }, (_, index) => filler(index));
    expect(await findRefund(ask, id, "sign-7")).toEqual({ kind: "none" });
    order.refunds.push(filler(mostRefunds));
    expect(await findRefund(ask, id, "sign-7")).toEqual({ kind: "unknown" });
    const denied: AskAdmin = async (query, variables) => ({
      ...(await ask(query, variables)),
      denied: [{ path: ["order", "refunds"], access: null }] as never,
    });
    order.refunds = [];
    expect(await findRefund(denied, id, "sign-7")).toEqual({ kind: "unknown" });
  });

  it("is told of by webhooks", async () => {
    const { id, plan } = put();
    await refund(id, plan);
    const [made, updated, ...more] = shop.takeWebhooks();
    expect(more).toEqual([]);
    expect([made?.topic, updated?.topic]).toEqual(["refunds/create", "orders/updated"]);
    expect(JSON.parse(made?.body ?? "")).toMatchObject({
      note: "n",
      refund_line_items: [{ quantity: 1, restock_type: "no_restock" }],
      transactions: [{ amount: "12.00", status: "success" }],
    });
  });

  it("is refused in words: too much, a gateway that cannot, a locked order, no scope", async () => {
    const { id, plan, order } = put({ units: 1 });
    shop.refunds.unsupported.add("bogus");
    expect(await refund(id, plan, { key: "1" })).toMatchObject({
      kind: "refused",
      code: "gateway",
    });
    shop.refunds.unsupported.clear();
    shop.refunds.locked.add(id);
    expect(await refund(id, plan, { key: "2" })).toMatchObject({ kind: "refused", code: "locked" });
    shop.refunds.locked.clear();
    shop.scopes.delete("write_orders");
    expect(await refund(id, plan, { key: "3" })).toMatchObject({
      kind: "refused",
      code: "no_scope",
    });
    shop.scopes.add("write_orders");
    const suggested = await suggest(id, plan);
    order.money = { paid: [{ gateway: "bogus", amount: 600 }] };
    const variables = JSON.stringify({ key: "4", input: { ...suggested?.input, note: "" } });
    expect(
      await createRefund(async () => ask, variables, { currency: "EUR", isFirst: true }),
    ).toMatchObject({ kind: "refused", code: "over_refund" });
    expect(shop.refunds.seen.made).toBe(0);
  });

  it("is not known where it is throttled, nor where access is refused at a repeat", async () => {
    const { id, plan } = put();
    const variables = JSON.stringify({ key: "1", input: (await suggest(id, plan))?.input });
    const again = { currency: "EUR", isFirst: false };
    shop.scopes.delete("write_orders");
    expect(await createRefund(async () => ask, variables, again)).toMatchObject({ kind: "lost" });
    shop.scopes.add("write_orders");
    // however long the call takes, nothing is there again
    shop.bucket.throttle = { maximumAvailable: 100, restoreRate: 0.001 };
    shop.bucket.drain(Date.now());
    expect(
      await createRefund(async () => ask, variables, { currency: "EUR", isFirst: true }),
    ).toMatchObject({ kind: "lost", retryAfterMs: expect.any(Number) });
  });
});

describe("an order's money", () => {
  it("is read with what its refunds say of it", async () => {
    const { id, product, order } = put({
      product: { taxRate: 19 },
      money: { taxesIncluded: false },
    });
    order.refunds.push({
      ...{
        id: 5n,
        createdAt: Date.now(),
        units: [{ line: product, quantity: 1, restockType: "RETURN" }],
      },
      payments: [{ id: 6n, status: "SUCCESS", amount: 11_900, gateway: "bogus" }],
    });
    order.returns = [{ id: 4n, status: "CLOSED", isExchange: true, refundIds: [5n], units: [] }];
    order.returnStatus = "RETURNED";
    const money = {
      ...{ id, cancelled: false, currency: "EUR", taxesIncluded: false },
      ...{ edited: false, added: [] },
      ...{ received: 13_100, refunded: 11_900, returnStatus: "RETURNED", isPartial: false },
      lines: [
        { id: String(product.id), quantity: 1, currentQuantity: 0 },
        { id: String(order.lines[1]?.id), quantity: 1, currentQuantity: 1 },
      ],
      refunds: [
        {
          ...{ id: "5", note: null, shipping: 0, duties: 0, isAdjusted: false },
          units: [
            {
              ...{ lineItemId: String(product.id), quantity: 1, restockType: "RETURN" },
              ...{ subtotal: 10_000, tax: 1_900 },
            },
          ],
          payments: [{ id: "6", status: "SUCCESS", amount: 11_900, gateway: "bogus" }],
        },
      ],
    };
    expect(await readMoneyOrder(ask, id, { seesReturns: false })).toEqual({
      ...money,
      returns: null,
    });
    shop.scopes.add("read_returns");
    expect(await readMoneyOrder(ask, id, { seesReturns: true })).toEqual({
      ...money,
      returns: [{ status: "CLOSED", isExchange: true, refundIds: ["5"] }],
    });
  });

  it("says of which lines edits added units, or that there are more edits than are read", async () => {
    const { id, product, plan, order } = put({ units: 2 });
    const read = () => readMoneyOrder(ask, id, { seesReturns: false });
    product.removed = 1;
    expect(await read()).toMatchObject({ edited: true, added: [] });
    const other = { ...product, id: product.id + 3n, quantity: 1, removed: 0 };
    order.lines.push(other);
    plan.quantity += 1;
    const edit = (line: SimulatedLine) => ({ at: Date.now(), added: [{ line, quantity: 1 }] });
    order.edits = [edit(other), edit(plan)];
    const added = [other, plan].map((line) => String(line.id));
    expect(await read()).toMatchObject({ edited: true, added });
    order.edits = Array.from({ length: 12 }, () => edit(other));
    other.quantity = 12;
    expect(await read()).toMatchObject({ edited: true, added: null, isPartial: false });
  });

  it("says where more was paid back than its lines cost, and where there is more of it", async () => {
    const { id, product, order } = put();
    const back = (amount: number, at: bigint) => ({
      ...{ id: at, createdAt: Date.now(), units: [{ line: product, quantity: 1 }] },
      payments: [{ id: at + 1n, status: "SUCCESS" as const, amount, gateway: "bogus" }],
    });
    order.refunds.push(back(11_200, 10n));
    const read = () => readMoneyOrder(ask, id, { seesReturns: false });
    expect(await read()).toMatchObject({ refunds: [{ isAdjusted: true }], isPartial: false });
    for (let at = 20n; at < 100n; at += 10n) order.refunds.push(back(10_000, at));
    expect(await read()).toMatchObject({ isPartial: true });
    expect(await readMoneyOrder(ask, "1", { seesReturns: false })).toBeNull();
  });
});
