import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "#app/config.server.ts";
import { createFeedClient } from "#app/hakuna/client.ts";
import { createLog } from "#app/log.server.ts";
import { createMetrics } from "#app/metrics.server.ts";
import { createSecretBox } from "#app/secrets.server.ts";
import type { ReadAnswer } from "#app/shopify/order-reader.ts";
import { readWebhook } from "#app/shopify/webhook-payload.ts";
import { connectShop } from "#app/sync/connect.ts";
import { openDoor } from "#app/sync/give-way.ts";
import { skipByHand } from "#app/sync/order-actions.ts";
import { retryQuarantined } from "#app/sync/retry-quarantined.ts";
import { runShop } from "#app/sync/run.ts";
import type { RunContext } from "#app/sync/run-context.ts";
import { disconnect, type SaveRequest, saveSettings } from "#app/sync/settings.ts";
import { createTracing } from "#app/tracing.server.ts";
import { type Hakuna, startHakuna } from "#test/simulator/hakuna/hakuna.ts";
import { createDatabase } from "#test/world/shared-postgres.ts";
import { eventually } from "./client.ts";
import { quickTimes } from "./quick-times.ts";

// Runs are made one by one here, so that a test decides what has happened before the next.

let database: Awaited<ReturnType<typeof createDatabase>>;
let pool: pg.Pool;
let hakuna: Hakuna;
let context: RunContext;
let config: RunContext["config"];
let shop = "";
let shops = 0;
let webhooks = 0;
/** what Shopify answers when it is asked for an order */
let inShopify: (orderId: string) => ReadAnswer = () => ({ kind: "no_session" });
let reads = 0;

beforeAll(async () => {
  database = await createDatabase();
  pool = new pg.Pool({ connectionString: database.url });
  hakuna = await startHakuna();
  config = readConfig({
    NODE_ENV: "test",
    ...quickTimes,
    DATABASE_URL: database.url,
    SHOPIFY_API_KEY: "key",
    SHOPIFY_API_SECRET: "s".repeat(32),
    SHOPIFY_APP_URL: "https://app.example.com",
    SCOPES: "read_orders",
    ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    HAKUNA_API_URL: hakuna.url,
  });
  context = {
    pool,
    config,
    log: createLog("fatal"),
    feed: createFeedClient({ baseUrl: hakuna.url, timeoutMs: 10_000 }),
    secrets: createSecretBox({ current: config.ENCRYPTION_KEY, previous: [] }),
    readOrder: async (_shop, orderId) => {
      reads += 1;
      return inShopify(orderId);
    },
    orderPages: {
      page: async () => ({ kind: "no_session" }),
      count: async () => ({ kind: "no_session" }),
    },
    door: openDoor(),
    metrics: createMetrics(),
    tracing: await createTracing(config),
    ending: new AbortController().signal,
    now: Date.now,
  };
});
afterAll(async () => {
  await context?.feed.close();
  await hakuna?.close();
  await pool?.end();
  await database?.drop();
});
beforeEach(async () => {
  shops += 1;
  shop = `run-${shops}.myshopify.com`;
  reads = 0;
  inShopify = () => ({ kind: "no_session" });
  hakuna.behave({});
  context.now = Date.now;
  context.config = config;
  await connect();
});

type Payload = Record<string, unknown>;

/** An order with a product and its plan, linked, as Shopify's webhook tells of it. */
function insured(id: number, more: Payload = {}): Payload {
  const ref = { name: "_hakuna_ref", value: "r" };
  const ids = [
    { name: "_hakuna_offer_id", value: "off-1" },
    { name: "_hakuna_plan_id", value: "pl-1" },
  ];
  return {
    id,
    name: `#${id}`,
    created_at: "2026-11-24T10:00:00Z",
    updated_at: "2026-11-24T10:00:00Z",
    currency: "EUR",
    email: "max@example.com",
    billing_address: {
      first_name: "Max",
      last_name: "Mustermann",
      address1: "Musterstrasse 1",
      city: "Berlin",
      zip: "10115",
      country_code: "DE",
    },
    line_items: [
      { id: 1, quantity: 1, title: "Bike", price: "10.00", vendor: "Rad", properties: [ref] },
      {
        ...{ id: 2, quantity: 1, title: "Plan", price: "1.00", vendor: "hakuna" },
        properties: [ref, ...ids],
      },
    ],
    fulfillments: [],
    refunds: [],
    ...more,
  };
}

