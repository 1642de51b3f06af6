import { beforeEach, describe, expect, it } from "vitest";
import { canonicalJson } from "#app/order/canonical.ts";
import { sameContent } from "#app/order/content.ts";
import { join } from "#app/order/fold.ts";
import { beginReconciliation } from "#app/scan/scan-runs.ts";
import { listSizes } from "#app/shopify/orders/order-list-query.ts";
import { createRandom } from "#test/simulator/random.ts";
import { disorder } from "#test/simulator/shopify/disorder.ts";
import { orderMoments } from "#test/simulator/shopify/order-life.ts";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import type { Lives, SimulatedShop } from "#test/simulator/shopify/shop.ts";
import { uninstalledWebhook } from "#test/simulator/shopify/shop-payloads.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import { sendWebhook, webhookOf } from "#test/simulator/shopify/webhook.ts";
import { ask } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { expectedOrders, isShared, lastOfEach, statesOf } from "./expected-orders.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
import { patientTimes } from "./quick-times.ts";
import { dump, orderOf, privacyWebhook, vogelsang } from "./vogelsang.ts";

const dayMs = 86_400_000;
const seed = 20_261_124;

// parts whose order is lost wait for the reconciliation, however slow the machine is
const { world, client } = await openWorld({
  ...patientTimes,
  ...{ RECONCILE_INTERVAL_MS: "500", WAIT_FOR_ORDER_MS: "3600000" },
});
let domain = "";
let shop: SimulatedShop;
let shops = 0;

beforeEach(async () => {
  // the shop of the test before is read no more: else one after the other would be, twice a second
  if (domain) world.shopify.tokens.revoke(domain);
  shops += 1;
  domain = `reconcile-${shops}.myshopify.com`;
  shop = world.shopify.shop(domain);
});

/** The app has been in the shop for 40 days, and is connected. */
async function connected(): Promise<void> {
  await client.pool.query(
    `INSERT INTO "Shop" ("domain", "installedAt") VALUES ($1, now() - interval '40 days')`,
    [domain],
  );
  await client.connect(domain);
}

async function scan(): Promise<Record<string, unknown>> {
  const { rows } = await client.pool.query(
    `SELECT * FROM "OrderScan" WHERE "shop" = $1 AND "kind" = 'reconciliation'`,
    [domain],
  );
  return rows[0] ?? {};
}

/** Waits for the end of a reconciliation that began after now. */
async function reconciled(): Promise<void> {
  const from = new Date();
  await eventually("a reconciliation is through", async () => {
    const { startedAt, finishedAt } = await scan();
    return startedAt instanceof Date && startedAt > from && Number(finishedAt) > Number(startedAt);
  });
}

const recovered = async () => {
  const { rows } = await client.pool.query(
    `SELECT coalesce(sum("recovered"), 0)::int AS count FROM "ShopDay" WHERE "shop" = $1`,
    [domain],
  );
  return rows[0].count;
};

/** The orders that the server's log calls folded by reconciliation, once for each time. */
function foldedByReconciliation(): string[] {
  const lines = world.app().output().split("\n");
  return lines
    .filter((line) => line.includes('"msg":"folded"'))
    .map((line) => JSON.parse(line))
    .flatMap(({ by, orders }) => (by === "reconciliation" ? orders : []));
}

/** What /metrics says of mended orders, of all shops. */
async function repairs(): Promise<number> {
  const { text } = await ask(world, "/metrics");
  return Number(/^hakuna_reconciliation_repairs_total (\d+)$/m.exec(text)?.[1]);
}

/** Lives whose orders no other shop of the world has. */
function live(lives: Omit<Lives, "firstSeed">): void {
  shop.live({ ...lives, firstSeed: shops * 10_000 });
}

const listQueries = () => shop.asked.filter(({ query }) => query.includes("query OrdersToSync"));

