import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson } from "#app/order/canonical.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import { setPaused } from "#app/shops/settings.ts";
import { manyWays } from "#test/simulator/hakuna/behavior.ts";
import { createRandom } from "#test/simulator/random.ts";
import { disorder } from "#test/simulator/shopify/disorder.ts";
import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";
import { outwaitKilled } from "#test/world/killed-processes.ts";
import { eventually } from "./client.ts";
import { expectedOrders, statesOf } from "./expected-orders.ts";
import { misleadingLasts, toBeReadAgain } from "./misleading.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";

const histories = 200;
const seed = 20_261_123;
const shops = Array.from({ length: 8 }, (_, index) => ({
  shop: `storm-${index}.myshopify.com`,
  currency: ["EUR", "JPY", "KWD"][index % 3] ?? "EUR",
  bigIds: index % 2 === 0,
}));

const pausing = "storm-3.myshopify.com";
const { world, client } = await openWorld({ WORKER: "off" });
let webhooks: Webhook[];
/** What the feed must hold in the end, by order id. */
let expected: Map<string, FeedOrder>;
let idsOfPausing: string[];

beforeAll(async () => {
  const random = createRandom(seed);
  const happened = shops.flatMap(({ shop, currency, bigIds }, index) => {
    const simulated = world.shopify.shop(shop);
    simulated.throttle = { maximumAvailable: 1_000_000, restoreRate: 1_000_000 };
    const count = histories / shops.length;
    // Shopify shows orders of the last sixty days
    const times = { startedAt: Date.now() - 3 * 86_400_000 + index * 7_000, every: 480_000 };
    simulated.live({ count, firstSeed: index * count, ...times, currency, bigIds });
    if (index === 0) {
      const firstSeed = misleadingSeed({ shop, currency, bigIds }, times.startedAt);
      simulated.live({ count: 1, firstSeed, ...times, currency, bigIds });
    }
    return simulated.takeWebhooks();
  });
  happened.sort((a, b) => a.triggeredAt - b.triggeredAt);
  webhooks = disorder(happened, random, { duplicates: 0.1, outOfOrder: 0.2 });
  expected = expectedOrders(statesOf(webhooks));
  idsOfPausing = [...statesOf(webhooks.filter(({ shop }) => shop === pausing)).keys()];
});

/** Of a life whose last webhook misleads, however few there are: the first one after all others. */
function misleadingSeed(manner: Parameters<typeof liveOrder>[0], at: number): number {
  for (let seed = histories; ; seed += 1) {
    const life = liveOrder(manner, seed, at);
    if (misleadingLasts(life).size === 1) return seed;
  }
}

function expectFeedToHold(orders: Map<string, FeedOrder>): void {
  expect(world.hakuna.orderIds().sort()).toEqual([...orders.keys()].sort());
  for (const [id, order] of orders) {
    expect(canonicalJson(world.hakuna.last(id))).toBe(canonicalJson(order));
  }
}

/** How many states of the pausing shop's orders the feed has taken. */
function taken(): number {
  return idsOfPausing.reduce((sum, id) => sum + world.hakuna.states(id).length, 0);
}

/** The merchant pauses their shop; what was on its way is waited for. Answers what was taken till then. */
async function pause(): Promise<number> {
  await setPaused(client, pausing, true);
  await eventually("nothing is on its way", async () => {
    const { rows } = await client.pool.query(
      `SELECT 1 FROM "Attempt" WHERE "shop" = $1 AND "answeredAt" IS NULL`,
      [pausing],
    );
    return rows.length === 0;
  });
  return taken();
}

/** Following idempotency key → attempt → revision: what the feed accepted never goes back. */
async function expectRevisionsNeverDown(): Promise<void> {
  const { rows } = await client.pool.query<{
    id: string;
    orders: { id: string; revision: number }[];
  }>(`SELECT "id"::text, "orders" FROM "Attempt"`);
  const attempts = new Map(rows.map((row) => [row.id, row.orders]));
  for (const id of world.hakuna.orderIds()) {
    const revisions = world.hakuna.states(id).map(({ idempotencyKey }) => {
      const sent = attempts.get(String(idempotencyKey))?.find((order) => order.id === id);
      return sent?.revision ?? Number.NaN;
    });
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  }
}