const bare = (id: number, more: Payload = {}) => {
  const order = insured(id, more);
  return { ...order, line_items: (order.line_items as unknown[]).slice(0, 1) };
};

async function arrive(
  topic: string,
  payload: Payload,
  row: { attempts?: number; at?: string } = {},
) {
  webhooks += 1;
  await pool.query(
    `INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "payload", "attempts")
     VALUES ($1, $2, $3, coalesce($4::timestamptz, now()), $5, $6)`,
    [
      ...[shop, `w${webhooks}`, topic, row.at ?? null],
      ...[Buffer.from(JSON.stringify(payload)), row.attempts ?? 0],
    ],
  );
}

const run = () => runShop(context, shop);

async function take(topic: string, payload: Payload): Promise<void> {
  await arrive(topic, payload);
  await run();
}

async function stored(id: number): Promise<Record<string, unknown>> {
  const { rows } = await pool.query(
    `SELECT o.*, d."lastPayload" FROM "Order" o JOIN "OrderDocument" d
        ON d."shop" = o."shop" AND d."orderId" = o."id" WHERE o."shop" = $1 AND o."id" = $2`,
    [shop, String(id)],
  );
  return rows[0] ?? {};
}

async function setShop(column: string, value: unknown): Promise<void> {
  await pool.query(`UPDATE "Shop" SET "${column}" = $2 WHERE "domain" = $1`, [shop, value]);
}

async function connect(more: Partial<Parameters<typeof connectShop>[1]> = {}) {
  const request = { shop, environment: "sandbox" as const, apiKey: "sk_test_demo", country: "de" };
  return await connectShop(context, { ...request, ...more });
}

function save(settings: Partial<SaveRequest["settings"]>, more: Partial<SaveRequest> = {}) {
  const form: SaveRequest["settings"] = {
    environment: "sandbox",
    share: "protected",
    sendTestOrders: false,
    sendOlderOrders: false,
    acceptSuggestions: false,
    productIdentifier: "variant",
    country: "de",
    ...settings,
  };
  const request = { settings: form, apiKey: null, sentOrders: null, untested: false, ...more };
  return saveSettings(context, shop, request);
}

const environmentsOf = (id: number) =>
  hakuna.states(String(id)).map(({ environment }) => environment);
const emailsOf = (id: number) =>
  hakuna.states(String(id)).map(({ order }) => (order.customer as { email: string }).email);

const later = "2030-01-01T00:00:00Z";

/** As Shopify would answer, asked at a moment. */
function answers(payload: Payload, askedAt: string): ReadAnswer {
  const { state } = readWebhook("orders/updated", JSON.stringify(payload), Date.parse(askedAt));
  if (!state) throw new Error("The payload is not whole.");
  return { kind: "order", state };
}

describe("clocks", () => {
  it.each([
    ["ahead of", 200],
    ["behind", -1500],
  ])("a refused batch is halved by a process whose clock is %s the database's", async (_, skew) => {
    context.now = () => Date.now() + skew;
    for (const id of [101, 102, 103, 104]) await arrive("orders/create", insured(id));
    hakuna.behave({ refuseOrders: ["103"] });
    const before = hakuna.requests.length;
    await run();
    expect(hakuna.requests.slice(before).map(({ orderIds }) => orderIds.length)).toEqual([
      4, 2, 2, 1, 1,
    ]);
    expect(await stored(101)).toMatchObject({ status: "sent" });
    expect(await stored(103)).toMatchObject({ status: "rejected" });
  });

  it("what is due once more goes out once, whatever the process's clock says", async () => {
    await take("orders/create", insured(110));
    await pool.query(`UPDATE "Order" SET "repeatAt" = now(), "dueAt" = now() WHERE "shop" = $1`, [
      shop,
    ]);
    context.now = () => Date.now() - 60_000;
    await run();
    expect(hakuna.states("110")).toHaveLength(2);
  });
});