describe("lost webhooks", () => {
  it("of 300 histories 30 % are lost: after one reconciliation every order is right at the feed", async () => {
    await connected();
    const repaired = await repairs();
    shop.throttle = { maximumAvailable: 1_000_000, restoreRate: 1_000_000 };
    live({ count: 300, startedAt: Date.now() - 30 * dayMs, every: 600_000 });
    const webhooks = shop.takeWebhooks();
    const disordered = { lost: 0.3, duplicates: 0.05, outOfOrder: 0.2 };
    const arriving = disorder(webhooks, createRandom(seed), disordered);
    await client.send(arriving);
    await client.quiet();
    // nobody has opened the app yet
    await eventually("it is paused", async () => (await scan()).pausedReason === "no_session");

    await openApp(world, domain);
    await eventually("it is through", async () => (await scan()).finishedAt !== null);
    await client.quiet();

    const arrived = statesOf(arriving);
    const last = statesOf(lastOfEach(webhooks));
    const known = new Map(
      [...last].map(([id, state]) => [id, join(arrived.get(id) ?? state, state)]),
    );
    const orders = expectedOrders(known);
    expect(orders.size).toBeGreaterThan(200);
    const held = world.hakuna.orderIds().filter((id) => known.has(id));
    expect(held.sort()).toEqual([...orders.keys()].sort());
    for (const [id, order] of orders) {
      expect(canonicalJson(world.hakuna.last(id))).toBe(canonicalJson(order));
    }
    const mended = [...known].filter(([id, state]) => {
      const before = arrived.get(id);
      return isShared(state) && !(before && sameContent(before, state));
    });
    expect(mended.length).toBeGreaterThan(30);
    expect(await recovered()).toBe(mended.length);
    expect((await repairs()) - repaired).toBe(mended.length);
    expect(world.hakuna.violations).toEqual([]);
  });

  it("orders arrive without any webhook, also when Shopify's search is behind", async () => {
    await connected();
    live({ count: 30, startedAt: Date.now() - 3 * dayMs, every: 60_000 });
    await openApp(world, domain);
    const orders = expectedOrders(statesOf(lastOfEach(shop.takeWebhooks())));
    await eventually("all are there", () =>
      [...orders.keys()].every((id) => world.hakuna.last(id)),
    );
    await reconciled();

    // changed before the next reconciliation, found by the search only after it
    shop.orders.indexLagMs = Number.POSITIVE_INFINITY;
    const { id, order } = orderOf(domain, 4_000_001);
    shop.orders.put(order({ updatedAt: Date.now() }));
    await reconciled();
    expect(world.hakuna.states(id)).toEqual([]);
    const { through, startedAt } = await scan();
    expect(Number(startedAt) - Number(through)).toBeGreaterThanOrEqual(600_000);
    shop.orders.index.catchUp();
    await eventually("it is there", () => world.hakuna.states(id).length === 1);
    await eventually("it is logged", () => foldedByReconciliation().includes(id));
    await reconciled();
    expect(foldedByReconciliation().filter((one) => one === id)).toHaveLength(1);
  });

  it("reads orders by themselves that are larger than a page holds", async () => {
    await connected();
    const manner = { shop: domain, currency: "EUR", bigIds: true };
    const [bought] = orderMoments(manner, shops * 10_000, Date.now() - dayMs);
    const [line] = bought?.order.lines ?? [];
    if (!bought || !line) throw new Error("no order");
    const { order } = bought;
    const large = [
      { lines: 300, shipped: 60, refunded: 0, together: 1 },
      { lines: 12, shipped: 1, refunded: 0, together: 12 },
      { lines: 2, shipped: 3, refunded: 0, together: 1 },
      { lines: 2, shipped: 1, refunded: 2, together: 1 },
    ].map(({ lines, shipped, refunded, together }, index) => {
      const of = (base: number, count: number) =>
        Array.from({ length: count }, (_, n) => BigInt(base + index * 1000 + n));
      const goods = of(50_000, lines).map((id) => ({ ...line, id, quantity: 100 }));
      const units = goods.slice(0, together).map((one) => ({ line: one, quantity: 1 }));
      const at = order.createdAt;
      return {
        ...order,
        id: order.id + BigInt(index),
        lines: [...order.lines, ...goods],
        fulfillments: of(60_000, shipped).map((id) => ({
          ...{ id, status: "success" as const, createdAt: at, updatedAt: at, units },
        })),
        refunds: of(70_000, refunded).map((id) => ({ id, createdAt: at, units })),
      };
    });
    for (const one of large) shop.orders.put(one);
    await openApp(world, domain);
    const webhooks = large.map((one) =>
      webhookOf(domain, "orders/updated", payloadText(orderPayload(one)), one.updatedAt),
    );
    for (const [id, expected] of expectedOrders(statesOf(webhooks))) {
      await eventually(`${id} is there`, () => world.hakuna.states(id).length > 0);
      expect(canonicalJson(world.hakuna.last(id))).toBe(canonicalJson(expected));
    }
    expect(await recovered()).toBe(large.length);
  });
});

