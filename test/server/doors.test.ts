import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { ask, browser, documentPath, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { askRaw, openRaw, type RawConnection } from "./raw-http.ts";
import { ordersAlike } from "./vogelsang.ts";

const shop = "doors.myshopify.com";
const mb = 1024 * 1024;
const { world, client } = await openWorld({
  ...{ BODY_TIMEOUT_MS: "2000", BODY_BUDGET_BYTES: String(6 * mb), PAGE_CONCURRENCY: "1" },
});
const nextOrder = ordersAlike(shop, 970_000);
const opened: RawConnection[] = [];

beforeAll(async () => {
  await ask(world, "/app.data", { token: sessionToken(world, shop) });
});

afterEach(() => {
  for (const { socket } of opened.splice(0)) socket.destroy();
});

async function open(head: string, more?: Buffer): Promise<RawConnection> {
  const connection = await openRaw(world.appUrl, head, more);
  opened.push(connection);
  return connection;
}

const webhookHead = (length: number, headers = "") =>
  `POST /webhooks/orders HTTP/1.1\nHost: app\nContent-Length: ${length}\n${headers}\n`;
const plausible = `X-Shopify-Hmac-Sha256: x\nX-Shopify-Topic: orders/create
X-Shopify-Shop-Domain: ${shop}\nX-Shopify-Webhook-Id: x\n`;

const taken = async () =>
  await sendWebhook(world.appUrl, nextOrder().webhook, world.apiSecret, "/webhooks/orders");

async function pages(result: string): Promise<number> {
  const { text } = await ask(world, "/metrics");
  const found = new RegExp(`^hakuna_pages_total\\{result="${result}"\\} (\\d+)$`, "m").exec(text);
  return Number(found?.[1]);
}

/** What the process wrote since, line by line. */
function written(): () => string[] {
  const from = world.app().output().length;
  return () => world.app().output().slice(from).split("\n").filter(Boolean);
}

describe("a body", () => {
  it.each([
    ["without the headers", webhookHead(5 * mb)],
    ["of a shop that is none", webhookHead(5 * mb, plausible.replace(shop, "evil.example"))],
    ["of a topic that is not taken", webhookHead(5 * mb, plausible.replace("create", "paid"))],
  ])("%s of a webhook is not waited for", async (_what, head) => {
    expect(await (await open(head)).status()).toBe(400);
  });

  it("that is announced as too large is not waited for", async () => {
    expect(await (await open(webhookHead(6 * mb, plausible))).status()).toBe(413);
  });

  it("that goes on although it was refused is cut off by time", async () => {
    const connection = await open(webhookHead(6 * mb, plausible));
    const sending = setInterval(() => connection.socket.write(" "), 100);
    expect(await connection.status()).toBe(413);
    await connection.ended;
    clearInterval(sending);
  });

  it("that stays half-sent ends by time, and its connection with it", async () => {
    const connection = await open(webhookHead(5 * mb, plausible), Buffer.alloc(1000, " "));
    const sending = setInterval(() => connection.socket.write(" "), 50);
    expect(await connection.status()).toBe(408);
    await connection.ended;
    clearInterval(sending);
  });

  it("that is cut off is answered by nobody and counted by nothing", async () => {
    const lines = written();
    const connection = await open(webhookHead(5 * mb, plausible), Buffer.alloc(1000, " "));
    await sleep(100);
    connection.socket.destroy();
    expect(await taken()).toBe(200);
    expect(lines().filter((line) => /"(warn|error)"/.test(line))).toEqual([]);
  });

  it("and another do not add up beyond the budget: the oldest are given up, webhooks are taken", async () => {
    const half = Buffer.alloc(4 * mb, " ");
    const all = [];
    for (let count = 0; count < 12; count += 1) {
      all.push(await open(webhookHead(5 * mb, plausible), half));
      // each has arrived before the next begins
      await sleep(20);
    }
    expect(await taken()).toBe(200);
    const statuses = await Promise.all(all.map((one) => one.status()));
    // 6 MB hold one of them; the others were given up for the next one
    expect(statuses.slice(0, -2)).toEqual(Array(10).fill(503));
    expect(statuses.at(-1)).toBe(408);
    expect(await taken()).toBe(200);
  });
});

it("a webhook is taken under other spellings of its address too", async () => {
  const { apiSecret, appUrl } = world;
  for (const path of ["/webhooks/orders", "/webhooks/orders/", "/Webhooks/Orders?x=1"]) {
    expect(await sendWebhook(appUrl, nextOrder().webhook, apiSecret, path), path).toBe(200);
  }
});

describe("pages", () => {
  it("200 connections on addresses at which nothing stands have none rendered", async () => {
    const before = await pages("rendered");
    const paths = Array.from({ length: 200 }, (_, index) =>
      index % 4 ? `/wp-admin/${index}.php` : `/nowhere-${index}.data`,
    );
    const answers = await Promise.all(paths.map((path) => ask(world, path)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    for (const { text, headers } of answers) {
      expect(text).toContain("Page not found");
      expect(text).toContain("Diese Seite gibt es nicht");
      expect(text).not.toContain("<script");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    }
    expect(await pages("rendered")).toBe(before);
    expect((await ask(world, "/")).status).toBe(200);
    expect(await pages("rendered")).toBe(before + 1);
  });

  it("are rendered so many at once, more wait their turn, and beyond that the answer is 503", async () => {
    const before = await pages("refused");
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask(world, "/")));
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(5);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers["retry-after"]).toBe("1");
    expect(await pages("refused")).toBe(before + refused.length);
    expect((await ask(world, "/")).status).toBe(200);
  });

  it("whose readers went away while they waited leave their places", async () => {
    for (let round = 0; round < 3; round += 1) {
      const waiting = await Promise.all(
        Array.from({ length: 5 }, () => open("GET / HTTP/1.1\nHost: app\n\n")),
      );
      for (const { socket } of waiting) socket.destroy();
    }
    await eventually(
      "pages are rendered again",
      async () => (await ask(world, "/")).status === 200,
    );
  });
});

