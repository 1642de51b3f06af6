import { beforeEach, describe, expect, it } from "vitest";
import {
  scopesWebhook,
  shopRedactWebhook,
  uninstalledWebhook,
} from "#test/simulator/shopify/shop-payloads.ts";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { eventually } from "./client.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
import { patientTimes } from "./quick-times.ts";
import { orderOf, vogelsang } from "./vogelsang.ts";

const { world, client } = await openWorld({ ...patientTimes, READ_RETRY_MS: "300" });
let shop: string;
let shops = 0;

beforeEach(() => {
  shops += 1;
  shop = `uninstall-${shops}.myshopify.com`;
});

let ids = 2_000_000;
const nextId = () => {
  ids += 1;
  return ids;
};

/** Opens the app as Shopify's admin does, at a time. */
async function open(at = Date.now()): Promise<void> {
  await openApp(world, shop, at);
}

async function uninstall(at = Date.now()): Promise<number> {
  const webhook = uninstalledWebhook(shop, at);
  return await sendWebhook(world.appUrl, webhook, world.apiSecret, "/webhooks/app/uninstalled");
}

/** The shop's row, but for the lease: a run may still hold it. */
async function row(): Promise<Record<string, unknown>> {
  const { rows } = await client.pool.query(`SELECT * FROM "Shop" WHERE "domain" = $1`, [shop]);
  const { leaseToken: _token, leaseUntil: _until, ...known } = rows[0] ?? {};
  return known;
}

async function sessions(): Promise<number> {
  const { rows } = await client.pool.query(`SELECT 1 FROM "Session" WHERE "shop" = $1`, [shop]);
  return rows.length;
}

const status = async (id: string) => (await client.order(shop, id)).status;
const soon = () => Date.now() + 2_000;

