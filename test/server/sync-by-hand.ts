import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeEach, expect } from "vitest";
import { readConfig } from "#app/foundation/config.server.ts";
import { openDoor } from "#app/foundation/give-way.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { createMetrics } from "#app/foundation/metrics.server.ts";
import { createSecretBox } from "#app/foundation/secrets.server.ts";
import { createTracing } from "#app/foundation/tracing.server.ts";
import { createFeedClient } from "#app/hakuna/client.ts";
import { runShop } from "#app/run/run.ts";
import type { ReadAnswer } from "#app/shopify/orders/order-reader.ts";
import { readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { connectShop } from "#app/shops/connect.ts";
import { type SaveRequest, type SettingsForm, saveSettings } from "#app/shops/settings.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { startHakuna } from "#test/simulator/hakuna/hakuna.ts";
import { customersSent } from "#test/simulator/shopify/customers-sent.ts";
import { secretsIn } from "#test/world/log-secrets.ts";
import { createDatabase, type TestDatabase } from "#test/world/shared-postgres.ts";
import { createEndingPools } from "./ending-pool.ts";
import { quickTimes } from "./quick-times.ts";

export type Payload = Record<string, unknown>;

/**
 * A database and a feed for the runs of a test file, which are made one by one, so that a test
 * decides what has happened before the next. Every test has a shop of its own that is connected. To
 * be awaited where a file begins; ended after the file's tests.
 *
 * @param database instead of an empty one
 */
export async function syncByHand(database?: TestDatabase) {
  database ??= await createDatabase();
  const pool = new pg.Pool({ connectionString: database.url });
  const endingPools = createEndingPools(database.url, pool);
  const hakuna = await startHakuna();
  const env = {
    NODE_ENV: "test" as const,
    ...quickTimes,
    DATABASE_URL: database.url,
    SHOPIFY_API_KEY: "key",
    SHOPIFY_API_SECRET: "s".repeat(32),
    SHOPIFY_APP_URL: "https://app.example.com",
    SCOPES: "read_orders",
    ENCRYPTION_KEY: randomBytes(32).toString("base64"),
    HAKUNA_API_URL: hakuna.url,
  };
  const config = readConfig(env);
  const noSession = (): ReadAnswer => ({ kind: "no_session" });
  /** what differs from test to test */
  const current = {
    shop: "",
    /** what Shopify answers when it is asked for an order */
    inShopify: noSession as (orderId: string) => ReadAnswer,
    /** how often it was asked */
    reads: 0,
    /** what was logged as an error, each a JSON text */
    errors: [] as string[],
  };
  let logged = "";
  const context: RunContext = {
    pool,
    config,
    log: createLog("debug", {
      write(line) {
        logged += line;
        if (line.includes('"level":"error"')) current.errors.push(line);
      },
    }),
    feed: createFeedClient({ baseUrl: hakuna.url, timeoutMs: 10_000 }),
    secrets: createSecretBox({ current: config.ENCRYPTION_KEY, previous: [] }),
    readOrder: async (_shop, orderId) => {
      current.reads += 1;
      const answer = current.inShopify(orderId);
      customersSent.note(JSON.stringify(answer));
      return answer;
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
  let shops = 0;
  let webhooks = 0;

  afterAll(async () => {
    await context.feed.close();
    await hakuna.close();
    await endingPools.end();
    await pool.end();
    await database.drop();
    expect(secretsIn(logged, { env, hakuna, admin: { given: [] } })).toEqual([]);
  });
  beforeEach(async () => {
    shops += 1;
    Object.assign(current, { shop: `run-${shops}.myshopify.com`, inShopify: noSession, reads: 0 });
    current.errors = [];
    hakuna.behave({});
    Object.assign(context, { now: Date.now, config });
    await connect();
  });

  /** Puts a webhook of the shop of now, or of another, into the inbox. */
  async function arrive(
    topic: string,
    payload: Payload,
    row: { attempts?: number; at?: string; shop?: string } = {},
  ): Promise<void> {
    webhooks += 1;
    const body = JSON.stringify(payload);
    customersSent.note(body);
    await pool.query(
      `INSERT INTO "InboxWebhook" ("shop", "webhookId", "topic", "triggeredAt", "payload", "attempts")
       VALUES ($1, $2, $3, coalesce($4::timestamptz, now()), $5, $6)`,
      [
        ...[row.shop ?? current.shop, `w${webhooks}`, topic, row.at ?? null],
        ...[Buffer.from(body), row.attempts ?? 0],
      ],
    );
  }

  async function connect(more: Partial<Parameters<typeof connectShop>[1]> = {}) {
    const { shop } = current;
    const request = { shop, environment: "sandbox" as const, apiKey: "sk_test_demo" };
    return await connectShop(context, { ...request, country: "de", ...more });
  }

  const run = () => runShop(context, current.shop);

  return {
    current,
    pool,
    hakuna,
    config,
    context,
    arrive,
    connect,
    run,
    endingPool: endingPools.at,
    /** a webhook arrives, and a run is made */
    async take(topic: string, payload: Payload): Promise<void> {
      await arrive(topic, payload);
      await run();
    },
    /** an order's row with the payloads that were sent last and accepted before; empty: there is no such order */
    async stored(id: number): Promise<Payload> {
      const { rows } = await pool.query(
        `SELECT o.*, d."lastPayload", d."formerPayload" FROM "Order" o JOIN "OrderDocument" d
            ON d."shop" = o."shop" AND d."orderId" = o."id" WHERE o."shop" = $1 AND o."id" = $2`,
        [current.shop, String(id)],
      );
      return rows[0] ?? {};
    },
    async setShop(column: string, value: unknown): Promise<void> {
      await pool.query(`UPDATE "Shop" SET "${column}" = $2 WHERE "domain" = $1`, [
        current.shop,
        value,
      ]);
    },
    /** of the shop's row */
    async ofShop(...columns: string[]): Promise<Payload> {
      const { rows } = await pool.query(`SELECT * FROM "Shop" WHERE "domain" = $1`, [current.shop]);
      return Object.fromEntries(columns.map((column) => [column, rows[0]?.[column]]));
    },
    /** saves the settings of the shop of now as its page does: as they were made, but for these */
    save(settings: Partial<SettingsForm> = {}, more: Partial<SaveRequest> = {}) {
      const form: SettingsForm = {
        environment: "sandbox",
        share: "protected",
        sendTestOrders: false,
        sendOlderOrders: false,
        acceptSuggestions: false,
        productIdentifier: "variant",
        country: "de",
        refunds: { alone: false, waitHours: 24, notify: true },
        ...settings,
      };
      const request = { settings: form, apiKey: null, sentOrders: null, untested: false, ...more };
      return saveSettings(context, current.shop, request);
    },
    /** lets the time come at which the shop's orders are read from Shopify */
    async letReadsBeDue(): Promise<void> {
      await pool.query(`UPDATE "Order" SET "readAt" = now() WHERE "shop" = $1`, [current.shop]);
    },
    /** the e-mail addresses that the feed was told of an order, oldest first */
    emailsOf: (id: number) =>
      hakuna.states(String(id)).map(({ order }) => (order.customer as { email: string }).email),
  };
}

/** An order with a product and its plan, linked, as Shopify's webhook tells of it. */
export function insured(id: number, more: Payload = {}): Payload {
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

/** As Shopify would answer, asked at a moment. */
export function answers(payload: Payload, askedAt: string): ReadAnswer {
  const { state } = readWebhook("orders/updated", JSON.stringify(payload), Date.parse(askedAt));
  if (!state) throw new Error("The payload is not whole.");
  return { kind: "order", state, missingAccess: [] };
}
