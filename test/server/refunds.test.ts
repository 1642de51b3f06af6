import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openRefundShop } from "./refund-shop.ts";
import { isCounted } from "./vogelsang.ts";

const domain = "refunds.myshopify.com";
const { world, client, pool, shop, allScopes, ...given } = await openRefundShop(
  domain,
  5_600_000_000n,
);
const { deliver, productGone, post, refund, rowsOf, stateOf, atHakuna, age, due, set } = given;

describe("a refund by hand", () => {
  it("pays back exactly the plan's units, once, and Hakuna learns of it", async () => {
    const gone = await productGone();
    const { order, id } = gone;
    expect(await client.order(domain, id)).toMatchObject({ refundUnits: 1, needsAttention: true });
    expect(atHakuna(gone)).toBe(0);
    const { text } = await ask(world, `/app/refunds/${id}?plan=${gone.planLineId}&units=1`, {
      token: sessionToken(world, domain),
    });
    expect(JSON.parse(text).preview).toMatchObject({
      ...{ amount: 1200, price: 1200, currency: "EUR", isBelow: false, received: 11_200 },
      ...{ refunded: 10_000, canNotify: true },
      payments: [{ gateway: "Bogus Gateway", isManual: false, amount: 1200 }],
      earlier: [{ units: 1, amount: 10_000, state: "succeeded" }],
    });
    expect(await refund(gone)).toMatchObject({ result: "asked", state: "done" });
    await deliver();
    const [row] = await rowsOf(gone);
    expect(order.refunds.at(-1)).toMatchObject({
      note: `Hakuna ${row.id}`,
      notified: true,
      units: [{ quantity: 1, restockType: "NO_RESTOCK" }],
      payments: [{ amount: 1200, gateway: "bogus" }],
    });
    expect(row).toMatchObject({ staffId: "42", reason: "product_gone", units: 1, asks: 1 });
    expect(row.variables).not.toContain("allowOverRefunding");
    await eventually("Hakuna has it", () => atHakuna(gone) === 1);
    expect(await client.order(domain, id)).toMatchObject({ refundUnits: 0, needsAttention: false });
    expect(await isCounted(pool, domain)).toBe(true);
    expect(await refund(gone)).toEqual({ result: "changed" });
  });

  it("is made from Shopify's own order page as well, in words", async () => {
    const gone = await productGone();
    const headers = { origin: "https://extensions.shopifycdn.com" };
    const token = sessionToken(world, domain);
    const read = async (query: string, body?: object) => {
      const answer = await ask(world, `/api/refunds/${gone.id}?${query}`, { token, headers, body });
      expect(answer.headers["access-control-allow-origin"]).toBe("*");
      return JSON.parse(answer.text);
    };
    expect(await read("locale=en")).toMatchObject({
      ...{ notify: true, mayRefund: true },
      plans: [{ id: gone.planLineId, units: 1, left: 1, why: expect.stringContaining("1 unit") }],
    });
    const shown = await read(`locale=de&plan=${gone.planLineId}&units=1`);
    expect(shown).toMatchObject({ amount: 1200, currency: "EUR", left: 1, warnings: [] });
    expect(shown.rows.at(-1)).toEqual({ label: "Zurück an den Kunden", value: "12,00\u00a0€" });
    const asked = { action: "refund", planLineId: gone.planLineId, units: 1, left: 1 };
    const body = { ...asked, notify: true, amount: 1200, currency: "EUR" };
    expect(await read("locale=en", body)).toEqual({ isDone: true, text: "The plan is refunded" });
    expect(await read("locale=en", body)).toMatchObject({ isDone: false });
    expect(await stateOf(gone)).toEqual(["done"]);
    const other = sessionToken(world, "other-refunds.myshopify.com");
    const { status } = await ask(world, `/api/refunds/${gone.id}`, { token: other, headers });
    expect(status).toBe(404);
  });

  it("is one refund however many people and tries there are at once", async () => {
    const gone = await productGone();
    const before = shop.refunds.seen.made;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => refund(gone, {}, { sub: String(50 + index) })),
    );
    expect(shop.refunds.seen.made - before).toBe(1);
    expect(answers.filter(({ result }) => result === "asked")).toHaveLength(1);
    expect(await stateOf(gone)).toEqual(["done"]);
  });

  it("refunds no second unit for somebody who saw what was there a moment ago", async () => {
    const gone = await productGone({ units: 2 });
    const before = shop.refunds.seen.made;
    const { promise, resolve } = Promise.withResolvers<void>();
    // they were told what would be paid back before the other one was done
    shop.faults.plan({ kind: "held", until: promise }, { of: "query SuggestedPlanRefund" });
    const late = refund(gone, { left: 2 }, { sub: "43" });
    await eventually("they wait for Shopify", () => shop.faults.areOver);
    expect(await refund(gone, { left: 2 })).toMatchObject({ result: "asked", state: "done" });
    resolve();
    expect(await late).toEqual({ result: "changed" });
    expect(await refund(gone, { left: 2 }, { sub: "44" })).toEqual({ result: "changed" });
    await deliver();
    expect(await refund(gone, { left: 2 }, { sub: "45" })).toEqual({ result: "changed" });
    expect(shop.refunds.seen.made - before).toBe(1);
    expect(await stateOf(gone)).toEqual(["done"]);
  });

  it("cancels the plan alone where its product stays", async () => {
    const gone = await productGone({}, { units: [] });
    expect(await client.order(domain, gone.id)).toMatchObject({ refundUnits: 0 });
    expect(await refund(gone)).toMatchObject({ result: "asked", state: "done" });
    expect(await rowsOf(gone)).toMatchObject([{ reason: "plan_cancelled" }]);
    await deliver();
    await eventually("Hakuna has it", () => atHakuna(gone) === 1);
  });

  it("does nothing where the amount is another one than was confirmed", async () => {
    const gone = await productGone();
    expect(await refund(gone, { amount: 1199 })).toEqual({ result: "changed" });
    expect(await refund(gone, { currency: "USD" })).toEqual({ result: "changed" });
    // money was paid back since the dialog was opened
    expect(await refund(gone, { refunded: 8800 })).toEqual({ result: "changed" });
    expect(await refund(gone, { units: 2, left: 2, amount: 2400 })).toMatchObject({
      result: "changed",
    });
    expect(await rowsOf(gone)).toEqual([]);
  });

  it("is Hakuna's to decide when its time is over, whatever page still offered it", async () => {
    const shipped = async (daysAgo: number, units: number) => {
      const gone = await productGone({ units });
      const at = Date.now() - daysAgo * 86_400_000;
      gone.order.fulfillments.push({
        ...{ id: gone.order.id + 300n, status: "success", createdAt: at, updatedAt: at },
        units: [{ line: gone.product, quantity: units }],
      });
      gone.order.updatedAt += 60_000;
      await gone.tell("orders/updated");
      return gone;
    };
    const before = shop.refunds.seen.asked;
    const late = await shipped(95, 1);
    expect(await refund(late)).toEqual({ result: "late" });
    expect(await rowsOf(late)).toEqual([]);
    // with its product the plan may go for three months, alone for fourteen days
    const partly = await shipped(20, 2);
    expect(await refund(partly, { units: 2, left: 2, amount: 2400 })).toEqual({ result: "late" });
    expect(shop.refunds.seen.asked).toBe(before);
    const plans = await ask(world, `/api/refunds/${partly.id}?locale=en`, {
      token: sessionToken(world, domain),
    });
    expect(JSON.parse(plans.text).plans).toMatchObject([{ units: 1, left: 1 }]);
    expect(await refund(partly, { left: 2 })).toMatchObject({ state: "done" });
    const told = await ask(world, `/api/refunds/${late.id}?locale=de`, {
      token: sessionToken(world, domain),
      body: {
        ...{ action: "refund", planLineId: late.planLineId, units: 1, left: 1, notify: false },
        ...{ amount: 1200, currency: "EUR" },
      },
    });
    expect(JSON.parse(told.text)).toEqual({
      ...{ isDone: false, text: "Die Frist dafür ist abgelaufen: Hakunas Support entscheidet." },
    });
  });

  it("needs the scope, and a staff member who holds it", async () => {
    const gone = await productGone();
    world.shopify.tokens.staff.set("77", new Set(["read_orders"]));
    await pool.query(
      `UPDATE "Shop" SET "scopes" = 'read_orders,write_orders' WHERE "domain" = $1`,
      [domain],
    );
    expect(await refund(gone, {}, { sub: "77" })).toEqual({ result: "staff_may_not" });
    shop.scopes.delete("write_orders");
    await pool.query(`UPDATE "Shop" SET "scopes" = 'read_orders' WHERE "domain" = $1`, [domain]);
    try {
      expect(await refund(gone)).toEqual({ result: "no_scope" });
    } finally {
      shop.scopes.add("write_orders");
    }
    expect(await rowsOf(gone)).toEqual([]);
  });

  it("touches no other shop's order", async () => {
    const gone = await productGone();
    const other = "other-refunds.myshopify.com";
    world.shopify.shop(other).scopes = new Set([...allScopes, "write_orders"]);
    const asked = {
      action: "refund",
      planLineId: gone.planLineId,
      units: 1,
      left: 1,
      notify: false,
    };
    const body = { ...asked, amount: 1200, currency: "EUR" };
    await ask(world, "/app.data", { token: sessionToken(world, other) });
    expect(await post(gone.id, body, {}, other)).toEqual({ result: "changed" });
    expect(await rowsOf(gone)).toEqual([]);
  });

  it("is in the currency that the buyer paid in, to its smallest coin", async () => {
    const gone = await productGone({
      currency: "KWD",
      money: { taxesIncluded: false },
      plan: { price: 1234, taxRate: 5, discount: 7 },
    });
    const amount = Math.round((12_340 - 70) * 1.05);
    expect(await refund(gone, { amount, currency: "KWD" })).toMatchObject({ state: "done" });
    expect(gone.order.refunds.at(-1)?.payments).toMatchObject([{ amount }]);
  });
});

