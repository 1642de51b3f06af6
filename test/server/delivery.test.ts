import { beforeEach, describe, expect, it } from "vitest";
import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import { type Webhook, webhookOf } from "#test/simulator/shopify/webhook.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";

const { world, client } = await openWorld();
let shop: string;
let shops = 0;

beforeEach(() => {
  shops += 1;
  shop = `delivery-${shops}.myshopify.com`;
  world.hakuna.behave({});
});

/** Orders that hold protection, as they were bought, with their ids. */
function bought(count: number): { id: string; webhook: Webhook }[] {
  const found: { id: string; webhook: Webhook }[] = [];
  for (let seed = shops * 1000; found.length < count; seed += 1) {
    const [webhook] = liveOrder({ shop, currency: "EUR", bigIds: true }, seed, 1_790_000_000_000);
    if (!webhook?.body.includes("_hakuna_plan_id")) continue;
    const id = /^\{"id":(\d+)/.exec(webhook.body)?.[1] ?? /"id":(\d+)/.exec(webhook.body)?.[1];
    found.push({ id: String(id), webhook });
  }
  return found;
}

const webhooksOf = (orders: { webhook: Webhook }[]) => orders.map(({ webhook }) => webhook);

async function shopRow(): Promise<Record<string, unknown>> {
  const { rows } = await client.pool.query(`SELECT * FROM "Shop" WHERE "domain" = $1`, [shop]);
  return rows[0] ?? {};
}

async function statuses(orders: { id: string }[]): Promise<unknown[]> {
  return await Promise.all(orders.map(async ({ id }) => (await client.order(shop, id)).status));
}

describe("delivery", () => {
  it("keeps orders pending until the shop is connected, then sends them", async () => {
    const orders = bought(3);
    await client.send(webhooksOf(orders));
    await eventually("orders are pending", async () =>
      (await statuses(orders)).every((status) => status === "pending"),
    );
    await client.connect(shop);
    await eventually("they are sent", async () =>
      (await statuses(orders)).every((status) => status === "sent"),
    );
    for (const { id } of orders) expect(world.hakuna.last(id)?.status).toBe("placed");
    const { rows } = await client.pool.query(
      `SELECT "status"::text, "count" FROM "OrderCount" WHERE "shop" = $1 AND "count" <> 0`,
      [shop],
    );
    expect(rows).toEqual([{ status: "sent", count: 3 }]);
  });

  it("does not send an unchanged order again", async () => {
    await client.connect(shop);
    const [order] = bought(1);
    if (!order) throw new Error("no order");
    await client.send([order.webhook]);
    await eventually("it is sent", () => world.hakuna.states(order.id).length === 1);
    await client.send([{ ...order.webhook, webhookId: `${order.webhook.webhookId}-again` }]);
    await client.quiet();
    expect(world.hakuna.states(order.id)).toHaveLength(1);
    expect((await client.order(shop, order.id)).status).toBe("sent");
  });

  it("halves a refused batch until the guilty order stands alone", async () => {
    const orders = bought(9);
    const guilty = orders[4];
    if (!guilty) throw new Error("no order");
    world.hakuna.behave({ refuseOrders: [guilty.id] });
    await client.send(webhooksOf(orders));
    await client.connect(shop);
    await eventually("all have an answer", async () =>
      (await statuses(orders)).every((status) => status === "sent" || status === "rejected"),
    );
    expect((await statuses(orders)).filter((status) => status === "rejected")).toHaveLength(1);
    const row = await client.order(shop, guilty.id);
    expect(row).toMatchObject({ status: "rejected" });
    expect(String(row.statusReason)).toContain("validation_failed");
  });

  it("pauses when the key is refused, keeps everything, and resumes with a key that works", async () => {
    await client.connect(shop, "sk_test_wrong");
    const orders = bought(2);
    await client.send(webhooksOf(orders));
    await eventually(
      "the key is refused",
      async () => (await shopRow()).connection === "key_refused",
    );
    expect(await statuses(orders)).toEqual(["pending", "pending"]);
    const before = world.hakuna.requests.length;
    await client.send(webhooksOf(bought(3)).slice(2));
    await eventually("folding goes on", async () => {
      const { rows } = await client.pool.query(`SELECT 1 FROM "Order" WHERE "shop" = $1`, [shop]);
      return rows.length === 3;
    });
    expect(world.hakuna.requests.length).toBe(before);
    await client.connect(shop);
    await eventually("they are sent", async () =>
      (await statuses(orders)).every((status) => status === "sent"),
    );
  });

  it("backs off, honoring Retry-After, and loses nothing", async () => {
    world.hakuna.behave({
      fault: { fault: { kind: "status", status: 429, retryAfter: "2" }, requests: 1 },
    });
    await client.connect(shop);
    const orders = bought(1);
    const started = Date.now();
    await client.send(webhooksOf(orders));
    await eventually("it is sent", async () => (await statuses(orders))[0] === "sent");
    expect(Date.now() - started).toBeGreaterThanOrEqual(2000);
  });

  it("sends an unanswered order once more after it was accepted", async () => {
    world.hakuna.behave({ fault: { fault: { kind: "drop_after" }, requests: 1 } });
    await client.connect(shop);
    const [order] = bought(1);
    if (!order) throw new Error("no order");
    await client.send([order.webhook]);
    await eventually("it was sent three times", () => world.hakuna.states(order.id).length === 3);
    await client.quiet();
    expect(world.hakuna.states(order.id)).toHaveLength(3);
    const keys = world.hakuna.states(order.id).map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(3);
  });

  it("confirms what was processed and rejects what failed, with the feed's reason", async () => {
    const orders = bought(2);
    const [good, bad] = orders;
    if (!good || !bad) throw new Error("no orders");
    world.hakuna.behave({
      requestIds: true,
      pollsUntilDone: 1,
      failProcessing: { orders: [bad.id], error: "Unsupported region" },
    });
    await client.connect(shop);
    await client.send(webhooksOf(orders));
    await eventually("both are processed", async () =>
      (await statuses(orders)).every((status) => status === "confirmed" || status === "rejected"),
    );
    expect((await client.order(shop, good.id)).status).toBe("confirmed");
    const row = await client.order(shop, bad.id);
    expect(row).toMatchObject({ status: "rejected", acceptedHash: null });
    expect(String(row.statusReason)).toContain("Unsupported region");
  });

  it("pauses a shop whose every order is refused, and makes them pending again", async () => {
    const orders = bought(12);
    world.hakuna.behave({ fault: { fault: { kind: "status", status: 422 } } });
    await client.send(webhooksOf(orders));
    await client.connect(shop);
    await eventually("it is paused", async () => (await shopRow()).connection === "feed_refuses");
    // they were blocked until the connection told the shop's country
    await eventually("all are pending", async () =>
      (await statuses(orders)).every((status) => status === "pending"),
    );
    world.hakuna.behave({});
    await client.connect(shop);
    await eventually("they are sent", async () =>
      (await statuses(orders)).every((status) => status === "sent"),
    );
  });

  it("lets a part wait for its order, and folds it in when the order comes", async () => {
    await client.connect(shop);
    const life = Array.from({ length: 200 }, (_, seed) =>
      liveOrder({ shop, currency: "EUR", bigIds: false }, 500_000 + seed, 1_790_000_000_000),
    ).find(
      (webhooks) =>
        webhooks[0]?.body.includes("_hakuna_plan_id") &&
        webhooks.some(({ topic }) => topic === "fulfillments/create"),
    );
    const part = life?.find(({ topic }) => topic === "fulfillments/create");
    const create = life?.[0];
    if (!part || !create) throw new Error("no such life");
    const id = String(JSON.parse(part.body).order_id);
    await client.send([part]);
    await eventually("it waits", async () => (await client.order(shop, id)).status === "waiting");
    await client.send([create]);
    await eventually("it is sent", () => world.hakuna.last(id) !== null);
    const fulfilled = world.hakuna.last(id)?.line_items.flatMap(({ fulfillments }) => fulfillments);
    expect(fulfilled?.length).toBeGreaterThan(0);
  });

  it("quarantines a webhook that cannot be folded, with the field, and folds its neighbors", async () => {
    await client.connect(shop);
    const orders = bought(3);
    const broken = webhookOf(shop, "orders/create", { updated_at: "yesterday" }, Date.now());
    await client.send([broken, ...webhooksOf(orders)]);
    await eventually("the neighbors are sent", async () =>
      (await statuses(orders)).every((status) => status === "sent"),
    );
    const look = async () => {
      const { rows } = await client.pool.query(
        `SELECT "quarantinedAt", "attempts", "error" FROM "InboxWebhook" WHERE "webhookId" = $1`,
        [broken.webhookId],
      );
      return rows[0];
    };
    await eventually("it is quarantined", async () => (await look()).quarantinedAt !== null);
    expect(await look()).toMatchObject({ attempts: 3, error: expect.stringContaining("id: ") });
  });

  it("asks Shopify for an order whose webhook lacks something, and says why it cannot", async () => {
    await client.connect(shop);
    const webhook = webhookOf(shop, "orders/updated", { id: 77, name: "#77" }, Date.now());
    await client.send([webhook]);
    await eventually("it was asked for", async () => {
      return (await client.order(shop, "77")).reasonCode === "no_session";
    });
    expect(await client.order(shop, "77")).toMatchObject({ status: "waiting", readAttempts: 1 });
  });

  it("never broke a rule of the feed", () => {
    expect(world.hakuna.violations).toEqual([]);
  });
});
