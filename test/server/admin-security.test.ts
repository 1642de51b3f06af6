import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { bulkActions } from "#app/actions/bulk-actions.ts";
import { homeRequest } from "#app/components/home/home-request.ts";
import { orderRequest } from "#app/components/order/order-request.ts";
import { refundRequest } from "#app/components/order/refund-request.ts";
import { viewRequest } from "#app/components/orders/view-request.ts";
import { plansRequest } from "#app/components/plans/plans-request.ts";
import { settingsRequest } from "#app/components/settings/settings-request.ts";
import { ruleRequest } from "#app/components/shared/rule-request.ts";
import { ask, documentPath, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { dump, orderOf } from "./vogelsang.ts";

const victim = "victim.myshopify.com";
const nosy = "nosy.myshopify.com";
const order = orderOf(victim, 910_001);
// a reconciliation that falls into the test would look like a change
const { world, client } = await openWorld({ RECONCILE_INTERVAL_MS: "2147483647" });

beforeAll(async () => {
  await ask(world, "/app.data", { token: sessionToken(world, victim) });
  await client.connect(victim);
  await client.send([order.webhook("orders/create")]);
  await eventually("it is sent", () => world.hakuna.last(order.id) !== null);
  const scans = `SELECT 1 FROM "OrderScan" WHERE "shop" = $1 AND "kind" = 'reconciliation'`;
  await eventually("the sweep has planned its reconciliation", async () => {
    return (await client.pool.query(scans, [victim])).rowCount === 1;
  });
  await client.quiet();
});

/** What stands in the tables about the victim; when it was last seen and its lease aside. */
async function victimRows(): Promise<string[]> {
  const rows = await dump(client.pool);
  return rows
    .split("\n")
    .filter((row) => row.includes(victim) && !row.startsWith("pgboss."))
    .map((row) => row.replace(/"lease(Token|Until)": [^,]+, /g, ""))
    .sort();
}

/** The routes below /app and /api: those that show or change something of a shop. */
const folder = new URL("../../app/routes/", import.meta.url);
const routes = readdirSync(folder)
  .filter((file) => /^(app|api)\./.test(file))
  .map((file) => {
    const source = readFileSync(new URL(file, folder), "utf8");
    const path = file
      .replace(/\.tsx?$/, "")
      .replaceAll("[.]", "\0")
      .replace(/\._index$/, "")
      .replaceAll(".", "/")
      .replaceAll("\0", ".")
      .replace("$id", order.id)
      .replace(/\$$/, "nothing");
    return { file, path: `/${path}`, source, takes: /export async function action/.test(source) };
  });

const refundId = "00000000-0000-4000-8000-000000000000";
const target = { productIds: ["gid://shopify/Product/1"], collectionIds: [] };

/** What each route is asked for, in every way: what is missing here fails the test. */
const asked: Record<string, unknown[]> = {
  "app._index.tsx": ["intent=test", "intent=block", "intent=dismiss"],
  "app.orders._index.tsx": [
    { ids: [order.id] },
    ...Object.keys(bulkActions).map((action) => ({ action, ids: [order.id] })),
  ],
  "app.theme.ts": [{ live: [] }, { live: ["protection"] }],
  "app.views.ts": [
    { action: "save", id: "00000000-0000-4000-8000-000000000000", name: "Mine", query: "" },
    { action: "delete", id: "00000000-0000-4000-8000-000000000000" },
  ],
  "app.orders.$id.tsx": [
    { action: "resend" },
    {
      ...{ action: "pair", productLineId: String(order.lineIds[0]) },
      ...{ planLineId: String(order.lineIds[1]), offerId: "", planId: "" },
    },
    { action: "unpair", productLineId: String(order.lineIds[0]) },
    { action: "put_away", keys: ["discounted_plan"] },
    { action: "bring_back", keys: ["discounted_plan"] },
    ...[{ action: "skip" }, { action: "unskip" }, { action: "check" }, { action: "cancel" }],
  ],
  "app.settings.tsx": [
    {
      intent: "save",
      settings: {
        ...{ environment: "sandbox", share: "all", sendTestOrders: true, sendOlderOrders: true },
        ...{ acceptSuggestions: true, productIdentifier: "sku", country: "fr" },
        refunds: { alone: true, waitHours: 1, notify: true },
        mails: { weekly: true, deadlines: true },
      },
      ...{ apiKey: null, sentOrders: null, untested: true },
    },
    { intent: "test", environment: "sandbox", apiKey: null },
    ...[{ intent: "pause" }, { intent: "resume" }, { intent: "disconnect" }],
    ...[{ intent: "import" }, { intent: "cancel" }],
  ],
  "app.plans.tsx": [
    { intent: "offers", ...target },
    { intent: "unlink", ...target },
    {
      ...{ intent: "link", ...target },
      plans: [
        {
          ...{ id: "gid://shopify/ProductVariant/1", offerId: "off-1", planId: "pl-1" },
          ...{ insuranceUrl: null, termMonths: null },
        },
      ],
    },
    { intent: "read", ids: ["gid://shopify/ProductVariant/1"] },
    { intent: "cancel", job: "00000000-0000-4000-8000-000000000000" },
    ...[{ intent: "resume" }, { intent: "cover" }, { intent: "unfollow" }, { intent: "look" }],
    { intent: "follow", collection: { id: "gid://shopify/Collection/1", title: "All" } },
  ],
  "app.rule.ts": [{ intent: "on" }, { intent: "off" }],
  "app.refunds.$id.ts": [
    {
      ...{ action: "refund", planLineId: String(order.lineIds[1]), units: 1, left: 1 },
      ...{ notify: true, amount: 1200, currency: "EUR" },
    },
    { action: "decline", refundId },
    { action: "decline_request", planLineId: String(order.lineIds[1]) },
    { action: "was_paid", refundId },
    { action: "was_not_paid", refundId },
  ],
  "api.orders.$id.ts": [{}],
  "api.refunds.$id.ts": [
    {
      ...{ action: "refund", planLineId: String(order.lineIds[1]), units: 1, left: 1 },
      ...{ notify: true, amount: 1200, currency: "EUR" },
    },
  ],
  "api.buyer.orders.$id.ts": [
    { planLineId: String(order.lineIds[1]), units: 1, left: 1, locale: "en" },
  ],
};

/** What each route can be asked for, by the request that it reads. */
const actions: Record<string, string[]> = {
  "app._index.tsx": homeRequest.shape.intent.options,
  "app.orders.$id.tsx": orderRequest.options.map(({ shape }) => shape.action.value),
  "app.refunds.$id.ts": refundRequest.options.map(({ shape }) => shape.action.value),
  "app.settings.tsx": settingsRequest.options.map(({ shape }) => shape.intent.value),
  "app.plans.tsx": plansRequest.options.map(({ shape }) => shape.intent.value),
  "app.rule.ts": ruleRequest.shape.intent.options,
  "app.views.ts": viewRequest.options.map(({ shape }) => shape.action.value),
};

const form = { "content-type": "application/x-www-form-urlencoded" };
const send = (path: string, body: unknown, token?: string, headers = {}) =>
  ask(world, path, { token, body, headers: { ...(typeof body === "string" && form), ...headers } });
/** Remix reads an index route's action under ?index; what is no page is asked as it is. */
const actionPath = (file: string, path: string) =>
  file.startsWith("api") ? path : `${path}.data${file.includes("_index") ? "?index" : ""}`;

describe("session tokens", () => {
  const now = Math.floor(Date.now() / 1000);
  it.each<[string, Parameters<typeof sessionToken>[2]]>([
    ["expired", { claims: { exp: now - 3600, iat: now - 3660, nbf: now - 3660 } }],
    ["not valid yet", { claims: { nbf: now + 3600 } }],
    ["of another app", { claims: { aud: "another-app" } }],
    ["unsigned, with alg none", { secret: null }],
    ["signed by somebody else", { secret: "guessed" }],
    [
      "of a shop that is none",
      { claims: { dest: "https://evil.example", iss: "https://evil.example/admin" } },
    ],
  ])("that are %s open no page and do nothing", async (_name, forged) => {
    const before = await victimRows();
    const token = sessionToken(world, victim, forged);
    for (const { file, path, takes } of routes) {
      for (const address of [path, `${path}.data`]) {
        const shown = await ask(world, address, { token });
        expect(shown.status, address).toBeGreaterThanOrEqual(400);
        expect(shown.text).not.toMatch(/vogelsang|#910001/i);
      }
      const opened = await ask(world, documentPath(path, victim, token));
      expect(opened.status, file).not.toBe(200);
      if (!takes) continue;
      const done = await send(actionPath(file, path), asked[file]?.[0], token);
      expect(done.status, file).toBeGreaterThanOrEqual(400);
    }
    expect(await victimRows()).toEqual(before);
  });

  it("that are cut off or no tokens at all are refused", async () => {
    const whole = sessionToken(world, victim);
    for (const token of [
      "x",
      "a.b.c",
      whole.slice(0, -1),
      whole.split(".").slice(0, 2).join("."),
      `${whole}.x`,
    ]) {
      expect((await ask(world, "/app.data", { token })).status).toBe(401);
    }
  });
});

describe("another shop's data", () => {
  it("is on no page and in no file, whatever the address says", async () => {
    const token = sessionToken(world, nosy);
    const before = await victimRows();
    for (const { file, path } of routes) {
      for (const address of [
        `${path}.data?shop=${victim}`,
        `${path}?shop=${victim}&locale=de`,
        documentPath(path, victim, token),
      ]) {
        const { text } = await ask(world, address, { token });
        expect(text, `${file} ${address}`).not.toMatch(/vogelsang|#910001/i);
      }
    }
    expect(await victimRows()).toEqual(before);
  });

  it("could be changed by what this test asks for, and by nothing else", () => {
    for (const { file, takes } of routes) {
      expect(Object.hasOwn(asked, file), `${file}: name its actions in this test`).toBe(takes);
      // these do one thing alone
      const doOneThing = ["app.orders._index.tsx", "app.theme.ts"];
      if (!takes || file.startsWith("api.") || doOneThing.includes(file)) continue;
      const names = asked[file]?.map((body) => {
        const { action, intent } = (
          typeof body === "string" ? Object.fromEntries(new URLSearchParams(body)) : body
        ) as Record<string, string>;
        return action ?? intent;
      });
      expect(names?.sort(), file).toEqual(actions[file]?.toSorted());
    }
  });

  it("is changed by no action", async () => {
    const token = sessionToken(world, nosy);
    const before = await victimRows();
    for (const { file, path } of routes) {
      for (const body of asked[file] ?? []) {
        const plain = actionPath(file, path);
        const named = `${plain}${file.includes("_index") ? "&" : "?"}shop=${victim}`;
        for (const answer of [
          await send(plain, body, token, { "x-shopify-shop-domain": victim }),
          await send(named, body, token),
        ]) {
          // it was understood: done for the asking shop, or refused because the order is not there
          // staff are no buyers
          const understood = file.startsWith("api.buyer.") ? [403] : [200, 404, 409];
          expect(understood, `${file} ${JSON.stringify(body)}`).toContain(answer.status);
        }
      }
    }
    expect(await victimRows()).toEqual(before);
  });

  it.each([`/app/orders/${order.id}.data`, `/api/orders/${order.id}`])(
    "is changed at %s by the shop's own token: the test above can fail",
    async (path) => {
      const before = await victimRows();
      await send(path, { action: "resend" }, sessionToken(world, victim));
      expect(await victimRows()).not.toEqual(before);
      await client.quiet();
    },
  );
});

describe("requests from other sites", () => {
  it("do nothing: no cookie counts, only a session token in the header", async () => {
    const opened = await ask(world, documentPath("/app", victim, sessionToken(world, victim)));
    expect(opened.status).toBe(200);
    expect(opened.headers["set-cookie"]).toBeUndefined();
    const before = await victimRows();
    const foreign = { origin: "https://evil.example", cookie: "shopify_app_session=1", ...form };
    for (const { file, path, takes } of routes) {
      if (!takes) continue;
      for (const body of asked[file] ?? []) {
        for (const headers of [foreign, { ...foreign, "content-type": "text/plain" }]) {
          for (const address of [path, actionPath(file, path), `${path}?shop=${victim}`]) {
            const text = typeof body === "string" ? body : JSON.stringify(body);
            const answer = await send(address, text, undefined, headers);
            expect(answer.status, `${file} ${address}`).not.toBe(200);
            expect(answer.headers["access-control-allow-credentials"]).toBeUndefined();
          }
        }
      }
    }
    expect(await victimRows()).toEqual(before);
  });
});

describe("frames and redirects", () => {
  it("a page may be framed by its own shop's admin and by nobody else", async () => {
    for (const shop of [victim, nosy]) {
      const { headers } = await ask(world, documentPath("/app", shop, sessionToken(world, shop)));
      const policy = headers["content-security-policy"];
      expect(policy).toContain(`frame-ancestors https://${shop} https://admin.shopify.com`);
      expect(policy).not.toContain(shop === victim ? nosy : victim);
      expect(policy).toContain("object-src 'none'; base-uri 'none'");
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
    for (const path of ["/", "/nowhere"]) {
      const { headers } = await ask(world, path);
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    }
  });

  it.each([
    "evil.example",
    "evil.example;victim.myshopify.com",
    "victim.myshopify.com.evil.example",
    "x.myshopify.com https://evil.example",
    "evil.example#.myshopify.com",
  ])("the shop %j in an address lets nobody frame anything", async (shop) => {
    for (const path of [
      "/",
      "/app",
      "/auth/session-token",
      "/auth/exit-iframe",
      "/auth/login",
      "/app/orders",
    ]) {
      for (const host of hosts) {
        const query = `shop=${encodeURIComponent(shop)}&host=${host}&embedded=1`;
        const { headers, status } = await ask(world, `${path}?${query}`);
        expect(status, path).toBeLessThan(500);
        expect(headers["content-security-policy"] ?? "frame-ancestors 'none'").not.toContain(
          "evil",
        );
        expect(leadsAway(headers.location), `${path} ${headers.location}`).toBe(false);
      }
    }
  });

  it.each([
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://admin.shopify.com.evil.example/",
    "https://victim.myshopify.com/pages/phishing",
    "https://me@evil.example/",
  ])("no parameter leads to %s", async (address) => {
    const to = encodeURIComponent(address);
    const names = ["exitIframe", "redirect", "redirect_to", "return_to", "shopify-reload", "next"];
    const query = names.map((name) => `${name}=${to}`).join("&");
    for (const path of [
      "/",
      "/app",
      "/auth/exit-iframe",
      "/auth/callback",
      "/auth/login",
      "/auth/session-token",
    ]) {
      const embedded = hosts.map((host) => `&shop=${victim}&host=${host}&embedded=1`);
      for (const more of ["", ...embedded]) {
        const { headers, text, status } = await ask(world, `${path}?${query}${more}`);
        expect(status, path).toBeLessThan(500);
        expect(leadsAway(headers.location), `${path} ${headers.location}`).toBe(false);
        expect(text, path).not.toContain(`window.open("${address}`);
        if (path === "/auth/exit-iframe") expect(status).toBe(400);
      }
    }
  });

  it("the exit from the frame leads to the app itself and to Shopify's admin", async () => {
    for (const to of ["/app", "https://admin.shopify.com/store/victim"]) {
      const query = `shop=${victim}&exitIframe=${encodeURIComponent(to)}`;
      const { status, text } = await ask(world, `/auth/exit-iframe?${query}`);
      // the library opens https alone, which the app's own address is not here
      if (to.startsWith("/")) expect(status).not.toBe(400);
      else expect(text).toContain(`window.open("${to}"`);
    }
  });
});

/** The query's `host`: Shopify's for a shop, somebody else's, and one that cannot be decoded. */
const hosts = ["admin.shopify.com/store/victim", "evil.example/store/victim"]
  .map((host) => Buffer.from(host).toString("base64url"))
  .concat("x");

/** Whether a Location leaves both the app and Shopify's admin. */
function leadsAway(location: string | undefined): boolean {
  if (location === undefined) return false;
  const { host } = new URL(location, world.appUrl);
  return (
    host !== new URL(world.appUrl).host &&
    !/^(admin\.shopify\.com|[a-z]+\.myshopify\.com)$/.test(host)
  );
}
