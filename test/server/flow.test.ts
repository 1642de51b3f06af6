import { beforeAll, expect, it } from "vitest";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { refundableOrder } from "#test/simulator/shopify/refundable-order.ts";
import { webhookOf } from "#test/simulator/shopify/webhook.ts";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";

const domain = "flow.myshopify.com";
const { world, client } = await openWorld();
const { pool } = client;
const shop = world.shopify.shop(domain);
let nextId = 5_700_000_000n;

beforeAll(async () => {
  await ask(world, "/app.data", { token: sessionToken(world, domain) });
  await client.connect(domain);
});

function newOrder() {
  nextId += 1n;
  const order = refundableOrder(nextId, {});
  const tell = async (topic: string) => {
    const text = payloadText(orderPayload(order));
    await client.send([webhookOf(domain, topic, text, order.updatedAt)]);
    await client.quiet(domain);
  };
  return { order, tell, id: Number(order.id) };
}

const toldOf = (id: number) => shop.flowEvents.filter(({ payload }) => payload.order_id === id);

async function waiting(): Promise<number> {
  const { rows } = await pool.query(
    `SELECT count(*)::int AS count FROM "FlowEvent" WHERE "shop" = $1`,
    [domain],
  );
  return rows[0].count;
}

const allTold = () => eventually("Shopify Flow has taken all", async () => (await waiting()) === 0);

it("is told once of an order that Hakuna refuses, and that it needs attention, with the reason", async () => {
  const { order, tell, id } = newOrder();
  world.hakuna.behave({ refuseOrders: [String(id)] });
  await tell("orders/create");
  world.hakuna.behave({});
  await eventually("it is refused", async () => {
    return (await client.order(domain, String(id))).status === "rejected";
  });
  await allTold();
  expect(
    toldOf(id)
      .map(({ handle }) => handle)
      .sort(),
  ).toEqual(["order-needs-attention", "order-refused-by-hakuna"]);
  for (const { payload } of toldOf(id)) {
    expect(payload["Order name"]).toBe(`#${order.number}`);
    expect(payload.Reason).toMatch(/\w{3}/);
    expect(JSON.stringify(payload)).not.toContain(order.customer?.email ?? "nobody");
  }
});

it("is told of plans that are refunded, how many, and of nothing else", async () => {
  const { order, tell, id } = newOrder();
  await tell("orders/create");
  const [, plan] = order.lines;
  if (!plan) throw new Error("no plan");
  order.updatedAt += 60_000;
  order.refunds.push({
    ...{ id: order.id + 900n, createdAt: order.updatedAt },
    units: [{ line: plan, quantity: 1, restockType: "NO_RESTOCK" }],
  });
  await tell("orders/updated");
  await tell("orders/updated");
  await allTold();
  expect(toldOf(id)).toEqual([
    {
      handle: "plan-refunded",
      payload: { order_id: id, "Order name": `#${order.number}`, "Plans refunded": 1 },
    },
  ]);
});

it("is told the order's number exactly, also beyond what numbers hold", async () => {
  const id = 820_982_911_946_154_509n;
  await pool.query(
    `INSERT INTO "FlowEvent" ("shop", "trigger", "orderId", "revision", "units", "createdAt", "dueAt")
     VALUES ($1, 'plan-refunded', $2, 1, 1, now(), now())`,
    [domain, String(id)],
  );
  await allTold();
  expect(shop.flowEvents.at(-1)?.payload.order_id).toBe(id);
});

it("is not asked for one event after the other, where it does not answer", async () => {
  shop.faults.plan({ kind: "status", status: 503 }, { of: "FireFlowTrigger", times: 5 });
  const before = shop.flowEvents.length;
  await pool.query(
    `INSERT INTO "FlowEvent" ("shop", "trigger", "orderId", "revision", "units", "createdAt", "dueAt")
     SELECT $1, 'plan-refunded', '9' || n, 1, 1, now(), now() FROM generate_series(10, 39) n`,
    [domain],
  );
  await eventually("none is due", async () => {
    const { rows } = await pool.query(
      `SELECT count(*)::int AS count FROM "FlowEvent" WHERE "shop" = $1 AND "dueAt" <= now()`,
      [domain],
    );
    return rows[0].count === 0;
  });
  // one refusal put off all of a run, twenty: the faults that are left are met by none
  expect([await waiting(), shop.flowEvents.length - before]).toEqual([30, 0]);
  shop.faults.clear();
  await pool.query(`UPDATE "FlowEvent" SET "dueAt" = now() WHERE "shop" = $1`, [domain]);
  await allTold();
  expect(shop.flowEvents.length - before).toBe(30);
});

it("is told later, where Shopify does not answer, and what it does not want is let go of", async () => {
  shop.faults.plan({ kind: "status", status: 503 }, { of: "FireFlowTrigger", times: 2 });
  const add = (trigger: string, order: string) =>
    pool.query(
      `INSERT INTO "FlowEvent" ("shop", "trigger", "orderId", "revision", "createdAt", "dueAt")
       VALUES ($1, $2, $3, 1, now(), now())`,
      [domain, trigger, order],
    );
  await add("plan-refunded", "77");
  await eventually("it was tried", async () => {
    const { rows } = await pool.query(
      `SELECT "attempts" FROM "FlowEvent" WHERE "shop" = $1 AND "orderId" = '77'`,
      [domain],
    );
    return rows[0]?.attempts === 1;
  });
  expect(toldOf(77)).toEqual([]);
  shop.faults.clear();
  await pool.query(`UPDATE "FlowEvent" SET "dueAt" = now() WHERE "shop" = $1`, [domain]);
  await allTold();
  expect(toldOf(77)).toHaveLength(1);
  await add("no-such-trigger", "78");
  await allTold();
  expect(toldOf(78)).toEqual([]);
});

it("is told nothing of an order that is well, and nothing older than a week", async () => {
  const { tell, id } = newOrder();
  await tell("orders/create");
  await pool.query(
    `INSERT INTO "FlowEvent" ("shop", "trigger", "orderId", "revision", "createdAt", "dueAt")
     VALUES ($1, 'plan-refunded', '79', 1, now() - interval '8 days', now())`,
    [domain],
  );
  await allTold();
  expect([...toldOf(id), ...toldOf(79)]).toEqual([]);
});