describe("a request to the admin in chunks", () => {
  const chunked = (path: string, chunks: string[]) =>
    `POST ${path} HTTP/1.1\nHost: app\nUser-Agent: ${browser}\nContent-Type: application/json
Authorization: Bearer ${sessionToken(world, shop)}\nTransfer-Encoding: chunked\n\n${[...chunks, ""]
      .map((chunk) => `${chunk.length.toString(16)}\n${chunk}\n`)
      .join("")}`;

  it("is taken: a tunnel may make it so", async () => {
    const sent = chunked("/app/settings.data", [`{"intent":`, `"pause"}`]);
    expect(await askRaw(world.appUrl, sent)).toBe(200);
    const { rows } = await client.pool.query(`SELECT "paused" FROM "Shop" WHERE "domain" = $1`, [
      shop,
    ]);
    expect(rows).toEqual([{ paused: true }]);
  });

  it("is bounded like any other", async () => {
    const chunks = Array(20).fill("x".repeat(100_000));
    expect(await askRaw(world.appUrl, chunked("/app/settings.data", chunks))).toBe(413);
  });
});

describe("what neither a browser nor Shopify sends is answered 4xx, with one line in the log:", () => {
  const get = (path: string, headers = "Host: app") => `GET ${path} HTTP/1.1\n${headers}\n\n`;
  const post = (path: string, headers: string) =>
    `POST ${path} HTTP/1.1\nHost: app\nContent-Length: 2\nContent-Type: application/json\n${headers}\n\n{}`;

  beforeAll(async () => {
    // what came before is logged before this
    const lines = written();
    await askRaw(world.appUrl, get("/%fe"));
    await eventually("it is logged", () => lines().some((line) => line.includes("%fe")));
  });

  it.each<[string, number, string]>([
    ["NUL in a search", 400, get("/app/orders?query=%00")],
    ["NUL in the search for a page's data", 400, get("/app/orders.data?query=a%00b")],
    ["NUL in a path", 400, get("/app/orders/%00")],
    ["a broken escape in a path", 400, get("/app/orders/%E0%A4%A")],
    ["a broken escape in a query", 400, get("/app/orders?query=%")],
    ["an escape that is no UTF-8", 400, get("/%ff")],
    ["a broken escape in a file's address", 400, get("/assets/%ff.js")],
    ["an absolute address", 400, get("http://evil.example/app")],
    ["a host with a blank", 400, get("/", "Host: a b")],
    ["a host that is none", 400, get("/", "Host: [")],
    ["an empty host", 400, get("/", "Host: ")],
    ["a host with a user", 400, get("/", "Host: me@app")],
    ["a port that is none", 400, get("/app", "Host: app:99999999")],
    ["a port beyond all ports", 400, get("/app", "Host: app:99999")],
    ["an address that is none", 400, get("/app", "Host: 999.1.1.1")],
    ["a long address that is none", 400, get("/app", "Host: [:::::]")],
    ["a forwarded host that is none", 400, get("/app", "Host: app\nX-Forwarded-Host: app:99999")],
    ["a forwarded host that is none", 400, get("/app", "Host: app\nX-Forwarded-Host: a/b")],
    ["a forwarded protocol that is none", 400, get("/app", "Host: app\nX-Forwarded-Proto: x y")],
    ["TRACE", 405, "TRACE / HTTP/1.1\nHost: app\n\n"],
    ["OPTIONS of a page", 405, "OPTIONS /app HTTP/1.1\nHost: app\n\n"],
    ["PROPFIND", 405, "PROPFIND /app HTTP/1.1\nHost: app\n\n"],
    ["a form of another site", 403, post("/app/settings", "Origin: https://evil.example")],
    ["data of another site", 403, post("/app/settings.data", "Origin: https://evil.example")],
    ["a form of nobody's site", 403, post("/app?index", "Origin: null")],
    ["an origin that is none", 403, post("/app?index", "Origin: x y")],
    ["data in the form of old", 400, get("/app?_data=routes%2Fapp")],
  ])("%s", async (_what, status, head) => {
    const lines = written();
    expect(await askRaw(world.appUrl, head)).toBe(status);
    await eventually("it is logged", () => lines().length > 0);
    const records = lines().map((line) => JSON.parse(line));
    expect(records).toMatchObject([{ level: "warn", status }]);
    expect(JSON.stringify(records)).not.toMatch(/query=|stack/);
  });

  it("a file that is not there is answered 404, without a stack", async () => {
    const lines = written();
    expect(await askRaw(world.appUrl, get("/assets/nothing.js"))).toBe(404);
    expect(await taken()).toBe(200);
    for (const line of lines()) expect(JSON.parse(line).stack).toBeUndefined();
  });

  it("NUL in what a page asks for", async () => {
    const token = sessionToken(world, shop);
    for (const [path, body] of [
      ["/app/orders/1.data", { action: "put_away", keys: ["a\0b"] }],
      ["/app/settings.data", { intent: "test", environment: "sandbox", apiKey: "a\0b" }],
    ] as const) {
      expect((await ask(world, path, { token, body })).status, path).toBe(400);
    }
  });
});

