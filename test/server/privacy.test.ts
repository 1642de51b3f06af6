import { request } from "undici";
import { beforeEach, describe, expect, it } from "vitest";
import {
  scopesWebhook,
  shopRedactWebhook,
  uninstalledWebhook,
} from "#test/simulator/shopify/shop-payloads.ts";
import {
  sendWebhook,
  type Webhook,
  webhookHeaders,
  webhookOf,
} from "#test/simulator/shopify/webhook.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
import { patientTimes } from "./quick-times.ts";
import { dump, isCounted, orderOf, privacyWebhook, refundOf, vogelsang } from "./vogelsang.ts";

const { world, client } = await openWorld({
  ...patientTimes,
  SHOPIFY_API_SECRET_PREVIOUS: "secret-of-before",
});
/** A world in which nobody folds. */
const { world: still, client: idle } = await openWorld({ WORKER: "off" });
let shop: string;
let shops = 0;

beforeEach(() => {
  shops += 1;
  shop = `privacy-${shops}.myshopify.com`;
  world.hakuna.behave({});
});

const privacy = (webhook: Webhook, secret = world.apiSecret) =>
  sendWebhook(world.appUrl, webhook, secret, "/webhooks/privacy");
const redact = (orders: string[] = []) => privacyWebhook(shop, "customers/redact", orders);
const status = async (id: string) => (await client.order(shop, id)).status;
const trace = async () => (await dump(client.pool)).match(vogelsang.trace)?.[0] ?? null;
let ids = 1_000_000;
const nextId = () => {
  ids += 1;
  return ids;
};

