import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip, gzipSync } from "node:zlib";
import { request } from "undici";
import { beforeAll, describe, expect, it } from "vitest";
import { shopDoors } from "#app/intake/shop-webhooks.ts";
import { returnsDoor } from "#app/refunds/returns/take-return.ts";
import { returnTopics } from "#app/shopify/webhooks/return-payload.ts";
import { samplePayload } from "#test/simulator/shopify/payload.ts";
import {
  scopesWebhook,
  shopRedactWebhook,
  uninstalledWebhook,
} from "#test/simulator/shopify/shop-payloads.ts";
import {
  sendWebhook,
  signWebhook,
  type Webhook,
  webhookHeaders,
  webhookOf,
} from "#test/simulator/shopify/webhook.ts";
import { secretsIn } from "#test/world/log-secrets.ts";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { dump, orderOf, privacyWebhook, refundOf } from "./vogelsang.ts";

const shop = "hostile.myshopify.com";
const { world, client } = await openWorld({ STEP_MS: "2000" });
let nextId = 920_000;

/** What nothing may exceed: not what is good, but what no slow machine reaches by itself. */
const mostMs = 5_000;
const mostMemory = 500;

beforeAll(async () => {
  // a page does not wait long for Shopify: on a slow machine another visit learns the shop's id
  await eventually("the shop's id is known", async () => {
    await ask(world, "/app.data", { token: sessionToken(world, shop) });
    const { rows } = await client.pool.query(
      `SELECT "shopifyId" IS NOT NULL AS "known" FROM "Shop" WHERE "domain" = $1`,
      [shop],
    );
    return rows[0]?.known === true;
  });
  await client.connect(shop);
});

/** The id of an order that nobody knows. */
function fresh(): number {
  nextId += 1;
  return nextId;
}

/** A good webhook of a new order. */
function good(): Webhook {
  return orderOf(shop, fresh()).webhook("orders/create");
}

/** Posts a body with the headers that belong to it, changed; answers the status. */
async function post(
  sent: Webhook,
  body: string | Buffer = sent.body,
  changed: Record<string, string> = {},
  door = "/webhooks/orders",
): Promise<number> {
  const headers = { ...webhookHeaders(sent, world.apiSecret), ...changed };
  const answer = await request(world.appUrl + door, { method: "POST", headers, body });
  await answer.body.dump();
  return answer.statusCode;
}

async function inbox(): Promise<number> {
  const { rows } = await client.pool.query(`SELECT count(*)::int AS count FROM "InboxWebhook"`);
  return rows[0].count;
}