describe("Cache-Control: no-store stands", () => {
  it("wherever something of the shop does", async () => {
    const order = nextOrder();
    await client.send([order.webhook]);
    await eventually("it is there", async () => "id" in (await client.order(shop, order.id)));
    const token = sessionToken(world, shop);
    for (const path of [
      ...["/app", "/app/orders", "/app/orders.csv", "/app/plans", "/app/settings", "/app/help"],
      ...[`/app/orders/${order.id}`, `/api/orders/${order.id}`, "/app/nowhere"],
    ]) {
      const addresses = path.startsWith("/app") && path !== "/app/orders.csv";
      const asked = addresses
        ? [documentPath(path, shop, sessionToken(world, shop)), `${path}.data`]
        : [path];
      for (const address of asked) {
        const { headers, status } = await ask(world, address, { token });
        expect([address, status]).toEqual([address, path === "/app/nowhere" ? 404 : 200]);
        expect([address, headers["cache-control"]]).toEqual([address, "no-store"]);
      }
    }
  });
});

describe("a finding is put away", () => {
  it("only where there is one; whoever asks twice has what they want, and is told of once", async () => {
    const order = nextOrder();
    const body = order.webhook.body.replaceAll("_hakuna_plan_id", "_hakuna_no_plan_id");
    await client.send([{ ...order.webhook, body }]);
    const row = () => client.order(shop, order.id);
    await eventually("it is there", async () => "id" in (await row()));
    const [finding] = (await row()).findings as { code: string; lineItemIds: string[] }[];
    const key = [finding?.code, ...(finding?.lineItemIds ?? [])].join(":");
    const token = sessionToken(world, shop);
    const asking = async (action: string, named: string) => {
      const path = `/app/orders/${order.id}.data`;
      return (await ask(world, path, { token, body: { action, keys: [named] } })).status;
    };
    expect(await asking("put_away", "made_up:1")).toBe(409);
    expect(await asking("bring_back", "made_up:1")).toBe(409);
    expect((await row()).dismissed).toEqual([]);
    for (const action of ["put_away", "bring_back"]) {
      for (const _ of [1, 2]) {
        expect(await asking(action, key)).toBe(200);
        expect((await row()).dismissed).toEqual(action === "put_away" ? [key] : []);
      }
    }
    const { rows } = await client.pool.query(
      `SELECT "detail" ->> 'action' AS "action" FROM "TimelineEvent"
        WHERE "shop" = $1 AND "orderId" = $2 AND "kind" = 'manual' ORDER BY "at"`,
      [shop, order.id],
    );
    expect(rows.map(({ action }) => action)).toEqual(["put_away", "bring_back"]);
  });
});