describe("app/uninstalled", () => {
  it("deletes sessions and key, stops deliveries and tells of plans that are uncovered", async () => {
    await open();
    await client.connect(shop);
    const sent = orderOf(shop, nextId());
    await client.send([sent.webhook("orders/create")]);
    await eventually("it is sent", async () => (await status(sent.id)) === "sent");
    await eventually(
      "nothing more comes of connecting",
      async () => (await row()).reviewAfter === null,
    );
    await client.pool.query(`UPDATE "Shop" SET "paused" = true WHERE "domain" = $1`, [shop]);
    const open1 = orderOf(shop, nextId());
    await client.send([open1.webhook("orders/create")]);
    await eventually("it is pending", async () => (await status(open1.id)) === "pending");
    expect(await sessions()).toBe(1);

    const at = soon();
    expect(await uninstall(at)).toBe(200);

    expect(await sessions()).toBe(0);
    const gone = await row();
    expect(gone).toMatchObject({
      ...{ apiKeySealed: null, apiKeyLastFour: null, connection: "none", scopes: null },
      uninstalledAt: new Date(at),
    });
    const output = () => world.app().output();
    await eventually("it is logged", () =>
      output().includes("uninstalled with plans that Hakuna does not know of"),
    );
    expect(output()).not.toMatch(vogelsang.trace);
    const { stdout } = await opsHere(["status", shop], world.env);
    expect(stdout).toContain("plans that Hakuna does not know of: 1 in 1 orders");
    expect(stdout).toContain("uninstalled: ");
    expect((await opsHere(["shops"], world.env)).stdout).toMatch(
      new RegExp(`${shop} .*uninstalled.*1 plans that Hakuna does not know of`),
    );

    // the same once more, and later news of its orders
    expect(await uninstall(at)).toBe(200);
    // a run may hold the lease just then
    const lease = { leaseToken: null, leaseUntil: null };
    const again = await row();
    expect({ ...again, ...lease }).toEqual({ ...gone, ...lease });
    await client.pool.query(`UPDATE "Shop" SET "paused" = false WHERE "domain" = $1`, [shop]);
    await client.send([
      sent.webhook("orders/cancelled", {
        cancelled_at: "2026-11-24T12:00:00Z",
        updatedAt: Date.now(),
      }),
    ]);
    await eventually("it is folded", async () => (await status(sent.id)) === "pending");
    await client.quiet();
    expect(world.hakuna.states(open1.id)).toEqual([]);
    expect(world.hakuna.states(sent.id)).toHaveLength(1);
  });

  it("keeps settings for a reinstall, which asks for the key and then sends what is open", async () => {
    await open(Date.now() - 50_000);
    await client.connect(shop);
    await client.pool.query(
      `UPDATE "Shop" SET "sendTestOrders" = true, "paused" = true WHERE "domain" = $1`,
      [shop],
    );
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await eventually("it is pending", async () => (await status(order.id)) === "pending");
    const { installedAt, contactEmail } = await row();
    expect(contactEmail).toBe(`owner@${shop}`);
    expect(await uninstall(Date.now() - 20_000)).toBe(200);
    expect(await row()).toMatchObject({ contactEmail: null });

    await open();

    expect(await row()).toMatchObject({
      ...{ uninstalledAt: null, connection: "none", apiKeySealed: null, sendTestOrders: true },
      ...{ installedAt, reinstalledAt: expect.any(Date), contactEmail },
    });
    expect(await sessions()).toBe(1);
    await client.pool.query(`UPDATE "Shop" SET "paused" = false WHERE "domain" = $1`, [shop]);
    await client.connect(shop);
    await eventually("it is sent", async () => (await status(order.id)) === "sent");
  });

  it("ignores an uninstall from before the app was last opened", async () => {
    await open();
    await client.connect(shop);
    expect(await uninstall(Date.now() - 60_000)).toBe(200);
    expect(await row()).toMatchObject({ uninstalledAt: null, connection: "connected" });
    expect(await sessions()).toBe(1);
  });

  it("ignores a deletion that belongs to an uninstall before a reinstall", async () => {
    const now = Date.now();
    await open(now - 50_000);
    await uninstall(now - 40_000);
    await open(now - 30_000);
    await client.connect(shop);
    const letPass = (ms: number) =>
      client.pool.query(
        `UPDATE "Shop" SET "installSeenAt" = "installSeenAt" - $2 * interval '1 millisecond',
                "reinstalledAt" = "reinstalledAt" - $2 * interval '1 millisecond'
          WHERE "domain" = $1`,
        [shop, ms],
      );
    const redact = (at: number) =>
      sendWebhook(world.appUrl, shopRedactWebhook(shop, at), world.apiSecret, "/webhooks/privacy");
    // before the reinstall, and 48 hours after the uninstall
    for (const [passed, at] of [
      [0, now - 35_000],
      [48 * 3_600_000 - 35_000, now],
    ] as const) {
      await letPass(passed);
      expect(await redact(at)).toBe(200);
      expect(await row()).toMatchObject({ eraseAt: null, connection: "connected" });
    }
    // 48 hours after the reinstall: the next one is meant
    await letPass(10_000);
    expect(await redact(now)).toBe(200);
    await eventually("it is gone", async () => Object.keys(await row()).length === 0);
  });

  it("works with a broken session, and for a shop that nobody has opened", async () => {
    await client.pool.query(
      `INSERT INTO "Session" ("id", "shop", "state", "accessToken", "expires", "refreshToken",
         "refreshTokenExpires") VALUES ($1, $2, '', 'broken', 'epoch', 'broken', 'epoch')`,
      [`offline_${shop}`, shop],
    );
    const given = world.admin.given.length;
    expect(await uninstall()).toBe(200);
    expect(await sessions()).toBe(0);
    expect((await row()).uninstalledAt).not.toBeNull();
    expect(world.admin.given.length).toBe(given);
  });

  it("starts a new epoch when the next connection is to the other environment", async () => {
    await client.connect(shop);
    const order = orderOf(shop, nextId());
    await client.send([order.webhook("orders/create")]);
    await eventually("it is sent", async () => (await status(order.id)) === "sent");
    await uninstall();
    world.hakuna.apiKeys.production.push("sk_live_after");
    const args = ["connect", shop, "--environment", "production", "--api-key", "sk_live_after"];
    expect((await opsHere(args, world.env)).code).toBe(0);
    expect((await row()).epoch).toBe(2);
  });
});