describe("an order that was cancelled", () => {
  const partOf = async ({ id, planLineId }: { id: string; planLineId: string }) => {
    const { text } = await ask(world, `/app/cancelled/${id}?plan=${planLineId}`, {
      token: sessionToken(world, domain),
    });
    return JSON.parse(text);
  };

  it("shows the plan's part of what was captured, also where no units are left", async () => {
    const gone = await productGone({}, { units: [] });
    const { order, id } = gone;
    order.updatedAt += 60_000;
    order.cancelledAt = order.updatedAt;
    order.refunds = [
      {
        ...{ id: order.id + 901n, createdAt: order.updatedAt, payments: [] },
        units: order.lines.map((line) => ({ line, quantity: 1, restockType: "CANCEL" as const })),
      },
    ];
    await gone.tell("orders/cancelled");
    const { text } = await ask(world, `/app/orders/${id}.data`, {
      token: sessionToken(world, domain),
    });
    expect(text).toContain("cancelledUnits");
    // it is in the tab, with a finding, until the payment is paid back
    expect(await client.order(domain, id)).toMatchObject({
      ...{ refundUnits: 1, needsAttention: true },
      findings: [{ code: "cancelled_not_refunded", lineItemIds: [gone.planLineId] }],
    });
    const { text: tab } = await ask(world, "/app/orders.data?view=refund", {
      token: sessionToken(world, domain),
    });
    expect(tab).toContain(id);
    expect(await partOf(gone)).toEqual({
      part: { currency: "EUR", received: 11_200, refunded: 0, part: 1_200 },
    });
    // the payment was paid back in Shopify
    order.refunds.push({
      ...{ id: order.id + 902n, createdAt: order.updatedAt, units: [] },
      payments: [{ id: 1n, status: "SUCCESS", amount: 11_200, gateway: "bogus" }],
    });
    expect((await partOf(gone)).part).toMatchObject({ refunded: 11_200, part: 0 });
    order.financialStatus = "refunded";
    order.updatedAt += 60_000;
    await gone.tell("orders/updated");
    expect(await client.order(domain, id)).toMatchObject({
      ...{ refundUnits: 0, needsAttention: false, findings: [] },
    });
    const other = sessionToken(world, "other-refunds.myshopify.com");
    const path = `/app/cancelled/${id}?plan=${gone.planLineId}`;
    expect(JSON.parse((await ask(world, path, { token: other })).text)).toHaveProperty(
      "unavailable",
    );
  });
});

