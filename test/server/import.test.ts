import { beforeEach, describe, expect, it } from "vitest";
import { beginImport, cancelImport } from "#app/scan/scan-runs.ts";
import type { Lives, SimulatedShop } from "#test/simulator/shopify/shop.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";
import { eventually } from "./client.ts";
import { expectedOrders, lastOfEach, statesOf } from "./expected-orders.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
import { patientTimes } from "./quick-times.ts";
import { isCounted, orderOf } from "./vogelsang.ts";

const dayMs = 86_400_000;

const { world, client } = await openWorld({ ...patientTimes, FEED_BATCH_ORDERS: "20" });
let domain: string;
let shop: SimulatedShop;
let shops = 0;

/** A shop that installed the app just now, and connected it. */
beforeEach(async () => {
  shops += 1;
  domain = `import-${shops}.myshopify.com`;
  shop = world.shopify.shop(domain);
  shop.throttle = { maximumAvailable: 1_000_000, restoreRate: 1_000_000 };
  await openApp(world, domain);
  await client.connect(domain);
});

/** Lives of long ago whose orders no other shop of the world has; answers what happened last. */
function live(lives: Omit<Lives, "firstSeed">): Webhook[] {
  shop.live({ ...lives, firstSeed: 500_000 + shops * 10_000 });
  return lastOfEach(shop.takeWebhooks());
}

async function scan(): Promise<Record<string, unknown>> {
  const { rows } = await client.pool.query(
    `SELECT * FROM "OrderScan" WHERE "shop" = $1 AND "kind" = 'import'`,
    [domain],
  );
  return rows[0] ?? {};
}

const running = async () => (await scan()).running === true;
const pages = () => shop.asked.filter(({ query }) => query.includes("query OrdersToSync"));

async function known(): Promise<string[]> {
  const { rows } = await client.pool.query<{ id: string }>(
    `SELECT "id" FROM "Order" WHERE "shop" = $1 ORDER BY "id"`,
    [domain],
  );
  return rows.map(({ id }) => id);
}

/** Shopify answers three pages, and the fourth when it is let go on. */
function holdFourthPage(): () => void {
  const held = Promise.withResolvers<void>();
  shop.faults.plan({ kind: "slow", ms: 0 }, { of: "OrdersToSync", times: 3 });
  shop.faults.plan({ kind: "held", until: held.promise }, { of: "OrdersToSync" });
  return held.resolve;
}