/** The most memory that the server ever had, in MB. */
async function peakMemory(): Promise<number> {
  const status = await readFile(`/proc/${world.app().pid}/status`, "utf8");
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/**
 * Does something harmful while the server is asked every 100 ms whether it is alive.
 *
 * @returns how long the slowest of its answers took, in ms
 */
async function slowestWhile(harm: () => Promise<void>): Promise<number> {
  let isHarmed = true;
  let slowest = 0;
  const looking = async () => {
    while (isHarmed) {
      const asked = performance.now();
      expect((await ask(world, "/healthz")).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - asked);
      await sleep(100);
    }
  };
  const harmed = harm().finally(() => {
    isHarmed = false;
  });
  await Promise.all([harmed, looking()]);
  return slowest;
}

/** The next order is taken and reaches the feed: nothing that came before it is in the way. */
async function served(): Promise<void> {
  const next = good();
  expect(await sendWebhook(world.appUrl, next, world.apiSecret)).toBe(200);
  const id = String(nextId);
  await eventually("the next order is sent", () => world.hakuna.last(id) !== null);
}

describe("a webhook that is not Shopify's", () => {
  const sent = good();
  const bytes = Buffer.from(sent.body);
  it.each<[string, string | Buffer, Record<string, string>?]>([
    ["forged", sent.body, { "x-shopify-hmac-sha256": signWebhook(sent.body, "guessed") }],
    ["unsigned", sent.body, { "x-shopify-hmac-sha256": "" }],
    [
      "signed in hex",
      sent.body,
      { "x-shopify-hmac-sha256": Buffer.from(sent.body.slice(0, 32)).toString("hex") },
    ],
    ["changed by one byte", sent.body.replace('"id":', '"id": ')],
    ["cut off", bytes.subarray(0, -1)],
    ["empty", ""],
    ["written anew as the same JSON", JSON.stringify(JSON.parse(sent.body), null, 1)],
    ["in UTF-16", Buffer.from(sent.body, "utf16le")],
    ["in Latin-1", Buffer.concat([bytes, Buffer.from([0xe4])])],
    ["with a byte order mark", `\uFEFF${sent.body}`],
    ["in base64", bytes.toString("base64")],
  ])("%s: it is answered 401 and not stored", async (_name, body, headers) => {
    const before = await inbox();
    expect(await post(sent, body, headers)).toBe(401);
    expect(await inbox()).toBe(before);
  });

  it("compressed: it is answered 415, however much it would become", async () => {
    const bomb = await promisify(gzip)(Buffer.alloc(200 * 1024 * 1024, " "));
    const slowest = await slowestWhile(async () => {
      for (const body of [gzipSync(sent.body), bomb]) {
        for (const signed of [body, sent.body]) {
          const signature = signWebhook(signed, world.apiSecret);
          const headers = { "content-encoding": "gzip", "x-shopify-hmac-sha256": signature };
          expect(await post(sent, body, headers)).toBe(415);
        }
      }
      await served();
    });
    expect(slowest).toBeLessThan(mostMs);
    expect(await peakMemory()).toBeLessThan(mostMemory);
  });

  it("replayed: it is answered 200 and changes nothing", async () => {
    const first = good();
    expect(await post(first)).toBe(200);
    await client.quiet();
    const id = String(nextId);
    const states = world.hakuna.states(id).length;
    const rows = await inbox();
    expect(await post(first)).toBe(200);
    expect(await inbox()).toBe(rows);
    expect(await post(first, first.body, { "x-shopify-webhook-id": randomUUID() })).toBe(200);
    await client.quiet();
    await served();
    expect(world.hakuna.states(id)).toHaveLength(states);
  });

  it.each([
    "evil.example",
    "hostile.myshopify.com.evil.example",
    "../x",
    "a b.myshopify.com",
    "*",
    "x".repeat(300),
  ])("of the shop %j: it is answered 400", async (domain) => {
    expect(await post(good(), undefined, { "x-shopify-shop-domain": domain })).toBe(400);
  });

  describe("signed, but of another shop or another topic:", () => {
    const other = "other.myshopify.com";
    const own = (topic: string) => privacyWebhook(shop, topic, ["1"]);
    const order = orderOf(other, fresh());
    const refund = refundOf(order.id, order.lineIds[0] ?? 0, Date.now());
    const now = Date.now();
    /** Every kind of body that Shopify signs for the app. */
    const bodies: Record<string, Webhook> = {
      ...Object.fromEntries(
        ["orders/create", "orders/updated", "orders/cancelled"].map((topic) => [
          `another shop's ${topic}`,
          order.webhook(topic),
        ]),
      ),
      "another shop's refund": webhookOf(other, "refunds/create", refund, now),
      "another shop's fulfillment": webhookOf(
        ...([other, "fulfillments/create", samplePayload("fulfillments/create"), now] as const),
      ),
      "another shop's return": webhookOf(
        ...([other, "returns/approve", samplePayload("returns/approve"), now] as const),
      ),
      "another shop's uninstall": uninstalledWebhook(other, now),
      "another shop's scopes": scopesWebhook(other, [], now),
      "another shop's deletion": shopRedactWebhook(other, now),
      "another shop's erasure": privacyWebhook(other, "customers/redact", ["1"]),
      "another shop's data request": privacyWebhook(other, "customers/data_request", ["1"]),
      "its own uninstall": uninstalledWebhook(shop, now),
      "its own scopes": scopesWebhook(shop, [], now),
      "its own deletion": shopRedactWebhook(shop, now),
      "its own erasure": own("customers/redact"),
      "its own data request": own("customers/data_request"),
      "a shop without domains": webhookOf(
        shop,
        "app/uninstalled",
        samplePayload("app/uninstalled"),
        now,
      ),
    };
    /** Of one topic of returns it may be that of another: it only says which return is to be asked for. */
    const sayWhich = ["request", "approve", "decline", "update", "process"].map(
      (news) => `returns/${news}`,
    );
    const doors = { ...shopDoors, [returnsDoor]: returnTopics };
    const topics = Object.entries(doors).flatMap(([door, all]) =>
      all.map((topic) => [topic, door] as const),
    );

    it.each(topics)("as %s it does nothing", async (topic, door) => {
      const kept = orderOf(shop, fresh());
      await client.send([kept.webhook("orders/create")]);
      await eventually("it is sent", () => world.hakuna.last(kept.id) !== null);
      await client.quiet();
      const rows = async () =>
        (await dump(client.pool))
          .split("\n")
          .filter((row) => row.includes(shop) && !/^pgboss\.|"OrderScan"/.test(row))
          .map((row) => row.replace(/"lease(Token|Until)": [^,]+, /g, ""))
          .sort();
      const before = await rows();
      for (const [what, sent] of Object.entries(bodies)) {
        if (sent.shop === shop && sent.topic === topic && what.startsWith("its own")) continue;
        const headers = {
          ...{ "x-shopify-topic": topic, "x-shopify-shop-domain": shop },
          "x-shopify-triggered-at": new Date(Date.now() + 60_000).toISOString(),
        };
        const status = what.endsWith("return") && sayWhich.includes(topic) ? 200 : 400;
        expect(await post(sent, sent.body, headers, door), what).toBe(status);
      }
      await client.quiet();
      expect(await rows()).toEqual(before);
    });
  });

  it("on another door than its topic's: it is answered 400", async () => {
    const redact = privacyWebhook(shop, "customers/redact", []);
    expect(await post(redact)).toBe(400);
    expect(await post(good(), undefined, {}, "/webhooks/privacy")).toBe(400);
  });
});

describe("a signed body that means harm", () => {
  const deep = (open: string, close: string) => `${open.repeat(10_000)}1${close.repeat(10_000)}`;
  const base = { updated_at: new Date().toISOString(), created_at: new Date().toISOString() };
  const text = (more: string) => `{"id":${fresh()},${JSON.stringify(base).slice(1, -1)},${more}}`;
  const lines = (count: number) =>
    Array.from({ length: count }, (_, index) => `{"id":${index + 1},"quantity":1}`).join(",");

  it.each<[string, number, () => string]>([
    ["lists 10,000 deep", 200, () => text(`"line_items":${deep("[", "]")}`)],
    ["objects 10,000 deep", 200, () => text(`"line_items":[],"customer":${deep('{"a":', "}")}`)],
    [
      "properties 10,000 deep",
      200,
      () => text(`"line_items":[{"id":1,"properties":${deep("[", "]")}}]`),
    ],
    ["5 MB of spaces", 400, () => " ".repeat(5 * 1024 * 1024 - 10)],
    ["5 MB of spaces around an object", 400, () => `{}${" ".repeat(5 * 1024 * 1024 - 10)}x`],
    ["100,000 line items", 200, () => text(`"line_items":[${lines(100_000)}]`)],
    [
      "100,000 keys",
      200,
      () =>
        text(`"line_items":[],${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join(",")}`),
    ],
    [
      "__proto__ and constructor",
      200,
      () =>
        text(
          `"line_items":[],"__proto__":{"isTest":true,"line_items":[{"id":7}]},"constructor":{"prototype":{"polluted":1}},"customer":{"__proto__":{"email":"p@vogelsang.example"}}`,
        ),
    ],
    [
      "__proto__ as a property's name",
      200,
      () =>
        text(
          `"line_items":[{"id":1,"quantity":1,"title":"x","price":"1","properties":[{"name":"__proto__","value":"x"},{"name":"constructor","value":{"prototype":1}},{"name":"toString","value":null}]}],"currency":"EUR"`,
        ),
    ],
    ["an id of 10,000 digits", 200, () => `{"id":${"9".repeat(10_000)},"line_items":[]}`],
    [
      "numbers beyond all bounds",
      200,
      () => text(`"line_items":[{"id":1,"quantity":1e308,"title":"x","price":"1"}]`),
    ],
  ])("%s: answered %i, bounded, and the next order is sent", async (_name, status, make) => {
    const sent = webhookOf(shop, "orders/create", make(), Date.now());
    const slowest = await slowestWhile(async () => {
      expect(await sendWebhook(world.appUrl, sent, world.apiSecret)).toBe(status);
      await served();
      await eventually("it is folded or set aside", async () => {
        const { rows } = await client.pool.query(
          `SELECT 1 FROM "InboxWebhook" WHERE "webhookId" = $1 AND "foldedAt" IS NULL AND "quarantinedAt" IS NULL`,
          [sent.webhookId],
        );
        return rows.length === 0;
      });
    });
    expect(slowest).toBeLessThan(mostMs);
    expect(await peakMemory()).toBeLessThan(mostMemory);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("1,000 lines that all name each other are paired in bounded time", async () => {
    const all = Array.from({ length: 1000 }, (_, index) => ({
      ...{ id: index + 1, quantity: 1, title: "x", price: "1.00", product_id: 5 },
      vendor: index % 2 ? "hakuna" : "x",
      properties: [{ name: index % 2 ? "_hakuna_product" : "_hakuna_protection", value: "5" }],
    }));
    const body = {
      ...base,
      id: fresh(),
      currency: "EUR",
      line_items: all,
      billing_address: { country_code: "DE" },
    };
    const id = String(nextId);
    const slowest = await slowestWhile(async () => {
      await client.send([webhookOf(shop, "orders/create", body, Date.now())]);
      await eventually("it is sent", () => world.hakuna.last(id) !== null);
    });
    expect(slowest).toBeLessThan(mostMs);
    const paired = world.hakuna
      .last(id)
      ?.line_items.filter((line) => "protection_line_item_id" in line.custom_properties);
    expect(paired).toHaveLength(500);
  });
});

it("the search of the logs, made when a world ends, can find something", () => {
  const { rows, ...leaks } = {
    rows: 1,
    mail: "ottilie@vogelsang.example",
    secret: world.apiSecret,
  };
  for (const leak of Object.values(leaks)) {
    expect(secretsIn(`{"msg":"sent to ${leak}"}`, world)).toHaveLength(1);
  }
  expect(secretsIn(`{"rows":${rows}}`, world)).toEqual([]);
});
