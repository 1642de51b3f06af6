import { afterAll, afterEach, describe, expect, it } from "vitest";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import {
  privacyPayload,
  scopesWebhook,
  shopRedactWebhook,
  uninstalledWebhook,
} from "#test/simulator/shopify/shop-payloads.ts";
import { sendWebhook, type Webhook, webhookOf } from "#test/simulator/shopify/webhook.ts";
import { startSilentProxy } from "#test/simulator/silent-proxy.ts";
import { type AppProcess, waitUntilReady } from "#test/world/app-process.ts";
import { ask, documentPath, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";
import { orderOf } from "./vogelsang.ts";

const shop = "orphaned.myshopify.com";
const proxy = await startSilentProxy(process.env.TEST_POSTGRES_URL ?? "");
afterAll(() => proxy.close());
// the server only takes webhooks and shows pages
const { world, client } = await openWorld({
  ...{ WORKER: "off", LEASE_MS: "6000", DATABASE_IDLE_MS: "4000" },
  ...{ INTAKE_MS: "1000", DATABASE_LOCK_MS: "500" },
});

let ids = 870_000;
let order: ReturnType<typeof orderOf>;
let vanished: AppProcess;

async function startWorker(env: Record<string, string> = {}): Promise<AppProcess> {
  const port = String(await freePort());
  const worker = world.startProcess("app/worker.ts", { WORKER_PORT: port, ...env });
  await waitUntilReady(worker, `http://localhost:${port}/readyz`);
  return worker;
}

/** Sessions that hold the shop's row and wait for a process that says nothing more. */
async function orphans(): Promise<number> {
  const { rows } = await client.pool.query(
    `SELECT 1 FROM pg_stat_activity WHERE "datname" = current_database()
        AND "application_name" = 'hakuna-sync' AND "state" = 'idle in transaction'`,
  );
  return rows.length;
}

/**
 * A worker's machine vanishes in the middle of a step: its connection is silent, its locks stay.
 *
 * @param idleMs how long PostgreSQL lets its transaction be silent
 */
async function vanish(idleMs: number): Promise<void> {
  await client.connect(shop);
  await openApp(world, shop, Date.now() - 3000);
  const through = proxy.through(world.databaseUrl);
  vanished = await startWorker({
    ...{ DATABASE_URL: through, DATABASE_LOCK_MS: "10000", DATABASE_IDLE_MS: String(idleMs) },
    LEASE_MS: String(Math.max(12_000, idleMs + 1000)),
  });
  const holder = await client.pool.connect();
  await holder.query(`BEGIN; LOCK TABLE "TimelineEvent" IN EXCLUSIVE MODE`);
  ids += 1;
  order = orderOf(shop, ids);
  await client.send([order.webhook("orders/create")]);
  await eventually("it is in the middle of a step", async () => {
    const { rows } = await client.pool.query(
      `SELECT 1 FROM pg_locks WHERE NOT "granted" AND "relation" = '"TimelineEvent"'::regclass`,
    );
    return rows.length > 0;
  });
  proxy.silence();
  await vanished.stop("SIGKILL");
  await holder.query("ROLLBACK");
  holder.release();
  await eventually("its transaction is left alone", async () => (await orphans()) === 1);
}

afterEach(() => proxy.resume());

describe("a worker that starts while somebody holds a shop's row", () => {
  it("starts, and has looked at the other shops", async () => {
    const other = "beside.myshopify.com";
    for (const domain of [shop, other]) {
      await client.connect(domain);
      await client.pool.query(
        `UPDATE "Shop" SET "timeZone" = 'Mars/Olympus_Mons', "failing" = $2 WHERE "domain" = $1`,
        [domain, { read: { failures: 1, since: 1, reason: "Error", until: 8_000_000_000_000 } }],
      );
    }
    const holder = await client.pool.connect();
    try {
      await holder.query("BEGIN");
      await holder.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1 FOR UPDATE`, [shop]);
      const worker = await startWorker();
      const { rows } = await client.pool.query(
        `SELECT "timeZone", "failing" #> '{read,until}' AS "until" FROM "Shop" WHERE "domain" = $1`,
        [other],
      );
      expect(rows).toEqual([{ timeZone: "UTC", until: null }]);
      await worker.stop();
    } finally {
      await holder.query("ROLLBACK");
      holder.release();
      await client.pool.query(`UPDATE "Shop" SET "timeZone" = 'UTC', "failing" = '{}'`);
    }
  });
});

describe("a worker that vanishes in the middle of a step", () => {
  it("holds up its shop for no longer than its lease: another one does the step", async () => {
    await vanish(4000);
    const successor = await startWorker();
    await eventually("it is sent", () => world.hakuna.last(order.id) !== null);
    await client.quiet();
    await eventually("nothing is left of the step", async () => (await orphans()) === 0);
    await successor.stop();
  });

  it("keeps none waiting at the doors: 503 in time, and done when it is asked again", async () => {
    // as long as the test likes: no door may wait for its end
    await vanish(600_000);
    const at = Date.now() + 1000;
    const redact = { customer: { id: 1 }, orders_to_redact: [ids] };
    const doors: [string, Webhook][] = [
      ["/webhooks/app/scopes_update", scopesWebhook(shop, ["read_orders"], at)],
      [
        "/webhooks/privacy",
        webhookOf(shop, "customers/redact", privacyPayload("customers/redact", shop, redact), at),
      ],
      ["/webhooks/app/uninstalled", uninstalledWebhook(shop, at)],
      ["/webhooks/privacy", shopRedactWebhook(shop, at)],
    ];
    const post = ([path, webhook]: (typeof doors)[number]) =>
      sendWebhook(world.appUrl, webhook, world.apiSecret, path);
    const save = async () => {
      const settings = {
        ...{ environment: "sandbox", share: "all", sendTestOrders: false, country: "de" },
        ...{ sendOlderOrders: false, acceptSuggestions: false, productIdentifier: "variant" },
      };
      const body = { intent: "save", settings, apiKey: null, sentOrders: null, untested: false };
      const token = sessionToken(world, shop);
      return (await ask(world, "/app/settings.data", { token, body })).status;
    };
    const open = async () => {
      const path = documentPath("/app", shop, sessionToken(world, shop));
      return (await ask(world, path)).status;
    };
    expect(await Promise.all([...doors.map(post), save()])).toEqual([503, 503, 503, 503, 503]);
    expect(await open()).toBe(503);
    expect(world.app().output()).not.toContain("A page failed.");
    expect(await orphans()).toBe(1);
    await client.pool.query(
      `SELECT pg_terminate_backend("pid") FROM pg_stat_activity
        WHERE "datname" = current_database() AND "state" = 'idle in transaction'`,
    );
    await eventually("the transaction has ended", async () => (await orphans()) === 0);
    expect(await save()).toBe(200);
    expect(await open()).toBe(200);
    for (const door of doors) expect(await post(door)).toBe(200);
  });
});