it("a cancelled order that was never paid asks for nothing, nor one that was put away", async () => {
  const cancel = async (financialStatus: "pending" | "paid") => {
    const gone = await productGone({ financialStatus }, { units: [] });
    gone.order.updatedAt += 60_000;
    gone.order.cancelledAt = gone.order.updatedAt;
    await gone.tell("orders/cancelled");
    return gone;
  };
  const unpaid = await cancel("pending");
  expect(await client.order(domain, unpaid.id)).toMatchObject({ refundUnits: 0, findings: [] });
  const { id, planLineId } = await cancel("paid");
  expect(await client.order(domain, id)).toMatchObject({ refundUnits: 1 });
  await ask(world, `/app/orders/${id}.data`, {
    token: sessionToken(world, domain),
    body: { action: "put_away", keys: [`cancelled_not_refunded:${planLineId}`] },
  });
  expect(await client.order(domain, id)).toMatchObject({ refundUnits: 0, needsAttention: false });
});

describe("what Shopify says against it", () => {
  it.each([
    [
      "gateway",
      () => shop.refunds.unsupported.add("bogus"),
      () => shop.refunds.unsupported.clear(),
    ],
    ["locked", (id: string) => shop.refunds.locked.add(id), () => shop.refunds.locked.clear()],
  ])("%s: is told, and may be tried again", async (problem, begin, end) => {
    const gone = await productGone();
    begin(gone.id);
    expect(await refund(gone)).toMatchObject({ result: "asked", state: "refused", problem });
    end();
    expect(await client.order(domain, gone.id)).toMatchObject({ refundUnits: 1 });
    expect(await refund(gone)).toMatchObject({ state: "done" });
    expect(await stateOf(gone)).toEqual(["refused", "done"]);
  });
});