describe("an outage", () => {
  it("is caught up from where it was, page by page", async () => {
    await connected();
    live({ count: 100, startedAt: Date.now() - 5 * dayMs, every: 1_000 });
    shop.faults.plan({ kind: "slow", ms: 50 }, { of: "OrdersToSync", times: 5 });
    shop.faults.plan({ kind: "status", status: 503 }, { of: "OrdersToSync", times: 8 });
    await openApp(world, domain);
    await eventually("it is told", async () => (await scan()).pausedReason === "unavailable");
    const { pausedWords, read, through } = await scan();
    expect(pausedWords).toContain("503");
    expect(read).toBe(40);
    expect(Number(through)).toBeLessThan(Date.now() - dayMs);
    await eventually("it is through", async () => (await scan()).finishedAt !== null);
    const orders = expectedOrders(statesOf(lastOfEach(shop.takeWebhooks())));
    await eventually("all are there", () =>
      [...orders.keys()].every((id) => world.hakuna.last(id)),
    );
    // a list was begun once, and once more where it ended
    const bounds = listQueries().map(({ variables }) => `${variables.search} ${variables.after}`);
    expect(new Set(bounds.filter((bound) => bound.endsWith("null"))).size).toBeLessThanOrEqual(4);
    expect(listQueries().filter(({ variables }) => variables.after !== null).length).toBe(12);
  });

  it("of the shop's access pauses it with the reason, until the app is opened", async () => {
    await connected();
    await openApp(world, domain);
    await reconciled();
    world.shopify.tokens.revoke(domain);
    await eventually("it is paused", async () => (await scan()).pausedReason === "no_session");
    const asked = shop.asked.length;
    const { id, order } = orderOf(domain, 4_000_002);
    shop.orders.put(order({ updatedAt: Date.now() }));
    const { stdout } = await opsHere(["status", domain], world.env);
    expect(stdout).toMatch(/reconciliation: .*waits: no_session/);
    const refused = await opsHere(["reconcile", domain], world.env);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("Opening the app")]);
    expect(shop.asked).toHaveLength(asked);

    const page = await openApp(world, domain);
    expect(page).toContain(
      "Checking against Shopify is paused: the app lost its access to this shop",
    );
    await eventually("it goes on", () => world.hakuna.states(id).length === 1);
    expect((await scan()).pausedReason).toBeNull();
    expect(await openApp(world, domain)).toContain("1 missing order fetched from Shopify today");
  });

  it("of a server that Shopify does not let in takes no shop's access, and passes by itself", async () => {
    await connected();
    await openApp(world, domain);
    await reconciled();
    const access = async () => {
      const { rows } = await client.pool.query(
        `SELECT "accessToken" FROM "Session" WHERE "shop" = $1`,
        [domain],
      );
      return rows;
    };
    const before = await access();
    shop.faults.plan({ kind: "status", status: 403 }, { of: "OrdersToSync", times: 8 });
    await eventually("it is told", async () => (await scan()).pausedReason === "shut_out");
    expect((await scan()).pausedWords).toContain("allowed IP addresses");
    const metrics = await (await fetch(`${world.appUrl}/metrics`)).text();
    expect(metrics).toContain('hakuna_scans_paused{why="shut_out"} 1');
    const { id, order } = orderOf(domain, 4_000_013);
    shop.orders.put(order({ updatedAt: Date.now() }));
    await eventually("it goes on", () => world.hakuna.states(id).length === 1);
    expect(await access()).toEqual(before);
    expect((await scan()).pausedReason).toBeNull();
  });

  it("of points is waited out", async () => {
    await connected();
    live({ count: 60, startedAt: Date.now() - 3 * dayMs, every: 1_000 });
    shop.throttle = { maximumAvailable: 1_000, restoreRate: 1_500 };
    await openApp(world, domain);
    const orders = expectedOrders(statesOf(lastOfEach(shop.takeWebhooks())));
    await eventually("all are there", () =>
      [...orders.keys()].every((id) => world.hakuna.last(id)),
    );
    await reconciled();
    expect(await scan()).toMatchObject({ pausedReason: null });
  });
});

