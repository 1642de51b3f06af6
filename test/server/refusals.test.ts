import { afterAll, describe, expect, it } from "vitest";
import { resendOrders } from "#app/actions/order-actions.ts";
import { openDatabase } from "#app/db.server.ts";
import { redactCustomer } from "#app/privacy/redact-customer.ts";
import { createTexts } from "#app/texts/i18n.ts";
import { messages } from "#app/texts/messages.server.ts";
import { pageOfOrders } from "#app/views/list-in-parts.ts";
import { orderFilterOf } from "#app/views/order-filter.ts";
import { viewCounts } from "#app/views/order-list.ts";
import { orderPage } from "#app/views/order-page.ts";
import { orderSummary } from "#app/views/order-summary.ts";
import { stuckSince } from "#app/views/stuck.ts";
import { refusalCodes } from "#test/simulator/hakuna/refusals.ts";
import { eventually } from "./client.ts";
import { insured, type Payload, syncByHand } from "./sync-by-hand.ts";
import { dump, isCounted } from "./vogelsang.ts";

const { current, pool, hakuna, config, context, ...sync } = await syncByHand();
const { arrive, connect, run, take, stored, setShop } = sync;
const { prisma, close } = await openDatabase({ url: config.DATABASE_URL ?? "", log: context.log });
afterAll(close);

const later = (hour: number): Payload => ({ updated_at: `2026-11-24T${hour}:00:00Z` });
const cancelled = (hour: number): Payload => ({
  ...later(hour),
  cancelled_at: "2026-11-24T11:00:00Z",
});

async function shopRow(): Promise<Payload> {
  const { rows } = await pool.query(`SELECT * FROM "Shop" WHERE "domain" = $1`, [current.shop]);
  return rows[0];
}

async function failedToday(): Promise<number> {
  const { rows } = await pool.query(
    `SELECT coalesce(sum("failed"), 0)::int AS "failed" FROM "ShopDay" WHERE "shop" = $1`,
    [current.shop],
  );
  return rows[0].failed;
}

/** The processing of what was accepted last is asked for. */
async function poll(): Promise<void> {
  await pool.query(
    `UPDATE "Attempt" SET "pollAt" = now() WHERE "shop" = $1 AND "requestId" IS NOT NULL`,
    [current.shop],
  );
  await run();
}

const ways = {
  "an answer": async (id: number, code: string, words: string, payload: Payload) => {
    hakuna.behave({ refusal: { orders: [String(id)], code, errors: words ? [words] : [] } });
    await take("orders/updated", payload);
  },
  "an answer's words": async (id: number, code: string, words: string, payload: Payload) => {
    const errors = [`${words} ${code}: see the manual`];
    hakuna.behave({ refusal: { orders: [String(id)], code: "rejected", errors } });
    await take("orders/updated", payload);
  },
  "a processing status": async (id: number, code: string, words: string, payload: Payload) => {
    const failProcessing = { orders: [String(id)], error: words ? `${words} (${code})` : code };
    hakuna.behave({ requestIds: true, failProcessing });
    await take("orders/updated", payload);
    await poll();
  },
};

let ids = 2000;
const nextId = () => {
  ids += 1;
  return ids;
};

const listed = async (address = "") =>
  (
    await pageOfOrders(
      pool,
      current.shop,
      "UTC",
      orderFilterOf(new URLSearchParams(address)),
      null,
      50,
    )
  ).orders;