describe("another environment or account", () => {
  it("a test order of the sandbox stays out of production", async () => {
    await take("orders/create", insured(201, { test: true }));
    await connect({ environment: "production", apiKey: "sk_live_demo" });
    await take("orders/updated", insured(201, { test: true, updated_at: "2026-11-24T11:00:00Z" }));
    expect(environmentsOf(201)).toEqual(["sandbox"]);
    expect(await stored(201)).toMatchObject({ status: "skipped", reasonCode: "test_order" });
  });

  it("chosen while there is no key, it is another one when there is", async () => {
    await take("orders/create", insured(202));
    await disconnect(context, shop);
    await save({ environment: "production" });
    const request = { apiKey: "sk_live_demo" };
    expect(await save({ environment: "production" }, request)).toMatchObject({ result: "ask" });
    await save({ environment: "production" }, { ...request, sentOrders: "send" });
    await run();
    expect(environmentsOf(202)).toEqual(["sandbox", "production"]);
  });

  it("after a disconnect the key may be another account's, so the question is asked", async () => {
    await take("orders/create", insured(203));
    await disconnect(context, shop);
    expect(await save({}, { apiKey: "sk_test_demo" })).toEqual({
      ...{ result: "ask", orders: 1, isOtherEnvironment: false },
    });
  });

  it("from now on: news is sent to the new account, a mere repetition is not", async () => {
    await take("orders/create", insured(204));
    await connect({ newAccount: true });
    await run();
    await take("orders/create", insured(204));
    expect(hakuna.states("204")).toHaveLength(1);
    const changed = { email: "new@example.com", updated_at: "2026-11-24T11:00:00Z" };
    await take("orders/updated", insured(204, changed));
    expect(emailsOf(204)).toEqual(["max@example.com", "new@example.com"]);
  });

  it("all again: every order is sent to the new account once", async () => {
    await take("orders/create", insured(205));
    await connect({ newAccount: true, sendAgain: true });
    await run();
    await run();
    expect(hakuna.states("205")).toHaveLength(2);
  });
});

describe("an order that was skipped", () => {
  it("is read from Shopify before it is sent after all, for its customer had left the app", async () => {
    await setShop("paused", true);
    await take("orders/create", insured(301));
    await skipByHand(context, shop, "301", true, "somebody");
    await setShop("paused", false);
    await skipByHand(context, shop, "301", false, "somebody");
    await run();
    expect(hakuna.states("301")).toEqual([]);
    expect(await stored(301)).toMatchObject({ status: "waiting", reasonCode: "no_session" });

    inShopify = () => answers(insured(301), later);
    await pool.query(`UPDATE "Order" SET "readAt" = now() WHERE "shop" = $1`, [shop]);
    await run();
    expect(emailsOf(301)).toEqual(["max@example.com"]);
  });

  it("the same where a setting lets it in and only a part of it has news", async () => {
    await take("orders/create", bare(302));
    expect(await stored(302)).toMatchObject({ status: "skipped", reasonCode: "no_plan" });
    await connect({ share: "all" });
    inShopify = () => answers(bare(302), later);
    await take("fulfillments/create", {
      ...{ id: 9, order_id: 302, status: "success", created_at: "2026-11-24T12:00:00Z" },
      line_items: [{ id: 1, quantity: 1 }],
    });
    expect(emailsOf(302)).toEqual(["max@example.com"]);
  });

  it("stays skipped, with the reason, when Shopify does not have it", async () => {
    await setShop("paused", true);
    await take("orders/create", insured(303));
    await skipByHand(context, shop, "303", true, "somebody");
    await skipByHand(context, shop, "303", false, "somebody");
    inShopify = () => ({ kind: "not_found" });
    await run();
    expect(await stored(303)).toMatchObject({ status: "skipped", reasonCode: "not_in_shopify" });
  });

  it("a plan added in the same moment is not overlooked", async () => {
    const at = "2026-11-24T10:00:00.500Z";
    await arrive("orders/create", bare(304), { at });
    await run();
    inShopify = () => answers(insured(304), "2026-11-24T10:00:05Z");
    await arrive("orders/updated", insured(304), { at });
    await run();
    expect(await stored(304)).toMatchObject({ status: "sent", planUnits: 1 });
  });

  it("while its request is under way stays skipped, and its customer leaves the app", async () => {
    hakuna.behave({ fault: { fault: { kind: "slow", ms: 1000 }, requests: 1 } });
    await arrive("orders/create", insured(305));
    const running = run();
    await eventually("the request is under way", () =>
      hakuna.requests.some(({ orderIds }) => orderIds.includes("305")),
    );
    await skipByHand(context, shop, "305", true, "somebody");
    await running;
    const { status, lastPayload } = await stored(305);
    expect(status).toBe("skipped");
    expect(JSON.stringify(lastPayload)).not.toMatch(/Mustermann|max@example/);
  });
});