describe.each<[string, string, () => Webhook]>([
  ["/webhooks/privacy", "customers/redact", () => redact()],
  [
    ...(["/webhooks/privacy", "customers/data_request"] as const),
    () => privacyWebhook(shop, "customers/data_request", []),
  ],
  ["/webhooks/privacy", "shop/redact", () => shopRedactWebhook(shop, Date.now())],
  [
    ...(["/webhooks/app/uninstalled", "app/uninstalled"] as const),
    () => uninstalledWebhook(shop, Date.now()),
  ],
  [
    ...(["/webhooks/app/scopes_update", "app/scopes_update"] as const),
    () => scopesWebhook(shop, ["read_orders"], Date.now()),
  ],
])("POST %s, %s", (door, _topic, good) => {
  it("answers 200 to the current and the previous secret, also to the same webhook again", async () => {
    const webhook = good();
    expect(await sendWebhook(world.appUrl, webhook, world.apiSecret, door)).toBe(200);
    expect(await sendWebhook(world.appUrl, webhook, "secret-of-before", door)).toBe(200);
  });

  it("answers 401 to a wrong signature and does nothing", async () => {
    expect(await sendWebhook(world.appUrl, good(), "wrong", door)).toBe(401);
    const { rows } = await client.pool.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1`, [shop]);
    expect(rows).toEqual([]);
  });

  it("answers 400 without its headers, to what is not JSON and to other topics", async () => {
    const webhook = good();
    const { "x-shopify-hmac-sha256": _left, ...headers } = webhookHeaders(webhook, world.apiSecret);
    const bare = await request(`${world.appUrl}${door}`, {
      ...{ method: "POST", headers, body: webhook.body },
    });
    await bare.body.dump();
    expect(bare.statusCode).toBe(400);
    const send = (changed: Partial<Webhook>) =>
      sendWebhook(world.appUrl, { ...webhook, ...changed }, world.apiSecret, door);
    expect(await send({ body: "not json" })).toBe(400);
    expect(await send({ topic: "orders/create" })).toBe(400);
  });

  it("answers 405 to GET and 413 over 5 MB", async () => {
    const got = await request(`${world.appUrl}${door}`);
    await got.body.dump();
    expect(got.statusCode).toBe(405);
    const large = { ...good(), body: `{"x":"${"x".repeat(5 * 1024 * 1024)}"}` };
    expect(await sendWebhook(world.appUrl, large, world.apiSecret, door)).toBe(413);
  });
});

describe("customers/redact", () => {
  it("erases the customer from a sent order, which keeps its status and is not sent again", async () => {
    await client.connect(shop);
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await eventually("it is sent", async () => (await status(order.id)) === "sent");
    expect(await trace()).not.toBeNull();
    const { sentAt, acceptedAttempt } = await client.order(shop, order.id);

    expect(await privacy(redact())).toBe(200);

    expect(await trace()).toBeNull();
    const row = await client.order(shop, order.id);
    expect(row).toMatchObject({ status: "sent", redacted: true, sentAt, acceptedAttempt });
    expect(row.findings).toEqual([]);

    // late news of it
    const again = order.webhook("orders/create");
    const later = order.webhook("orders/updated", { updatedAt: Date.now() });
    await client.send([again, later]);
    await client.quiet();
    expect(await trace()).toBeNull();
    expect(await status(order.id)).toBe("sent");
    expect(world.hakuna.states(order.id)).toHaveLength(1);
    expect((await client.order(shop, order.id)).findings).toEqual([]);
    expect(await isCounted(client.pool, shop)).toBe(true);
  });

  it("says that Hakuna must be told by hand when such an order changes", async () => {
    await client.connect(shop);
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await eventually("it is sent", async () => (await status(order.id)) === "sent");
    expect(await privacy(redact([order.id]))).toBe(200);
    const refund = refundOf(order.id, order.lineIds[0] ?? 0, Date.now());
    await client.send([webhookOf(shop, "refunds/create", refund, Date.now())]);
    await eventually("it is folded", async () =>
      JSON.stringify((await client.order(shop, order.id)).findings).includes("redacted_changed"),
    );
    await client.quiet();
    expect(await client.order(shop, order.id)).toMatchObject({
      ...{ status: "sent", needsAttention: true, dueAt: null },
    });
    // nor by hand
    const resent = await opsHere(["resend", shop, order.id], world.env);
    expect(resent.code).toBe(0);
    await client.quiet();
    expect(world.hakuna.states(order.id)).toHaveLength(1);
    expect(await trace()).toBeNull();
    expect(await isCounted(client.pool, shop)).toBe(true);
  });

  it("skips an order that was never sent, and never sends it", async () => {
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await eventually("it is folded", async () => (await status(order.id)) === "pending");
    expect(await privacy(redact())).toBe(200);
    expect(await trace()).toBeNull();
    expect(await client.order(shop, order.id)).toMatchObject({
      ...{ status: "skipped", reasonCode: "redacted", customerId: null },
    });
    await client.connect(shop);
    await client.send([order.webhook("orders/updated", { updatedAt: Date.now() })]);
    await client.quiet();
    expect(await status(order.id)).toBe("skipped");
    expect(world.hakuna.states(order.id)).toEqual([]);
    expect(await trace()).toBeNull();
    expect(await isCounted(client.pool, shop)).toBe(true);
  });

  it("leaves a tombstone of an order that nobody has heard of, so that nothing comes in later", async () => {
    await client.connect(shop);
    const order = orderOf(shop, nextId());
    expect(await privacy(redact([order.id]))).toBe(200);
    expect(await client.order(shop, order.id)).toMatchObject({
      ...{ status: "skipped", reasonCode: "redacted" },
    });
    await client.send([order.webhook("orders/create")]);
    await client.quiet();
    expect(await status(order.id)).toBe("skipped");
    expect(world.hakuna.states(order.id)).toEqual([]);
    expect(await trace()).toBeNull();
    expect(await isCounted(client.pool, shop)).toBe(true);
  });

  it("keeps the data out that a request carries while it is erased", async () => {
    await client.connect(shop);
    const order = orderOf(shop, nextId());
    world.hakuna.behave({ fault: { fault: { kind: "slow", ms: 700 }, requests: 1 } });
    await client.send([order.webhook("orders/create")]);
    await eventually("the request is under way", async () => {
      const { rows } = await client.pool.query(
        `SELECT 1 FROM "Attempt" WHERE "shop" = $1 AND "answeredAt" IS NULL`,
        [shop],
      );
      return rows.length === 1;
    });
    expect(await privacy(redact())).toBe(200);
    await eventually("it is answered", async () => (await status(order.id)) === "sent");
    await client.quiet();
    expect(await trace()).toBeNull();
    expect(await isCounted(client.pool, shop)).toBe(true);
  });

  it("tells of a change that was not sent yet when the data was erased", async () => {
    await client.connect(shop);
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await eventually("it is sent", async () => (await status(order.id)) === "sent");
    const pause = (paused: boolean) =>
      client.pool.query(`UPDATE "Shop" SET "paused" = $2 WHERE "domain" = $1`, [shop, paused]);
    await pause(true);
    const cancelled_at = new Date().toISOString();
    await client.send([order.webhook("orders/cancelled", { cancelled_at, updatedAt: Date.now() })]);
    await eventually("it is pending", async () => (await status(order.id)) === "pending");
    expect(await privacy(redact())).toBe(200);
    await pause(false);
    await client.quiet();
    const row = await client.order(shop, order.id);
    expect(row).toMatchObject({ status: "sent", needsAttention: true, dueAt: null });
    expect(row.findings).toMatchObject([{ code: "redacted_changed", severity: "warning" }]);
    expect(world.hakuna.last(order.id)?.status).toBe("placed");
    expect(await trace()).toBeNull();
    expect(await isCounted(client.pool, shop)).toBe(true);
  });

  it("leaves other customers alone, and changes nothing the second time", async () => {
    await client.connect(shop);
    const other = orderOf(shop, nextId());
    const hers = orderOf(shop, nextId());
    const customer = { id: 8, first_name: "Karl", last_name: "Amsel", email: "karl@amsel.example" };
    await client.send([
      other.webhook("orders/create", { customer, email: customer.email }),
      hers.webhook("orders/create"),
    ]);
    await eventually("they are sent", async () => (await status(other.id)) === "sent");
    await client.quiet();
    const webhook = redact([hers.id]);
    expect(await privacy(webhook)).toBe(200);
    const once = await client.order(shop, hers.id);
    expect(await privacy(webhook)).toBe(200);
    expect(await client.order(shop, hers.id)).toEqual(once);
    expect(await dump(client.pool)).toContain("karl@amsel.example");
    await client.pool.query(`DELETE FROM "OrderDocument" WHERE "shop" = $1`, [shop]);
    await client.pool.query(`DELETE FROM "Order" WHERE "shop" = $1`, [shop]);
  });

  it("is answered 503 while it cannot be done, and done when it is repeated", async () => {
    const order = orderOf(shop, nextId());
    await client.pool.query(
      `ALTER TABLE "Order" ADD CONSTRAINT "broken" CHECK ("reasonCode" <> 'redacted') NOT VALID`,
    );
    const webhook = redact([order.id]);
    expect(await privacy(webhook)).toBe(503);
    await client.pool.query(`ALTER TABLE "Order" DROP CONSTRAINT "broken"`);
    expect(await privacy(webhook)).toBe(200);
    expect(await client.order(shop, order.id)).toMatchObject({ reasonCode: "redacted" });
  });

  it("answers 400 to a request that names nobody it could mean", async () => {
    const broken = webhookOf(shop, "customers/redact", { customer: { id: "x" } }, Date.now());
    expect(await privacy(broken)).toBe(400);
  });
});

describe("webhooks that nobody has folded yet", () => {
  it("are shown by a data request, and stripped after customers/redact before anything is folded", async () => {
    const order = orderOf(shop, nextId());
    const named = orderOf(shop, nextId());
    const anonymous = { customer: null };
    await idle.send([
      order.webhook("orders/create"),
      named.webhook("orders/create", anonymous),
      {
        ...order.webhook("orders/updated"),
        body: `{"customer":{"id":${vogelsang.id}},"x":"Vogelsang"}`,
      },
    ]);
    const request = privacyWebhook(shop, "customers/data_request", [named.id]);
    const asked = await sendWebhook(still.appUrl, request, still.apiSecret, "/webhooks/privacy");
    expect(asked).toBe(200);
    const shown = await opsHere(["data-request", shop, "--customer", vogelsang.id], still.env);
    expect(JSON.parse(shown.stdout).webhooks).toHaveLength(3);

    expect(
      await sendWebhook(still.appUrl, redact([named.id]), still.apiSecret, "/webhooks/privacy"),
    ).toBe(200);

    // nothing of the shop is folded before its next run has looked through the inbox
    const worker = still.startProcess("app/worker.ts", { WORKER: "on" });
    await eventually("they are folded", async () => {
      const { rows } = await idle.pool.query(
        `SELECT 1 FROM "InboxWebhook" WHERE "foldedAt" IS NULL AND "quarantinedAt" IS NULL`,
      );
      return rows.length === 0;
    });
    await worker.stop();
    for (const { id } of [order, named]) {
      expect(await idle.order(shop, id)).toMatchObject({
        ...{ status: "skipped", reasonCode: "redacted", planUnits: 1 },
      });
    }
    expect((await dump(idle.pool)).match(vogelsang.trace)).toBeNull();
  });
});

describe("customers/data_request", () => {
  it("is recorded, told to the operator, and answered with all that is stored", async () => {
    await client.connect(shop);
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await eventually("it is sent", async () => (await status(order.id)) === "sent");
    const webhook = privacyWebhook(shop, "customers/data_request", [order.id]);
    expect(await privacy(webhook)).toBe(200);
    expect(await privacy(webhook)).toBe(200);

    const { rows } = await client.pool.query(`SELECT * FROM "DataRequest" WHERE "shop" = $1`, [
      shop,
    ]);
    expect(rows).toMatchObject([
      { id: webhook.webhookId, customerId: vogelsang.id, orders: [order.id], answeredAt: null },
    ]);
    expect(world.app().output()).toContain("a customer asks for their data");
    expect((await opsHere(["status", shop], world.env)).stdout).toContain(
      `customer ${vogelsang.id} asked for their data`,
    );

    const args = ["data-request", shop, "--customer", vogelsang.id, "--answered"];
    const { stdout } = await opsHere(args, world.env);
    const data = JSON.parse(stdout);
    expect(data.orders).toHaveLength(1);
    expect(data.orders[0]).toMatchObject({
      id: order.id,
      lastPayload: { customer: { first_name: "Ottilie", last_name: "Vogelsang" } },
      state: { head: { billingAddress: { address1: "Vogelsangweg 1" } } },
    });
    expect(data.requests[0].answeredAt).not.toBeNull();
    expect((await opsHere(["status", shop], world.env)).stdout).not.toContain(
      "asked for their data",
    );
    await privacy(redact());
  });
});

describe("shop/redact", () => {
  it("deletes everything of the shop and nothing of others", async () => {
    await client.connect(shop);
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await eventually("it is sent", async () => (await status(order.id)) === "sent");
    await client.pool.query(
      `INSERT INTO "Session" ("id", "shop", "state", "accessToken") VALUES ($1, $2, '', 'x')`,
      [`offline_${shop}`, shop],
    );
    const neighbor = `neighbor-${shop}`;
    await client.connect(neighbor);
    const webhook = shopRedactWebhook(shop, Date.now());

    expect(await privacy(webhook)).toBe(200);

    const rows = async () =>
      (await dump(client.pool))
        .split("\n")
        .filter((row) => row.includes(`"${shop}"`))
        // the job that deleted it is kept by the queue for a minute
        .filter((row) => !row.startsWith("pgboss.") || !row.includes('"active"'))
        .filter((row) => !row.includes('"state": "completed"'));
    await eventually("all is gone", async () => (await rows()).length === 0);
    expect(await trace()).toBeNull();
    expect(await dump(client.pool)).toContain(`"${neighbor}"`);
    // the same again
    expect(await privacy(webhook)).toBe(200);
    await eventually("it stays gone", async () => (await rows()).length === 0);
  });

  it("is done also while the shop's sessions and key are broken, and logs no customer data", async () => {
    await client.connect(shop);
    await client.pool.query(`UPDATE "Shop" SET "apiKeySealed" = 'broken' WHERE "domain" = $1`, [
      shop,
    ]);
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    const webhook = shopRedactWebhook(shop, Date.now());
    expect(await privacy(webhook)).toBe(200);
    await eventually("all is gone", async () => {
      const { rows } = await client.pool.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1`, [shop]);
      return rows.length === 0;
    });
    expect(world.app().output()).not.toMatch(vogelsang.trace);
    expect(world.app().output()).not.toContain(world.apiSecret);
  });
});