describe.each(Object.entries(ways))("a refusal by %s", (_way, refuseBy) => {
  it.each(refusalCodes)("%s is a finding, on the page and in the list", async (code) => {
    const id = nextId();
    await refuseBy(id, code, "no such thing", insured(id));
    const row = await stored(id);
    expect(row).toMatchObject({
      ...{ status: "rejected", needsAttention: true, findingSeverity: "error", dueAt: null },
      findings: [{ code, severity: "error", lineItemIds: [], titles: [] }],
      statusReason: expect.stringContaining("no such thing"),
    });
    const note = { kind: "finding", severity: "error", code, titles: [] };
    expect(await listed(`finding=${code}&view=attention`)).toMatchObject([{ id: `${id}`, note }]);
    const page = await orderPage({ prisma, pool }, current.shop, String(id));
    expect(page?.findings).toMatchObject([{ code, severity: "error" }]);
    // Hakuna's own words on demand
    expect(page?.order).toMatchObject({ note, refusal: row.statusReason });
    expect(await isCounted(pool, current.shop)).toBe(true);
  });

  it("with unknown words keeps them", async () => {
    const id = nextId();
    await refuseBy(id, "moon_unsupported", "not on the moon", insured(id));
    const row = await stored(id);
    expect(row).toMatchObject({ status: "rejected", needsAttention: true, findings: [] });
    expect(row.statusReason).toMatch(/moon_unsupported|not on the moon/);
    const note = { kind: "refused", words: row.statusReason };
    expect(await listed()).toMatchObject([{ note }]);
  });

  it("stands as long as the order is as it was refused, whatever is looked at anew", async () => {
    const id = nextId();
    await refuseBy(id, "product_unsupported", "", insured(id));
    hakuna.behave({});
    const refused = { status: "rejected", findings: [{ code: "product_unsupported" }] };
    await setShop("reviewAfter", "");
    await run();
    expect(await stored(id)).toMatchObject(refused);
    // the same state once more
    await take("orders/updated", insured(id, { note: "x", ...later(12) }));
    expect(await stored(id)).toMatchObject(refused);

    await take("orders/updated", insured(id, { email: "b@example.com", ...later(13) }));
    expect(await stored(id)).toMatchObject({
      ...{ status: "sent", findings: [], findingSeverity: null, needsAttention: false },
      statusReason: null,
    });
    expect(await isCounted(pool, current.shop)).toBe(true);
  });

  it("ends when it is sent again by hand and taken, and comes back when it is refused again", async () => {
    const id = nextId();
    await refuseBy(id, "saleschannel_unsupported", "", insured(id));
    const failed = await failedToday();
    await setShop("paused", true);
    await resendOrders(context, current.shop, [String(id)], "test");
    expect(await stored(id)).toMatchObject({ status: "pending", findings: [] });
    await setShop("paused", false);
    await run();
    await poll();
    expect(await stored(id)).toMatchObject({
      ...{ status: "rejected", findings: [{ code: "saleschannel_unsupported" }] },
    });
    // a day counts orders, not how often each was tried
    expect(await failedToday()).toBe(failed);
    hakuna.behave({});
    await resendOrders(context, current.shop, [String(id)], "test");
    await run();
    expect(await stored(id)).toMatchObject({ status: "sent", findings: [] });
  });

  it("that declines a cancellation is told, and alarms nobody", async () => {
    const id = nextId();
    await take("orders/create", insured(id));
    await refuseBy(id, "cancel_decline", "fulfilled already", insured(id, cancelled(12)));
    const row = await stored(id);
    expect(row).toMatchObject({
      ...{ status: "rejected", needsAttention: false, findingSeverity: "info" },
      findings: [{ code: "cancel_decline", severity: "info" }],
    });
    const note = { kind: "finding", severity: "info", code: "cancel_decline", titles: [] };
    expect(await listed()).toMatchObject([{ needsAttention: false, note }]);
    expect(await viewCounts(pool, current.shop)).toMatchObject({ attention: 0 });
    expect(await failedToday()).toBe(0);
    expect((await stuckSince(pool, new Date(0), current.shop)).orders).toEqual([]);
    const page = await orderPage({ prisma, pool }, current.shop, String(id));
    if (!page) throw new Error("no page");
    expect(page.order.refusal).toContain("cancel_decline");
    for (const language of ["en", "de"] as const) {
      const { t } = createTexts(language, messages[language]);
      expect(orderSummary(t, language, page, Date.now())).toMatchObject({
        status: { tone: "neutral" },
        note: null,
        findings: [{ severity: "info", text: messages[language].finding.cancel_decline }],
      });
    }
    await setShop("reviewAfter", "");
    await run();
    expect(await stored(id)).toMatchObject({
      ...{ status: "rejected", needsAttention: false, findings: [{ severity: "info" }] },
    });
    expect(await isCounted(pool, current.shop)).toBe(true);
  });

  it("that declines a cancellation alarms nobody either when the data is erased", async () => {
    const id = nextId();
    await take("orders/create", insured(id));
    await refuseBy(id, "cancel_decline", "", insured(id, cancelled(12)));
    await redactCustomer(context, current.shop, "request", {
      customerId: null,
      orders: [String(id)],
    });
    const row = await stored(id);
    expect(row).toMatchObject({ status: "rejected" });
    expect(row.findings).toContainEqual(
      expect.objectContaining({ code: "cancel_decline", severity: "info" }),
    );
  });

  it("that declines more than the cancellation is an alarm", async () => {
    const id = nextId();
    const both = "cancel_decline, country_unsupported";
    await refuseBy(id, both, "", insured(id, cancelled(12)));
    expect(await stored(id)).toMatchObject({ needsAttention: true, findingSeverity: "error" });
    expect(await failedToday()).toBe(1);
  });

  it("keeps nothing of the customer's data that Hakuna repeats", async () => {
    const id = nextId();
    const customer = { id: 5, first_name: "Jörg", last_name: "Müßig", phone: "+49 160 7654321" };
    const words = "JOERG MUESSIG, Muster-Strasse 1 in Berlin, 0160/76 54 321";
    await refuseBy(id, "x", words, insured(id, { customer }));
    expect((await stored(id)).statusReason).toContain("… in …, …");
    for (const table of ["Order", "TimelineEvent", "Attempt", "Shop"]) {
      const { rows } = await pool.query(`SELECT to_jsonb(t)::text AS row FROM "${table}" t`);
      expect(rows.map(({ row }) => row).join("\n")).not.toMatch(/m(ü|ue|u)(ß|ss)ig|strasse|76 54/i);
    }
  });

  it("loses Hakuna's words but for the codes when the customer's data is erased", async () => {
    const id = nextId();
    // a name of no field that was sent
    await refuseBy(id, "product_unsupported", "wife Ottilie Vogelsang", insured(id));
    await setShop("connectionReason", "Hakuna answered 400: Ottilie Vogelsang");
    await setShop("backoffReason", "Hakuna answered 503: Ottilie Vogelsang");
    expect(await dump(pool)).toContain("Vogelsang");
    const erase = { customerId: null, orders: [String(id)] };
    await redactCustomer(context, current.shop, "request", erase);
    expect(await dump(pool)).not.toContain("Vogelsang");
    const rows = async () => (await dump(pool)).split("\n").sort();
    const once = await rows();
    expect(once.join()).toContain("product_unsupported");
    await redactCustomer(context, current.shop, "request", erase);
    expect(await rows()).toEqual(once);
    expect(await shopRow()).toMatchObject({ connectionReason: "Hakuna answered 400." });
  });
});