describe("webhooks that cannot be folded", () => {
  const row = async () => {
    const { rows } = await pool.query(`SELECT * FROM "InboxWebhook" WHERE "shop" = $1`, [shop]);
    return rows[0];
  };

  it("one at which the process ended three times is set aside, and tried again by hand", async () => {
    await arrive("orders/create", insured(401), { attempts: 3 });
    await take("orders/create", insured(402));
    expect(await stored(402)).toMatchObject({ status: "sent" });
    expect(await stored(401)).toEqual({});
    expect(await retryQuarantined(context, shop)).toBe(1);
    await run();
    expect(await stored(401)).toMatchObject({ status: "sent" });
  });

  it("an API key that cannot be opened is no fault of theirs: they are folded, and wait", async () => {
    const { rows } = await pool.query(`SELECT "apiKeySealed" FROM "Shop" WHERE "domain" = $1`, [
      shop,
    ]);
    await setShop(
      "apiKeySealed",
      createSecretBox({ current: randomBytes(32), previous: [] }).seal("k", shop),
    );
    await arrive("orders/create", insured(26));
    await expect(run()).rejects.toThrow("ENCRYPTION_KEY_PREVIOUS");
    expect(await stored(26)).toMatchObject({ status: "pending" });
    await setShop("apiKeySealed", rows[0].apiKeySealed);
    await run();
    expect(await stored(26)).toMatchObject({ status: "sent" });
  });

  it("the database's trouble is no try of theirs", async () => {
    await arrive("orders/create", insured(403));
    await pool.query(
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$`,
    );
    await pool.query(
      `CREATE TRIGGER full_disk BEFORE INSERT ON "Order" FOR EACH ROW EXECUTE FUNCTION full_disk()`,
    );
    try {
      for (let times = 0; times < 4; times += 1) await expect(run()).rejects.toThrow("no space");
    } finally {
      await pool.query(`DROP TRIGGER full_disk ON "Order"`);
      await pool.query(`DROP FUNCTION full_disk`);
    }
    expect(await row()).toMatchObject({ attempts: 0, quarantinedAt: null });
    await run();
    expect(await stored(403)).toMatchObject({ status: "sent" });
  });
});

describe("what must be read from Shopify", () => {
  it("a change that cannot be read is told, until something newer of the order is known", async () => {
    await take("orders/create", insured(501));
    inShopify = () => ({ kind: "not_found" });
    const { line_items: _, ...trimmed } = insured(501, {
      updated_at: "2026-11-24T11:00:00Z",
      cancelled_at: "2026-11-24T11:00:00Z",
    });
    await take("orders/cancelled", trimmed);
    const codes = async () =>
      ((await stored(501)).findings as { code: string }[]).map(({ code }) => code);
    expect(await codes()).toEqual(["change_unread"]);
    expect(await stored(501)).toMatchObject({ needsAttention: true });
    const cancelled = { updated_at: "2026-11-24T12:00:00Z", cancelled_at: "2026-11-24T11:00:00Z" };
    await take("orders/updated", insured(501, cancelled));
    expect(await codes()).toEqual([]);
  });

  it("an answer of the same second is asked for once more: Shopify's clock shows seconds", async () => {
    const at = "2026-11-24T10:00:00.300Z";
    await arrive("orders/create", insured(502, { email: "a@example.com" }), { at });
    await arrive("orders/updated", insured(502, { email: "z@example.com" }), { at });
    const right = insured(502, { email: "a@example.com" });
    inShopify = () => answers(right, reads === 1 ? "2026-11-24T10:00:00Z" : "2026-11-24T10:00:03Z");
    await run();
    expect(await stored(502)).toMatchObject({ readAt: expect.any(Date) });
    await pool.query(`UPDATE "Order" SET "readAt" = now() WHERE "shop" = $1`, [shop]);
    await run();
    expect(emailsOf(502).at(-1)).toBe("a@example.com");
    expect(await stored(502)).toMatchObject({ readAt: null });
  });
});

describe("answers of the feed", () => {
  it("a gateway's 504 may be taken late: the newest state is sent once more", async () => {
    hakuna.behave({ fault: { fault: { kind: "late", ms: 20 }, requests: 1 } });
    await take("orders/create", insured(601));
    await setShop("backoffUntil", null);
    const cancelled = { updated_at: "2026-11-24T11:00:00Z", cancelled_at: "2026-11-24T11:00:00Z" };
    await take("orders/cancelled", insured(601, cancelled));
    expect(await stored(601)).toMatchObject({ repeatAt: expect.any(Date) });
    await eventually("the late one arrived and was mended", async () => {
      await run();
      const states = hakuna.states("601").map(({ order }) => order.status);
      return states.length === 3 && states.at(-1) === "cancelled";
    });
  });

  it("what was confirmed is confirmed again when a change is taken back before it was sent", async () => {
    hakuna.behave({ requestIds: true });
    await take("orders/create", insured(602));
    await pool.query(`UPDATE "Attempt" SET "pollAt" = now() WHERE "shop" = $1`, [shop]);
    await run();
    expect(await stored(602)).toMatchObject({ status: "confirmed" });
    await setShop("paused", true);
    const changed = { email: "b@example.com", updated_at: "2026-11-24T11:00:00Z" };
    await take("orders/updated", insured(602, changed));
    expect(await stored(602)).toMatchObject({ status: "pending" });
    await take("orders/updated", insured(602, { updated_at: "2026-11-24T12:00:00Z" }));
    expect(await stored(602)).toMatchObject({ status: "confirmed" });
  });

  it("an answer that comes after the environment was changed says nothing about the new one", async () => {
    hakuna.behave({ fault: { fault: { kind: "slow", ms: 1000 }, requests: 1 } });
    await arrive("orders/create", insured(603));
    const running = run();
    await eventually("the request is under way", () =>
      hakuna.requests.some(({ orderIds }) => orderIds.includes("603")),
    );
    await connect({ environment: "production", apiKey: "sk_live_demo" });
    await running;
    await run();
    expect(environmentsOf(603)).toEqual(["sandbox", "production"]);
  });

  it("an answer 404 pauses the shop as a wrong address and keeps everything", async () => {
    hakuna.behave({ fault: { fault: { kind: "status", status: 404 } } });
    await take("orders/create", insured(604));
    const { rows } = await pool.query(`SELECT "connection" FROM "Shop" WHERE "domain" = $1`, [
      shop,
    ]);
    expect(rows[0].connection).toBe("wrong_address");
    expect(await stored(604)).toMatchObject({ status: "pending" });
  });

  it("news does not shorten a back-off", async () => {
    hakuna.behave({ fault: { fault: { kind: "status", status: 429, retryAfter: "3600" } } });
    await take("orders/create", insured(605));
    const requests = hakuna.requests.length;
    hakuna.behave({});
    await take("orders/create", insured(606));
    expect(hakuna.requests.length).toBe(requests);
    expect(await stored(606)).toMatchObject({ status: "pending" });
  });

  it("a batch holds no more than its bytes; an order larger than that goes alone", async () => {
    const { delivery } = config;
    context.config = { ...config, delivery: { ...delivery, batchBytes: 2500 } };
    const large = insured(611);
    const [product, plan] = large.line_items as Payload[];
    const others = Array.from({ length: 20 }, (_, line) => ({ ...product, id: 10 + line }));
    await arrive("orders/create", { ...large, line_items: [product, plan, ...others] });
    for (const id of [612, 613, 614, 615]) await arrive("orders/create", insured(id));
    const before = hakuna.requests.length;
    await run();
    const batches = hakuna.requests.slice(before).map(({ orderIds }) => orderIds);
    expect(batches.find((ids) => ids.includes("611"))).toEqual(["611"]);
    expect(Math.max(...batches.map(({ length }) => length))).toBe(3);
    expect(batches.flat().toSorted()).toEqual(["611", "612", "613", "614", "615"]);
  });
});
