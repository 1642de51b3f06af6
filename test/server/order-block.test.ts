import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  readSummary,
  resend,
  UnknownOrder,
} from "../../extensions/order-status/src/order-summary.ts";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { orderOf } from "./vogelsang.ts";

const shop = "block.myshopify.com";
const other = "other.myshopify.com";
const { world, client } = await openWorld();
/** where Shopify runs the block */
const origin = "https://extensions.shopifycdn.com";

const whole = orderOf(shop, 940_001);
const lonely = orderOf(shop, 940_002);
const plain = orderOf(shop, 940_003, { isProtected: false });
const older = orderOf(shop, 940_004);

type Line = { title: string; vendor: string | null };
const linesOf = ({ webhook }: typeof whole): Line[] =>
  JSON.parse(webhook("orders/create").body).line_items;
const isPlan = (line: Line) => /_hakuna_plan_id/.test(JSON.stringify(line));

beforeAll(async () => {
  for (const domain of [shop, other]) {
    await ask(world, "/app.data", { token: sessionToken(world, domain) });
  }
  await client.connect(shop);
  const onlyPlans = { line_items: linesOf(lonely).filter(isPlan) };
  await client.send([
    whole.webhook("orders/create"),
    lonely.webhook("orders/create", onlyPlans),
    plain.webhook("orders/create"),
    older.webhook("orders/updated", {
      processed_at: "2026-01-24T10:00:00Z",
      updatedAt: Date.now(),
    }),
  ]);
  await eventually("they are folded", async () => {
    const statuses = await Promise.all(
      [whole, lonely, plain, older].map(async ({ id }) => (await client.order(shop, id)).status),
    );
    return String(statuses) === "sent,sent,skipped,skipped";
  });
});

/** Does what the block does in a shop's admin, which completes the address and adds the token. */
async function inAdmin<Read>(domain: string, read: () => Promise<Read>): Promise<Read> {
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    const { status, headers, text } = await ask(world, path, {
      token: sessionToken(world, domain),
      headers: { origin },
      ...(init?.method === "POST" && { body: "" }),
    });
    if (headers["access-control-allow-origin"] !== "*") throw new TypeError("Failed to fetch");
    return new Response(text, {
      status,
      headers: { "content-type": headers["content-type"] ?? "" },
    });
  });
  try {
    return await read();
  } finally {
    vi.unstubAllGlobals();
  }
}

const shown = (id: string, language = "en") => inAdmin(shop, () => readSummary(id, language));