it("an order that Hakuna had and then refused keeps its finding when its data is erased", async () => {
  const id = nextId();
  await take("orders/create", insured(id));
  await ways["an answer"](
    id,
    "country_unsupported",
    "Ottilie",
    insured(id, { ...later(12), email: "b@example.com" }),
  );
  await redactCustomer(context, current.shop, "request", {
    customerId: null,
    orders: [String(id)],
  });
  expect(await stored(id)).toMatchObject({
    ...{ status: "rejected", statusReason: "Hakuna answered 400: country_unsupported" },
  });
  expect(JSON.stringify((await stored(id)).findings)).toContain("country_unsupported");
});

it("an answer that comes when the data was erased meanwhile leaves no words behind", async () => {
  const id = nextId();
  const answer = Promise.withResolvers<void>();
  const fault = { kind: "held", until: answer.promise } as const;
  const errors = ["Ottilie Vogelsang"];
  hakuna.behave({
    fault: { fault, requests: 1 },
    refusal: { orders: [`${id}`], code: "x", errors },
  });
  await arrive("orders/create", insured(id));
  const running = run();
  await eventually("it is under way", () =>
    hakuna.requests.some(({ orderIds }) => orderIds.includes(`${id}`)),
  );
  await redactCustomer(context, current.shop, "request", { customerId: null, orders: [`${id}`] });
  answer.resolve();
  await running;
  const { rows } = await pool.query(`SELECT "reason" FROM "Attempt" WHERE "shop" = $1`, [
    current.shop,
  ]);
  expect(rows).toEqual([{ reason: "Hakuna answered 400." }]);
  expect(await dump(pool)).not.toContain("Vogelsang");
});

it("of an order whose data is let go of no words of a processing status are kept", async () => {
  const id = nextId();
  const failProcessing = { orders: [`${id}`], error: "Max: product_unsupported" };
  hakuna.behave({ requestIds: true, failProcessing });
  await take("orders/create", insured(id));
  await redactCustomer(context, current.shop, "request", { customerId: null, orders: [`${id}`] });
  await poll();
  expect(await stored(id)).toMatchObject({
    ...{ status: "rejected", findings: [{ code: "product_unsupported" }] },
    statusReason: "Hakuna could not process the order: product_unsupported",
  });
});