describe("orders that have not changed", () => {
  it("count as known, however Shopify writes them: nothing is mended, told, read alone or sent", async () => {
    await connected();
    live({ count: 40, startedAt: Date.now() - 3 * dayMs, every: 60_000 });
    const webhooks = shop.takeWebhooks();
    await client.send(webhooks);
    await client.quiet();
    const ids = [...statesOf(webhooks).keys()];
    const sent = () => ids.map((id) => world.hakuna.states(id).length);
    const before = sent();
    await openApp(world, domain);
    await eventually("it is through", async () => (await scan()).finishedAt !== null);
    await reconciled();
    await client.quiet();
    expect(await recovered()).toBe(0);
    const { rows: told } = await client.pool.query(
      `SELECT "orderId", "kind", "source" FROM "TimelineEvent" WHERE "shop" = $1 AND "kind" = 'read'`,
      [domain],
    );
    const asked = shop.asked.filter(({ query }) => query.includes("query OrderToSync"));
    const larger = ids.filter((id) => !fitsPage(shop.orders.get(id)));
    const alone = new Set(
      asked.map(({ variables }) => String(variables.order).replace(/.*\//, "")),
    );
    expect([...alone].filter((id) => !larger.includes(id))).toEqual([]);
    expect(told.filter(({ orderId }) => !larger.includes(orderId))).toEqual([]);
    expect(sent()).toEqual(before);
  });
});

/** Whether a page of the list holds all of the order. */
function fitsPage(order: SimulatedOrder | undefined): boolean {
  if (!order) return false;
  const { lines, fulfillments, refunds } = order;
  const parts = [...fulfillments, ...refunds];
  const isSmall = lines.length <= listSizes.lines && refunds.length < listSizes.parts;
  return (
    isSmall &&
    fulfillments.length <= listSizes.parts &&
    parts.every(({ units }) => units.length <= listSizes.units)
  );
}

describe("what must not come back", () => {
  it("redacted customers, purged orders and uninstalled shops", async () => {
    await connected();
    await openApp(world, domain);
    const redacted = orderOf(domain, 4_000_003);
    const purged = orderOf(domain, 4_000_004, { isProtected: false });
    await client.send([redacted.webhook("orders/create"), purged.webhook("orders/create")]);
    await client.quiet();
    const redact = privacyWebhook(domain, "customers/redact", [redacted.id]);
    expect(await sendWebhook(world.appUrl, redact, world.apiSecret, "/webhooks/privacy")).toBe(200);
    await client.pool.query(
      `UPDATE "Order" SET "changedAt" = now() - interval '31 days' WHERE "shop" = $1 AND "id" = $2`,
      [domain, purged.id],
    );
    expect((await opsHere(["retention", domain], world.env)).code).toBe(0);
    const tombstone = await document(purged.id);

    shop.orders.put(purged.order());
    const cancelledAt = Date.now() - 60_000;
    shop.orders.put(redacted.order({ cancelledAt, updatedAt: cancelledAt }));
    await eventually("the change is known", async () =>
      JSON.stringify((await client.order(domain, redacted.id)).findings).includes(
        "redacted_changed",
      ),
    );
    await reconciled();
    expect(await document(purged.id)).toEqual(tombstone);
    const hers = (await dump(client.pool)).split("\n").filter((row) => row.includes(domain));
    expect(hers.length).toBeGreaterThan(5);
    expect(hers.filter((row) => vogelsang.trace.test(row))).toEqual([]);
    expect(world.hakuna.states(redacted.id)).toHaveLength(1);

    const gone = uninstalledWebhook(domain, Date.now() + 2_000);
    await sendWebhook(world.appUrl, gone, world.apiSecret, "/webhooks/app/uninstalled");
    const { startedAt } = await scan();
    const asked = shop.asked.length;
    await openApp(world, `other-${domain}`);
    expect((await opsHere(["reconcile", domain], world.env)).stderr).toContain(
      "not installed there",
    );
    expect([(await scan()).startedAt, shop.asked.length]).toEqual([startedAt, asked]);
  });
});

describe("ops reconcile", () => {
  it("reads since a moment, and says what it mended", async () => {
    await client.connect(domain);
    await openApp(world, domain);
    await reconciled();
    // before the cursor, so that only who reaches back finds them
    live({ count: 40, startedAt: Date.now() - 5 * dayMs, every: 1_000 });
    const orders = expectedOrders(statesOf(lastOfEach(shop.takeWebhooks())));
    const [id = ""] = orders.keys();
    await reconciled();
    expect(world.hakuna.states(id)).toEqual([]);
    // the next one by itself would put its figures in the place of this one's
    world.env.RECONCILE_INTERVAL_MS = "2147483647";
    await world.restart();
    await eventually("none is due soon", async () => {
      const { dueAt, running } = await scan();
      return running === false && Number(dueAt) > Date.now() + 60_000;
    });
    const args = ["reconcile", domain, "--since", "6d", "--json"];
    const { code, stdout } = await opsHere(args, world.env);
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ shop: domain, recovered: orders.size });
    expect(result.read).toBeGreaterThanOrEqual(40);
    await client.quiet();
    for (const one of orders.keys()) expect(world.hakuna.states(one)).toHaveLength(1);
  });

  it("reaches back also when another reconciliation is under way", async () => {
    await client.connect(domain);
    await openApp(world, domain);
    await beginReconciliation(client.pool, domain, { now: Date.now(), overlapMs: 600_000 });
    await eventually("it is through", async () => (await scan()).finishedAt !== null);
    live({ count: 5, startedAt: Date.now() - 5 * dayMs, every: 1_000 });
    const orders = expectedOrders(statesOf(lastOfEach(shop.takeWebhooks())));
    expect(orders.size).toBeGreaterThan(0);
    shop.faults.plan({ kind: "slow", ms: 1_000 }, { of: "OrdersToSync", times: 1 });
    const now = Date.now();
    await beginReconciliation(client.pool, domain, { now, overlapMs: 600_000 });
    await eventually("a page is being read", async () => (await scan()).leaseToken !== null);
    const since = now - 6 * dayMs;
    await beginReconciliation(client.pool, domain, { now: now + 1, overlapMs: 600_000, since });
    await eventually("all are there", () =>
      [...orders.keys()].every((id) => world.hakuna.last(id)),
    );
  });

  it("says what is wrong with what it was given", async () => {
    const wrong = await opsHere(["reconcile", domain, "--since", "yesterday"], world.env);
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringContaining("such as 90m, 2h or 3d"),
    ]);
    const unknown = await opsHere(["reconcile", "nobody"], world.env);
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining("There is no shop"),
    ]);
  });
});

async function document(id: string): Promise<unknown> {
  const { rows } = await client.pool.query(
    `SELECT "state" FROM "OrderDocument" WHERE "shop" = $1 AND "orderId" = $2`,
    [domain, id],
  );
  return rows[0]?.state;
}