describe("what the block shows", () => {
  it("of an order that was sent: its status, when, and what is protected by what", async () => {
    const [product, plan] = linesOf(whole);
    const summary = {
      status: { text: "Synced", tone: "success" },
      note: null,
      findings: [],
      pairs: [{ product: product?.title, plan: plan?.title }],
      refunds: [],
      sentAt: ((await client.order(shop, whole.id)).sentAt as Date).getTime(),
      canResend: true,
    };
    expect(await shown(whole.id)).toEqual(summary);
    expect(await shown(whole.id, "de-AT")).toEqual({
      ...summary,
      status: { text: "Übertragen", tone: "success" },
    });
  });

  it("of an order that needs attention: what to do, until that is put away", async () => {
    const title = linesOf(lonely).find(isPlan)?.title;
    const text = `“${title}” protects no product of this order. Pair it with its product, or refund it.`;
    expect(await shown(lonely.id)).toMatchObject({
      ...{ status: { text: "Needs attention", tone: "warning" }, note: null, pairs: [] },
      findings: [{ severity: "warning", text }],
    });
    expect((await shown(lonely.id, "de")).findings[0]?.text).toContain(`„${title}“ `);
    const [finding] = (await client.order(shop, lonely.id)).findings as { lineItemIds: string[] }[];
    await ask(world, `/app/orders/${lonely.id}.data`, {
      token: sessionToken(world, shop),
      body: { action: "put_away", keys: [`plan_without_product:${finding?.lineItemIds}`] },
    });
    expect((await shown(lonely.id)).findings).toEqual([]);
  });

  it("of an order that is not sent: why", async () => {
    expect(await shown(plain.id)).toMatchObject({
      status: { text: "Skipped", tone: "neutral" },
      note: "This order contains no protection plan.",
      sentAt: null,
      canResend: false,
    });
  });

  it("of an order with plans that is not sent: that it is urgent", async () => {
    expect(await shown(older.id)).toMatchObject({
      status: { text: "Needs attention", tone: "critical" },
      sentAt: null,
    });
  });

  it("of an order that the app does not know, or that is another shop's: that", async () => {
    await expect(shown("940009")).rejects.toThrow(UnknownOrder);
    const before = await client.order(shop, whole.id);
    await expect(inAdmin(other, () => readSummary(whole.id, "en"))).rejects.toThrow(UnknownOrder);
    await expect(inAdmin(other, () => resend(whole.id, "en"))).rejects.toThrow("404");
    expect(await client.order(shop, whole.id)).toEqual(before);
    const { status, headers, text } = await ask(world, `/api/orders/${whole.id}?shop=${shop}`, {
      token: sessionToken(world, other),
      headers: { "x-shopify-shop-domain": shop },
    });
    expect(status).toBe(404);
    expect(headers["content-type"]).toContain("application/json");
    expect(JSON.parse(text)).toEqual({ error: "unknown order" });
  });

  it.each(["x", "1'--", "9".repeat(21)])("is nothing for the id %s", async (id) => {
    await expect(shown(id)).rejects.toThrow("400");
    await expect(inAdmin(shop, () => resend(id, "en"))).rejects.toThrow("400");
  });
});

it("resend answers that the order is due, and reaches Hakuna", async () => {
  const sent = world.hakuna.states(whole.id).length;
  world.hakuna.behave({ down: true });
  const summary = await inAdmin(shop, () => resend(whole.id, "en"));
  expect(summary.status).toEqual({ text: "Pending", tone: "info" });
  world.hakuna.behave({});
  await eventually("it is sent again", () => world.hakuna.states(whole.id).length > sent);
  await client.quiet();
  const { rows } = await client.pool.query(
    `SELECT "detail" FROM "TimelineEvent" WHERE "shop" = $1 AND "orderId" = $2 AND "kind" = 'manual'`,
    [shop, whole.id],
  );
  expect(JSON.stringify(rows)).toContain("user:42");
});

describe("from Shopify's origin", () => {
  it("the preflight is answered", async () => {
    const { status, headers } = await ask(world, `/api/orders/${whole.id}?locale=en`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
      },
    });
    expect(status).toBe(204);
    expect(headers["access-control-allow-origin"]).toBe("*");
    expect(headers["access-control-allow-headers"]).toContain("Authorization");
  });

  it("a token that has expired is refused so that a new one can be tried", async () => {
    const past = Math.floor(Date.now() / 1000) - 3600;
    const token = sessionToken(world, shop, { claims: { exp: past, iat: past, nbf: past } });
    for (const body of [undefined, ""]) {
      const { status, headers, text } = await ask(world, `/api/orders/${whole.id}`, {
        ...{ token, body, headers: { origin } },
      });
      expect(status).toBe(401);
      expect(text).toBe("");
      expect(headers["access-control-allow-origin"]).toBe("*");
      expect(headers["x-shopify-retry-invalid-session-request"]).toBe("1");
    }
  });

  it("no token shows nothing and does nothing", async () => {
    const before = await client.order(shop, whole.id);
    for (const body of [undefined, ""]) {
      const { status, text } = await ask(world, `/api/orders/${whole.id}?shop=${shop}`, {
        ...{ body, headers: { origin } },
      });
      expect(status).not.toBe(200);
      expect(text).not.toContain("Synced");
    }
    expect(await client.order(shop, whole.id)).toEqual(before);
  });
});