describe("a processing status in other words than the contract's", () => {
  const ofEach = (entry: object) => (orders: readonly string[]) => ({
    processing_status: "done",
    statuses: orders.map((order_id) => ({ order_id, ...entry })),
  });
  const listed = (processing_status: string) => (failed_orders: readonly string[]) => ({
    ...{ processing_status, failed_orders, statuses: [] },
  });
  const errors = ["product_unsupported"];

  it.each([
    ["rejected, with errors", ofEach({ status: "rejected", errors })],
    ["FAILED", ofEach({ status: "FAILED", errors })],
    ["no word, with errors", ofEach({ errors: [{ message: "product_unsupported" }] })],
    ["listed, and all completed", listed("completed")],
    ["listed, and all DONE", listed("DONE")],
    ["listed, and all failed", listed("failed")],
    ["listed, and all in progress", listed("in_progress")],
  ])("refuses the order: %s", async (_what, processing) => {
    const id = nextId();
    hakuna.behave({ requestIds: true, processing });
    const before = await failedToday();
    await take("orders/create", insured(id));
    await poll();
    expect(await stored(id)).toMatchObject({ status: "rejected", needsAttention: true });
    const { rows } = await pool.query(
      `SELECT "pollAt" FROM "Attempt" WHERE "shop" = $1 AND "id" = $2`,
      [current.shop, (await stored(id)).acceptedAttempt],
    );
    expect(rows).toEqual([{ pollAt: null }]);
    await poll();
    expect(await failedToday()).toBe(before + 1);
    expect(await isCounted(pool, current.shop)).toBe(true);
  });

  it.each([
    ["an unknown one", ofEach({ status: "declined" })],
    ["none", ofEach({})],
    ["an unknown one of the whole", () => ({ processing_status: "completed" })],
  ])("leaves the order sent where it tells nothing: %s", async (_what, processing) => {
    const id = nextId();
    hakuna.behave({ requestIds: true, processing });
    await take("orders/create", insured(id));
    await poll();
    expect(await stored(id)).toMatchObject({
      ...{ status: "sent", confirmedAttempt: null, statusReason: null },
    });
    const events = await pool.query(
      `SELECT * FROM "TimelineEvent" WHERE "shop" = $1 AND "orderId" = $2 AND "kind" = 'processing'`,
      [current.shop, String(id)],
    );
    expect(events.rows).toEqual([]);
  });

  it("settles one order and waits for the other", async () => {
    const [first, second] = [nextId(), nextId()];
    let entries = [{ order_id: `${first}`, status: "successful" }];
    hakuna.behave({ requestIds: true, processing: () => ({ statuses: entries }) });
    await setShop("paused", true);
    for (const id of [first, second]) await arrive("orders/create", insured(id));
    await run();
    await setShop("paused", false);
    await run();
    await poll();
    const { acceptedAttempt } = await stored(first);
    expect(await stored(first)).toMatchObject({ status: "confirmed" });
    expect(await stored(second)).toMatchObject({ status: "sent", acceptedAttempt });
    entries = [{ order_id: `${second}`, status: "successful" }];
    await poll();
    expect(await stored(second)).toMatchObject({ status: "confirmed" });
  });
});

describe("ten refusals in a row", () => {
  const ten = Array.from({ length: 10 }, (_, at) => 3001 + at);

  it("pause the shop, and the findings go with them", async () => {
    hakuna.behave({ refusal: { orders: ten.map(String), code: "product_unsupported" } });
    for (const id of ten) await take("orders/create", insured(id));
    expect(await shopRow()).toMatchObject({ connection: "feed_refuses" });
    for (const id of ten) {
      expect(await stored(id)).toMatchObject({ status: "pending", findings: [] });
    }
  });

  it("of cancellations do not", async () => {
    for (const id of ten) await take("orders/create", insured(id));
    hakuna.behave({ refusal: { orders: ten.map(String), code: "cancel_decline" } });
    for (const id of ten) await take("orders/cancelled", insured(id, cancelled(12)));
    expect(await shopRow()).toMatchObject({ connection: "connected", loneRefusals: 0 });
    expect(await stored(3010)).toMatchObject({ status: "rejected", needsAttention: false });
  });
});

describe("what answers in the feed's place", () => {
  it.each([
    ["a login page", { status: 200, body: "<html>Sign in to WLAN</html>" }],
    ["a page beside 202", { status: 202, body: "<html>Accepted</html>" }],
    ["a redirect", { status: 302, body: "", location: "https://login.example/" }],
    ["no such method", { status: 405, body: "" }],
    ["gone", { status: 410, body: "" }],
    ["a gateway's error beside 200", { status: 200, body: '{"error":"no route"}' }],
  ])(
    "%s has taken nothing: the shop is paused until the address is right",
    async (_what, between) => {
      const id = nextId();
      hakuna.behave({ between });
      expect(
        await context.feed.testConnection({ environment: "sandbox", apiKey: "sk_test_demo" }),
      ).toMatchObject({
        result: "wrong_address",
      });
      await take("orders/create", insured(id));
      expect(await shopRow()).toMatchObject({ connection: "wrong_address", lastAcceptedAt: null });
      expect(await stored(id)).toMatchObject({ status: "pending", firstSentAt: null });
      hakuna.behave({});
      await connect();
      await run();
      expect(await stored(id)).toMatchObject({ status: "sent" });
      expect(hakuna.states(String(id))).toHaveLength(1);
    },
  );
});