/** Runs `ops import` to its end. */
async function importAll(...more: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await opsHere(["import", domain, "--json", ...more], world.env);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

describe("an import of past orders", () => {
  it("brings those with plans that are older than the install, and keeps nothing of the others", async () => {
    const webhooks = live({ count: 60, startedAt: Date.now() - 20 * dayMs, every: 60_000 });
    const tooOld = orderOf(domain, 6_000_001);
    shop.orders.put(tooOld.order({ createdAt: Date.now() - 90 * dayMs }));
    const orders = expectedOrders(statesOf(webhooks));
    // known already, as an order that is not to be sent
    const [first] = webhooks;
    if (first) await client.send([first]);
    await client.quiet();

    const result = await importAll();
    await client.quiet();
    expect(result).toMatchObject({ shared: orders.size, cancelled: false });
    expect(result.read).toBeGreaterThanOrEqual(60);
    for (const [id, order] of orders) expect(world.hakuna.last(id)).toEqual(order);
    const others = (await known()).filter((id) => !orders.has(id));
    expect(others.length).toBeLessThanOrEqual(1);
    expect(orders.size).toBeLessThan(60);
    expect(await isCounted(client.pool, domain)).toBe(true);
    expect(await scan()).toMatchObject({ total: 60, running: false });

    // a later change of an imported order is sent, too
    const [id = ""] = orders.keys();
    const changed = webhooks.findLast(({ body }) => body.includes(`/Order/${id}"`));
    const cancelled_at = new Date().toISOString();
    const body = changed?.body
      .replace(/"cancelled_at":[^,]+/, `"cancelled_at":"${cancelled_at}"`)
      .replace(/"updated_at":"[^"]+"/, `"updated_at":"${cancelled_at}"`);
    if (changed && body) {
      await client.send([{ ...changed, body, webhookId: `late-${id}`, triggeredAt: Date.now() }]);
    }
    await eventually("it is cancelled", () => world.hakuna.last(id)?.status === "cancelled");

    // all, since the shop lets the app see older ones
    shop.scopes.add("read_all_orders");
    await client.pool.query(
      `UPDATE "Shop" SET "scopes" = 'read_orders,read_all_orders' WHERE "domain" = $1`,
      [domain],
    );
    await importAll("--since", "2026-01-01");
    await client.quiet();
    expect(world.hakuna.states(tooOld.id)).toHaveLength(1);
  });

  it("is ended by hand, and what it brought stays", async () => {
    live({ count: 100, startedAt: Date.now() - 20 * dayMs, every: 60_000 });
    const goOn = holdFourthPage();
    const importing = opsHere(["import", domain, "--json"], world.env);
    await eventually("some are read", async () => Number((await scan()).read) >= 24);
    // not by a command: the import could be through before its process has started
    expect(await cancelImport(client.pool, domain, Date.now())).toBe(true);
    goOn();
    expect(JSON.parse((await importing).stdout)).toMatchObject({ cancelled: true });
    const { read, running, cancelledAt } = await scan();
    expect([running, Number(read) < 100, cancelledAt]).toEqual([false, true, expect.any(Date)]);
    await client.quiet();
    const kept = await known();
    expect(kept.length).toBeGreaterThan(5);
    expect((await opsHere(["import", domain, "--cancel"], world.env)).stdout).toContain(
      "No import",
    );
    await importAll();
    expect((await known()).length).toBeGreaterThan(kept.length);
  });

  it("goes on where it was when its process was killed", async () => {
    const webhooks = live({ count: 80, startedAt: Date.now() - 20 * dayMs, every: 60_000 });
    const goOn = holdFourthPage();
    await beginImport(client.pool, domain, { now: Date.now() });
    await eventually("some are read", async () => Number((await scan()).read) >= 24);
    await world.restart("SIGKILL");
    goOn();
    expect(await running()).toBe(true);
    await eventually("it is through", async () => !(await running()));
    await client.quiet();
    const orders = expectedOrders(statesOf(webhooks));
    for (const id of orders.keys()) expect(world.hakuna.states(id).length).toBeGreaterThan(0);
    // a list is begun at the start and where one ended: never from the beginning again
    const lists = pages().filter(({ variables }) => variables.after === null);
    expect(new Set(lists.map(({ variables }) => variables.search)).size).toBe(lists.length);
    expect(pages().length).toBeLessThan(80 / 8 + 8);
  });

  it("lets webhooks and what they bring go first", async () => {
    live({ count: 60, startedAt: Date.now() - 20 * dayMs, every: 60_000 });
    await client.pool.query(`UPDATE "Shop" SET "paused" = true WHERE "domain" = $1`, [domain]);
    // no process folds, so that the webhook waits in the inbox when the import begins
    const env = { ...world.env, SCAN_CONCURRENCY: "1" };
    const now = orderOf(domain, 6_000_002);
    await client.send([now.webhook("orders/create", { updatedAt: Date.now() })]);
    await opsHere(["import", domain], env);
    const { rows } = await client.pool.query(
      `SELECT (SELECT max("foldedAt") FROM "InboxWebhook" WHERE "shop" = $1)
            < (SELECT min("at") FROM "TimelineEvent" WHERE "shop" = $1 AND "source" LIKE 'import:%') AS first`,
      [domain],
    );
    expect(rows[0].first).toBe(true);

    const later = orderOf(domain, 6_000_003);
    await client.send([later.webhook("orders/create", { updatedAt: Date.now() })]);
    await eventually("it is pending", async () => {
      return (await client.order(domain, later.id)).status === "pending";
    });
    const before = world.hakuna.requests.length;
    await client.pool.query(`UPDATE "Shop" SET "paused" = false WHERE "domain" = $1`, [domain]);
    await client.quiet();
    const [request] = world.hakuna.requests.slice(before);
    expect(JSON.stringify(request)).toContain(later.id);
  });
});
