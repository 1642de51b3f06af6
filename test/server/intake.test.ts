import { request } from "undici";
import { describe, expect, it } from "vitest";
import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import {
  sendWebhook,
  signWebhook,
  type Webhook,
  webhookHeaders,
} from "#test/simulator/shopify/webhook.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";

const shop = "never-opened.myshopify.com";
const previousSecret = "the-secret-before";
const { world, client } = await openWorld({ SHOPIFY_API_SECRET_PREVIOUS: previousSecret });

function webhook(seed: number): Webhook {
  const [first] = liveOrder({ shop, currency: "EUR", bigIds: true }, seed, 1_790_000_000_000);
  if (!first) throw new Error("an order without webhooks");
  return first;
}

async function post(headers: Record<string, string>, body: string | Buffer): Promise<number> {
  const answer = await request(`${world.appUrl}/webhooks/orders`, {
    method: "POST",
    headers,
    body,
  });
  await answer.body.dump();
  return answer.statusCode;
}

async function stored(webhookId: string): Promise<number> {
  const { rowCount } = await client.pool.query(
    `SELECT 1 FROM "InboxWebhook" WHERE "webhookId" = $1`,
    [webhookId],
  );
  return rowCount ?? 0;
}

describe("POST /webhooks/orders", () => {
  it("keeps a webhook of a shop that nobody has opened yet, once", async () => {
    const sent = webhook(1);
    expect(await sendWebhook(world.appUrl, sent, world.apiSecret)).toBe(200);
    expect(await sendWebhook(world.appUrl, sent, world.apiSecret)).toBe(200);
    expect(await stored(sent.webhookId)).toBe(1);
  });

  it("takes a time that is not signed for an hour from now at most: it decides what is newer", async () => {
    const sent = { ...webhook(4), triggeredAt: Date.parse("2099-01-01") };
    expect(await sendWebhook(world.appUrl, sent, world.apiSecret)).toBe(200);
    const { rows } = await client.pool.query(
      `SELECT "triggeredAt" < now() + interval '70 minutes' AS near FROM "InboxWebhook"
        WHERE "webhookId" = $1`,
      [sent.webhookId],
    );
    expect(rows).toEqual([{ near: true }]);
  });

  it("takes the previous secret during a rotation", async () => {
    expect(await sendWebhook(world.appUrl, webhook(2), previousSecret)).toBe(200);
  });

  it("answers 401 to a wrong signature and stores nothing", async () => {
    const sent = webhook(3);
    expect(await sendWebhook(world.appUrl, sent, "another-secret")).toBe(401);
    expect(await stored(sent.webhookId)).toBe(0);
  });

  it.each([
    "x-shopify-topic",
    "x-shopify-hmac-sha256",
    "x-shopify-shop-domain",
    "x-shopify-webhook-id",
  ])("answers 400 without %s", async (name) => {
    const sent = webhook(4);
    const { [name]: _left, ...headers } = webhookHeaders(sent, world.apiSecret);
    expect(await post(headers, sent.body)).toBe(400);
  });

  it.each(["not json", "[]", '"text"', ""])("answers 400 to a body that is %j", async (body) => {
    const sent = { ...webhook(5), body };
    expect(await post(webhookHeaders(sent, world.apiSecret), body)).toBe(400);
  });

  it("answers 400 to bytes that are not UTF-8", async () => {
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const headers = webhookHeaders(webhook(6), world.apiSecret);
    headers["x-shopify-hmac-sha256"] = signWebhook(body, world.apiSecret);
    expect(await post(headers, body)).toBe(400);
  });

  it("answers 405 to anything but POST and 413 over 5 MB", async () => {
    const got = await request(`${world.appUrl}/webhooks/orders`);
    await got.body.dump();
    expect(got.statusCode).toBe(405);
    const sent = { ...webhook(7), body: `{"id":1,"x":"${"x".repeat(5 * 1024 * 1024)}"}` };
    expect(await post(webhookHeaders(sent, world.apiSecret), sent.body)).toBe(413);
  });

  it("loses no neighbor of a webhook that cannot be stored", async () => {
    await client.pool.query(
      `ALTER TABLE "InboxWebhook" ADD CONSTRAINT "refused" CHECK ("webhookId" <> 'refused')`,
    );
    const sent = Array.from({ length: 40 }, (_, seed) => webhook(100 + seed));
    const answers = await Promise.all(
      sent.map((one, index) =>
        sendWebhook(
          world.appUrl,
          index === 20 ? { ...one, webhookId: "refused" } : one,
          world.apiSecret,
        ),
      ),
    );
    expect(answers.filter((status) => status === 503)).toHaveLength(1);
    expect(answers.filter((status) => status === 200)).toHaveLength(39);
    const { rows } = await client.pool.query(
      `SELECT count(*)::int AS count FROM "InboxWebhook" WHERE "webhookId" = ANY($1)`,
      [sent.map(({ webhookId }) => webhookId)],
    );
    expect(rows[0].count).toBe(39);
    const told = () => {
      const lines = world.app().output().split("\n");
      return lines.filter((line) => line.includes("a webhook was not taken"));
    };
    await eventually("it is logged", () => told().length > 0);
    expect(told().map((line) => JSON.parse(line))).toEqual([
      {
        ...{ level: "warn", time: expect.any(String), msg: "a webhook was not taken" },
        err: expect.objectContaining({ message: expect.stringContaining('constraint "refused"') }),
      },
    ]);
  });

  it("writes no customer data, secret or payload to the log", async () => {
    await client.quiet();
    const output = world.app().output();
    expect(output).not.toMatch(/mail\.example|Mustermann|Schneider|the-secret-before/);
    expect(output).not.toContain(world.apiSecret);
  });
});