describe("an answer that is lost", () => {
  const lose = () => shop.faults.plan({ kind: "answer_lost" }, { of: "mutation RefundPlan" });

  it("leads to the refund that was made, and no other", async () => {
    const gone = await productGone();
    const before = shop.refunds.seen.made;
    lose();
    expect(await refund(gone)).toMatchObject({ state: "asking", problem: "lost" });
    // its webhooks come first: Hakuna is not told before the payment is known
    await deliver();
    expect(atHakuna(gone)).toBe(0);
    expect(await refund(gone)).toMatchObject({ result: expect.stringMatching("open|changed") });
    await due(gone);
    await eventually("it is found", async () => String(await stateOf(gone)) === "done");
    expect(shop.refunds.seen.made - before).toBe(1);
    await eventually("Hakuna has it", () => atHakuna(gone) === 1);
  });

  it("is asked for again with the same bytes where none was made", async () => {
    const gone = await productGone();
    shop.faults.plan({ kind: "dropped" }, { of: "mutation RefundPlan" });
    expect(await refund(gone)).toMatchObject({ state: "asking" });
    const asked = () =>
      shop.asked.filter(
        ({ query, variables }) =>
          query.includes("mutation RefundPlan") && JSON.stringify(variables).includes(gone.id),
      );
    await due(gone);
    await eventually("it is made", async () => String(await stateOf(gone)) === "done");
    const [row] = await rowsOf(gone);
    expect(asked().map(({ variables }) => variables.key)).toEqual([row.key]);
    expect(asked().map(({ variables }) => variables.input)).toEqual([
      JSON.parse(row.variables).input,
    ]);
    expect(row.asks).toBe(2);
  });

  it("is a person's after an hour: nothing is sent any more", async () => {
    const gone = await productGone();
    shop.faults.plan({ kind: "dropped" }, { of: "mutation RefundPlan" });
    const before = shop.refunds.seen.asked;
    await refund(gone);
    await age(gone, 61);
    await eventually("it is given up", async () => String(await stateOf(gone)) === "unclear");
    expect(shop.refunds.seen.asked).toBe(before);
    const [row] = await rowsOf(gone);
    expect(row).toMatchObject({ problem: "hour_over" });
    expect(await refund(gone)).toMatchObject({ result: "open", state: "unclear" });
    expect(await post(gone.id, { action: "was_not_paid", refundId: row.id })).toMatchObject({
      result: "decided",
    });
    expect(await refund(gone)).toMatchObject({ state: "done" });
    expect(await stateOf(gone)).toEqual(["dropped", "done"]);
  });

  it("is found by its note although a person says that nothing was refunded", async () => {
    const gone = await productGone();
    lose();
    await refund(gone);
    await pool.query(
      `UPDATE "PlanRefund" SET "state" = 'unclear', "dueAt" = NULL,
              "askedAt" = "askedAt" - interval '5 minutes', "calledAt" = "calledAt" - interval '5 minutes'
        WHERE "shop" = $1 AND "orderId" = $2`,
      [domain, gone.id],
    );
    const [row] = await rowsOf(gone);
    const before = shop.refunds.seen.made;
    expect(await post(gone.id, { action: "was_not_paid", refundId: row.id })).toMatchObject({
      result: "changed",
    });
    expect(await stateOf(gone)).toEqual(["done"]);
    expect(shop.refunds.seen.made).toBe(before);
  });

  it("survives the death of its process, between the intent and the call or after it", async () => {
    const gone = await productGone();
    const before = shop.refunds.seen.made;
    const { promise, resolve } = Promise.withResolvers<void>();
    shop.faults.plan({ kind: "held", until: promise }, { of: "mutation RefundPlan" });
    const asking = refund(gone).catch(() => null);
    await eventually("it is written down", async () => String(await stateOf(gone)) === "asking");
    await world.restart("SIGKILL");
    await asking;
    // the request of the dead process still arrives
    resolve();
    await eventually("it arrived", () => shop.refunds.seen.made - before === 1);
    await pool.query(`UPDATE "PlanRefund" SET "leaseUntil" = now() WHERE "shop" = $1`, [domain]);
    await eventually("it is found", async () => {
      await due(gone);
      return String(await stateOf(gone)) === "done";
    });
    expect(shop.refunds.seen.made - before).toBe(1);
  });
});