describe("a storm: 200 lives, webhooks in disorder, a feed that fails one request in five", () => {
  it("ends with the newest state of every order, through two kills and a merchant's pause", async () => {
    world.hakuna.behave({ failOneIn: { requests: 5, seed, ways: manyWays } });
    for (const { shop } of shops) await client.connect(shop);
    const worker = () => world.startProcess("app/worker.ts");
    let working = worker();
    const misleading = misleadingLasts(webhooks);
    const [[id, webhook] = []] = misleading;
    if (!id || !webhook) throw new Error("no such order");
    await client.send([webhook]);
    const isSkipped = async () => (await client.order(webhook.shop, id)).status === "skipped";
    await eventually("it is skipped at first", isSkipped);
    // of one order news comes during the pause, however quick everything is
    const awaited = idsOfPausing.find((id) => expected.has(id)) ?? "";
    const late = webhooks.filter((one) => statesOf([one]).has(awaited));
    const sending = client.send(webhooks.filter((one) => !late.includes(one)));
    await eventually(
      "the feed has taken some",
      () => world.hakuna.orderIds().length > 20 || world.hakuna.orderIds().length,
    );
    const takenBefore = await pause();
    await client.send(late);
    await working.stop("SIGKILL");
    await outwaitKilled(world.databaseUrl);
    working = worker();
    await eventually(
      "the feed has taken more",
      () => world.hakuna.orderIds().length > 60 || world.hakuna.orderIds().length,
    );
    await working.stop("SIGKILL");
    await outwaitKilled(world.databaseUrl);
    working = worker();
    await sending;
    await client.quiet();
    expect(taken()).toBe(takenBefore);
    await setPaused(client, pausing, false);
    await client.quiet();
    expect(taken()).toBeGreaterThan(takenBefore);
    // it depends on the moment how many there are
    const unread = await toBeReadAgain(client.pool);
    expect(unread.map(({ id }) => id)).toContain(id);
    const told = new Map(expected);
    for (const order of unread) {
      told.delete(order.id);
      // whose last webhook tells of a plan by itself was never skipped
      expect([...misleading.keys()]).toContain(order.id);
    }
    expectFeedToHold(told);
    for (const shop of new Set(unread.map(({ shop }) => shop))) await openApp(world, shop);
    await eventually("nothing waits", async () => (await toBeReadAgain(client.pool)).length === 0);
    await client.quiet();
    expectFeedToHold(expected);
    await expectRevisionsNeverDown();
    expect(world.hakuna.violations).toEqual([]);
    const { rows } = await client.pool.query(
      `SELECT o."status", count(*)::int AS count, max(c."count") AS counter FROM "Order" o
         JOIN (SELECT "status", sum("count")::int AS "count" FROM "OrderCount" GROUP BY 1) c
           ON c."status" = o."status" GROUP BY 1`,
    );
    for (const { count, counter } of rows) expect(counter).toBe(count);
    expect(rows.map(({ status }) => status).sort()).toEqual(["sent", "skipped"]);
    await working.stop();
  });

  it("a worker frozen in the middle of a request loses to its successor", async () => {
    const manner = { shop: "frozen.myshopify.com", currency: "EUR", bigIds: false };
    const life = Array.from({ length: 99 }, (_, index) =>
      liveOrder(manner, 900_000 + index, 1_790_000_000_000),
    ).find((life) => life.length > 3 && life[0]?.body.includes("_hakuna_plan_id"));
    if (!life?.[0]) throw new Error("no such life");
    const id = String(JSON.parse(life[0].body).id);
    await client.connect(manner.shop);
    const stale = Promise.withResolvers<void>();
    const fault = { kind: "held", until: stale.promise } as const;
    world.hakuna.behave({ fault: { fault, requests: 1 } });
    const frozen = world.startProcess("app/worker.ts");
    const before = world.hakuna.requests.length;
    await client.send(life.slice(0, 1));
    await eventually("the request is under way", () => world.hakuna.requests.length > before);
    frozen.signal("SIGSTOP");
    const successor = world.startProcess("app/worker.ts");
    await client.send(life.slice(1));
    await eventually(
      "the successor sent the rest",
      async () => (await client.order(manner.shop, id)).status === "sent",
    );
    const newest = canonicalJson(world.hakuna.last(id));
    // the frozen worker's request arrives at last, with the oldest state
    stale.resolve();
    await eventually(
      "the stale state arrived",
      () => canonicalJson(world.hakuna.last(id)) !== newest,
    );
    frozen.signal("SIGCONT");
    await eventually(
      "the newest state is sent again",
      () => canonicalJson(world.hakuna.last(id)) === newest,
    );
    await client.quiet();
    expect(canonicalJson(world.hakuna.last(id))).toBe(newest);
    const { rows } = await client.pool.query(
      `SELECT "lastPayload" FROM "OrderDocument" WHERE "shop" = $1 AND "orderId" = $2`,
      [manner.shop, id],
    );
    expect(canonicalJson(world.hakuna.last(id))).toBe(canonicalJson(rows[0].lastPayload));
    const row = await client.order(manner.shop, id);
    expect(row.acceptedHash).toBe(row.payloadHash);
    await frozen.stop();
    await successor.stop();
  });
});