describe("orders from before the install", () => {
  it("are sent only if the shop asks for it, or if they were sent before", async () => {
    await open();
    await client.connect(shop);
    const older = orderOf(shop, nextId());
    const processed_at = "2026-11-01T10:00:00Z";
    await client.send([older.webhook("orders/updated", { processed_at })]);
    await eventually("it is skipped", async () => (await status(older.id)) === "skipped");
    expect(await client.order(shop, older.id)).toMatchObject({ reasonCode: "before_install" });

    await client.pool.query(`UPDATE "Shop" SET "sendOlderOrders" = true WHERE "domain" = $1`, [
      shop,
    ]);
    const news = { processed_at, updatedAt: Date.now() };
    await client.send([older.webhook("orders/updated", news)]);
    await eventually("it is sent", async () => (await status(older.id)) === "sent");
    await client.pool.query(`UPDATE "Shop" SET "sendOlderOrders" = false WHERE "domain" = $1`, [
      shop,
    ]);
    const cancelled_at = new Date().toISOString();
    await client.send([
      older.webhook("orders/cancelled", { ...news, cancelled_at, updatedAt: Date.now() + 1000 }),
    ]);
    await eventually("the cancellation is sent", () => {
      return world.hakuna.last(older.id)?.status === "cancelled";
    });
  });

  it("are all sent by a shop that an operator connected", async () => {
    await client.connect(shop);
    await open();
    expect((await row()).installedAt).toBeNull();
    const older = orderOf(shop, nextId());
    await client.send([older.webhook("orders/create", { processed_at: "2026-11-01T10:00:00Z" })]);
    await eventually("it is sent", async () => (await status(older.id)) === "sent");
  });
});

describe("app/scopes_update", () => {
  const update = async (claimed: string[], at = Date.now()) => {
    const webhook = scopesWebhook(shop, claimed, at);
    const door = "/webhooks/app/scopes_update";
    return await sendWebhook(world.appUrl, webhook, world.apiSecret, door);
  };
  const are = (scopes: string) =>
    eventually(`the scopes are ${scopes}`, async () => (await row()).scopes === scopes);

  it("has Shopify asked what is granted, and is not believed itself", async () => {
    const simulated = world.shopify.shop(shop);
    simulated.scopes = new Set(["read_orders"]);
    await open();
    expect((await row()).scopes).toBe("read_orders");
    simulated.scopes = new Set(["read_products", "read_orders"]);
    expect(await update(["write_everything"])).toBe(200);
    await are("read_orders,read_products");
    expect(await row()).toMatchObject({ scopesDueAt: null, scopesAt: expect.any(Date) });
    // an old one, sent again
    simulated.scopes = new Set();
    expect(await update(["read_orders"], Date.now() - 3_600_000)).toBe(200);
    await are("");
  });

  it("waits while Shopify does not answer, and forgets what it cannot ask for", async () => {
    await open();
    const simulated = world.shopify.shop(shop);
    simulated.scopes = new Set(["read_orders"]);
    simulated.faults.plan({ kind: "status", status: 503 }, { of: "GrantedScopes", times: 3 });
    expect(await update([])).toBe(200);
    await are("read_orders");
    await client.pool.query(
      `UPDATE "Session" SET "accessToken" = '', "refreshToken" = NULL
      WHERE "shop" = $1`,
      [shop],
    );
    expect(await update([])).toBe(200);
    await eventually("they are forgotten", async () => (await row()).scopes === null);
    expect((await row()).scopesDueAt).toBeNull();
    await open();
    expect((await row()).scopes).toBe("read_orders");
  });

  it("makes no shop known", async () => {
    expect(await update(["read_orders"])).toBe(200);
    expect(await row()).toEqual({});
  });
});