describe("the money", () => {
  it("is waited for before Hakuna is told", async () => {
    const gone = await productGone();
    shop.refunds.fates.push("PENDING");
    expect(await refund(gone)).toMatchObject({ state: "paying" });
    await deliver();
    expect(atHakuna(gone)).toBe(0);
    const [row] = await rowsOf(gone);
    shop.refunds.settle(gone.id, row.refundId, "SUCCESS");
    await deliver();
    await eventually("it is paid", async () => String(await stateOf(gone)) === "done");
    await eventually("Hakuna has it", () => atHakuna(gone) === 1);
  });

  it("that did not arrive ends no cover until a person says so", async () => {
    const gone = await productGone();
    shop.refunds.fates.push("FAILURE");
    expect(await refund(gone)).toMatchObject({ state: "unpaid" });
    await deliver();
    expect(atHakuna(gone)).toBe(0);
    expect(await client.order(domain, gone.id)).toMatchObject({ refundUnits: 1 });
    const [row] = await rowsOf(gone);
    expect(await post(gone.id, { action: "was_paid", refundId: row.id })).toMatchObject({
      result: "decided",
    });
    await eventually("Hakuna has it", () => atHakuna(gone) === 1);
    expect(await rowsOf(gone)).toMatchObject([{ state: "done", endedBy: "user:42" }]);
  });

  it("of an earlier unit stays reported while another one is refunded", async () => {
    const gone = await productGone({ units: 2 });
    expect(await refund(gone, { left: 2 })).toMatchObject({ state: "done" });
    await deliver();
    await eventually("Hakuna has the first", () => atHakuna(gone) === 1);
    shop.refunds.fates.push("FAILURE");
    expect(await refund(gone)).toMatchObject({ state: "unpaid" });
    await deliver();
    expect(atHakuna(gone)).toBe(1);
  });
});

describe("the timeline", () => {
  it("tells who, how much, and Shopify's refund", async () => {
    const gone = await productGone();
    await refund(gone);
    const { rows } = await pool.query(
      `SELECT "detail" FROM "TimelineEvent" WHERE "shop" = $1 AND "orderId" = $2 AND "kind" = 'refund'
        ORDER BY "at", "source"`,
      [domain, gone.id],
    );
    const [row] = await rowsOf(gone);
    const told = { by: "user:42", amount: 1200, currency: "EUR", units: 1 };
    expect(rows.map(({ detail }) => detail)).toMatchObject([
      { ...told, step: "asked" },
      { ...told, step: "done", refundId: row.refundId },
    ]);
  });
});

describe("by itself", () => {
  it("does nothing while it is off", async () => {
    await set(false);
    const gone = await productGone();
    expect(await client.order(domain, gone.id)).toMatchObject({
      refundUnits: 1,
      refundLookAt: null,
    });
  });

  it("plans, waits, looks once more and refunds", async () => {
    await set(true);
    const gone = await productGone();
    await eventually("it is planned", async () => String(await stateOf(gone)) === "planned");
    const [planned] = await rowsOf(gone);
    const hours = (planned.dueAt.getTime() - planned.createdAt.getTime()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThanOrEqual(24);
    expect(planned).toMatchObject({ staffId: null, variables: null });
    await due(gone);
    await eventually("it is refunded", async () => String(await stateOf(gone)) === "done");
    expect(gone.order.refunds.at(-1)?.payments).toMatchObject([{ amount: 1200 }]);
    await deliver();
    await eventually("Hakuna has it", () => atHakuna(gone) === 1);
  });

  it("is refunded once where a person does it at the same time", async () => {
    await set(true);
    const gone = await productGone();
    await eventually("it is planned", async () => String(await stateOf(gone)) === "planned");
    const before = shop.refunds.seen.made;
    await Promise.all([due(gone), refund(gone), refund(gone, {}, { sub: "43" })]);
    await eventually("all is over", async () => {
      const states = await stateOf(gone);
      return states.includes("done") && states.every((state) => /done|dropped/.test(state));
    });
    expect(shop.refunds.seen.made - before).toBe(1);
  });

  it("leaves what a person did not want", async () => {
    await set(true);
    const gone = await productGone();
    await eventually("it is planned", async () => String(await stateOf(gone)) === "planned");
    const [row] = await rowsOf(gone);
    expect(await post(gone.id, { action: "decline", refundId: row.id })).toMatchObject({
      result: "decided",
    });
    gone.order.updatedAt += 60_000;
    await gone.tell("orders/updated");
    await eventually("it was looked at", async () => {
      const { refundWhyNot } = await client.order(domain, gone.id);
      return JSON.stringify(refundWhyNot).includes("refused_before");
    });
    expect(await stateOf(gone)).toEqual(["dropped"]);
  });

  it("drops what is not clear any more when its time comes", async () => {
    await set(true);
    const gone = await productGone();
    await eventually("it is planned", async () => String(await stateOf(gone)) === "planned");
    // somebody paid back the plan as money, and no webhook told of it
    gone.order.refunds.push({
      ...{ id: gone.order.id + 950n, createdAt: Date.now(), units: [] },
      payments: [{ id: 1n, status: "SUCCESS", amount: 1200, gateway: "bogus" }],
    });
    const before = shop.refunds.seen.asked;
    await due(gone);
    await eventually("it is dropped", async () => String(await stateOf(gone)) === "dropped");
    expect(shop.refunds.seen.asked).toBe(before);
    expect((await client.order(domain, gone.id)).refundWhyNot).toEqual({
      [gone.planLineId]: ["earlier_refund_differs"],
    });
  });

  it("keeps the plan whose finding a person put away, though a refund was planned", async () => {
    await set(true);
    const gone = await productGone();
    await eventually("it is planned", async () => String(await stateOf(gone)) === "planned");
    const [product] = gone.order.lines;
    const keys = [`product_gone_plan_not:${product?.id}:${gone.planLineId}`];
    const token = sessionToken(world, domain);
    await ask(world, `/app/orders/${gone.id}.data`, { token, body: { action: "put_away", keys } });
    expect(await rowsOf(gone)).toMatchObject([{ state: "dropped", dueAt: null }]);
    expect(await client.order(domain, gone.id)).toMatchObject({ refundUnits: 0 });
  });

  it("pays nothing that a person said was paid", async () => {
    await set(true, 0);
    shop.faults.plan({ kind: "dropped" }, { of: "mutation RefundPlan" });
    const gone = await productGone();
    await eventually("it was lost", async () => (await rowsOf(gone))[0]?.problem === "lost");
    await age(gone, 61);
    await eventually("it is given up", async () => String(await stateOf(gone)) === "unclear");
    const [row] = await rowsOf(gone);
    await post(gone.id, { action: "was_paid", refundId: row.id });
    await pool.query(`UPDATE "Order" SET "refundLookAt" = now() WHERE "shop" = $1 AND "id" = $2`, [
      domain,
      gone.id,
    ]);
    await eventually("it was looked at", async () =>
      JSON.stringify((await client.order(domain, gone.id)).refundWhyNot).includes("refused_before"),
    );
    expect(await rowsOf(gone)).toHaveLength(1);
  });

  it("waits anew with what was unclear until now, so that a person can still say no", async () => {
    await set(true, 24);
    const gone = await productGone({ returnStatus: "IN_PROGRESS" });
    await eventually("it was looked at", async () =>
      JSON.stringify((await client.order(domain, gone.id)).refundWhyNot).includes("return_open"),
    );
    await pool.query(
      `UPDATE "Order" SET "refundSince" = now() - interval '2 days' WHERE "shop" = $1 AND "id" = $2`,
      [domain, gone.id],
    );
    await pool.query(
      `UPDATE "Shop" SET "refundsAloneSince" = now() - interval '3 days' WHERE "domain" = $1`,
      [domain],
    );
    gone.order.returnStatus = "NO_RETURN";
    gone.order.updatedAt += 60_000;
    await gone.tell("orders/updated");
    await eventually("it is planned", async () => String(await stateOf(gone)) === "planned");
    const [row] = await rowsOf(gone);
    expect(row.dueAt.getTime()).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    await set(false);
  });

  it("is declined without the right to refund, which the app may have lost", async () => {
    await set(true);
    const gone = await productGone();
    await eventually("it is planned", async () => String(await stateOf(gone)) === "planned");
    const [row] = await rowsOf(gone);
    shop.scopes.delete("write_orders");
    const answer = await post(gone.id, { action: "decline", refundId: row.id });
    shop.scopes.add("write_orders");
    expect(answer).toMatchObject({ result: "decided" });
    expect(await stateOf(gone)).toEqual(["dropped"]);
  });

  it("begins with what is found after it was switched on, and ends with it", async () => {
    const save = async (alone: boolean) => {
      const { text } = await ask(world, "/app/settings.data", {
        token: sessionToken(world, domain),
        body: {
          intent: "save",
          settings: {
            ...{ environment: "sandbox", share: "protected", sendTestOrders: false },
            ...{ sendOlderOrders: false, acceptSuggestions: false, productIdentifier: "variant" },
            ...{ country: "de", refunds: { alone, waitHours: 24, notify: true } },
          },
          ...{ apiKey: null, sentOrders: null, untested: false },
        },
      });
      expect(text).toContain("saved");
    };
    await set(false);
    const before = await productGone();
    await save(true);
    const after = await productGone();
    await eventually("it is planned", async () => String(await stateOf(after)) === "planned");
    before.order.updatedAt += 60_000;
    await before.tell("orders/updated");
    expect(await client.order(domain, before.id)).toMatchObject({
      refundUnits: 1,
      refundLookAt: null,
    });
    await save(false);
    expect(await rowsOf(after)).toMatchObject([{ state: "dropped", problem: "switched_off" }]);
    expect(await rowsOf(before)).toEqual([]);
  });

  it("says why a plan is a person's", async () => {
    await set(true);
    const gone = await productGone({}, { units: [] });
    const [product] = gone.order.lines;
    if (!product) throw new Error("no product");
    gone.order.refunds = [
      { id: gone.order.id + 901n, createdAt: Date.now(), units: [{ line: product, quantity: 1 }] },
    ];
    gone.order.updatedAt += 60_000;
    await gone.tell("orders/updated");
    await eventually("it was looked at", async () => {
      const { refundWhyNot } = await client.order(domain, gone.id);
      return JSON.stringify(refundWhyNot).includes("goodwill");
    });
    expect(await rowsOf(gone)).toEqual([]);
  });

  it("puts an order off that cannot be looked at, and is stopped by none", async () => {
    await set(true);
    const gone = await productGone();
    await pool.query(
      `UPDATE "OrderDocument" SET "state" = "state" - 'head' || '{"head": null}'
        WHERE "shop" = $1 AND "orderId" = $2`,
      [domain, gone.id],
    );
    await pool.query(
      `UPDATE "Order" SET "refundLookAt" = to_timestamp(0) WHERE "shop" = $1 AND "id" = $2`,
      [domain, gone.id],
    );
    await eventually("it is put off", async () => {
      const { refundLookAt } = await client.order(domain, gone.id);
      return (refundLookAt as Date) > new Date();
    });
  });

  it("waits while deliveries are held back", async () => {
    await set(true);
    const gone = await productGone();
    await eventually("it is planned", async () => String(await stateOf(gone)) === "planned");
    await pool.query(`UPDATE "Shop" SET "paused" = true WHERE "domain" = $1`, [domain]);
    await due(gone);
    await eventually("it waits", async () => (await rowsOf(gone))[0].problem === "shop_held");
    expect(await stateOf(gone)).toEqual(["planned"]);
    await pool.query(`UPDATE "Shop" SET "paused" = false WHERE "domain" = $1`, [domain]);
    await due(gone);
    await eventually("it is refunded", async () => String(await stateOf(gone)) === "done");
  });
});

it("knows one open refund of a plan line, whatever is written at once", async () => {
  const insert = (id: string) =>
    pool.query(
      `INSERT INTO "PlanRefund" ("shop", "id", "orderId", "planLineId", "planTitle", "units", "reason",
              "state", "key", "notify", "createdAt") VALUES ($1, $2, '1', '2', 'x', 1, 'product_gone',
              'unclear', $2, false, now())`,
      [domain, id],
    );
  await insert(randomUUID());
  await expect(insert(randomUUID())).rejects.toMatchObject({ code: "23505" });
});
