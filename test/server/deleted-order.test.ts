import { beforeEach, expect, it } from "vitest";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { eventually } from "./client.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";
import { opsHere } from "./ops.ts";
import { patientTimes } from "./quick-times.ts";
import { orderOf } from "./vogelsang.ts";

const dayMs = 86_400_000;
const { world, client } = await openWorld({
  ...patientTimes,
  RECONCILE_INTERVAL_MS: "2147483647",
});
let domain: string;
let shop: SimulatedShop;
let shops = 0;

beforeEach(async () => {
  shops += 1;
  domain = `deleted-${shops}.myshopify.com`;
  shop = world.shopify.shop(domain);
  await client.connect(domain);
});

async function stateOf(id: string): Promise<Record<string, unknown>> {
  const { rows } = await client.pool.query(
    `SELECT "state" FROM "OrderDocument" WHERE "shop" = $1 AND "orderId" = $2`,
    [domain, id],
  );
  return rows[0]?.state ?? {};
}

it("an archived order that is deleted is known as deleted, and stays insured", async () => {
  const { id, order, webhook } = orderOf(domain, 7_000_001);
  shop.orders.put(order({ closedAt: Date.now() }));
  await client.send([webhook("orders/create")]);
  await client.quiet(domain);
  shop.deleteOrder(id);
  const [deletion] = shop.takeWebhooks();
  expect(deletion).toMatchObject({ topic: "orders/delete", body: `{"id":${id}}` });
  await client.send(deletion ? [deletion] : []);
  await client.quiet(domain);
  expect(await stateOf(id)).toMatchObject({
    deletedAt: deletion?.triggeredAt,
    cancelledAt: null,
  });
  expect(world.hakuna.states(id)).toHaveLength(1);
  expect(world.hakuna.last(id)?.status).toBe("placed");
});

it("a cancelled order that is deleted is told to Hakuna as cancelled, in whatever order both come", async () => {
  const { id, order, webhook } = orderOf(domain, 7_000_002);
  const at = Date.now();
  shop.orders.put(order({ cancelledAt: at, updatedAt: at }));
  shop.deleteOrder(id, at + 1000);
  const cancelled_at = new Date(at).toISOString();
  await client.send([webhook("orders/create")]);
  await client.quiet(domain);
  await client.send(shop.takeWebhooks());
  await client.quiet(domain);
  expect(world.hakuna.last(id)?.status).toBe("placed");
  await client.send([webhook("orders/cancelled", { cancelled_at, updatedAt: at })]);
  await eventually("it is cancelled", () => world.hakuna.last(id)?.status === "cancelled");
  expect(await stateOf(id)).toMatchObject({ deletedAt: at + 1000, cancelledAt: at });
});

it("the body of another webhook deletes nothing when it is sent under this topic", async () => {
  const { id, webhook } = orderOf(domain, 7_000_003);
  await client.send([webhook("orders/create")]);
  const replayed = { ...webhook("orders/create"), topic: "orders/delete" };
  expect(await sendWebhook(world.appUrl, replayed, world.apiSecret)).toBe(400);
  await client.quiet(domain);
  expect(await stateOf(id)).toMatchObject({ deletedAt: null });
});

it("only archived or cancelled orders can be deleted", () => {
  shop.orders.put(orderOf(domain, 7_000_004).order());
  expect(() => shop.deleteOrder("7000004")).toThrow("archived or cancelled");
});

it("an insured order of 61 days that Shopify hides stays as it is, through read and reconciliation", async () => {
  const { id, order, webhook } = orderOf(domain, 7_000_005);
  const placed = Date.now() - 61 * dayMs;
  const created = { created_at: new Date(placed).toISOString(), updatedAt: placed };
  shop.orders.put(order({ createdAt: placed, updatedAt: placed }));
  await openApp(world, domain);
  await client.send([webhook("orders/create", created)]);
  await client.quiet(domain);
  const before = await client.order(domain, id);
  expect(["sent", "confirmed"]).toContain(before.status);

  // it tells of a change, not of which: the order must be read
  const changed = { ...created, updatedAt: Date.now(), line_items: undefined };
  await client.send([webhook("orders/updated", changed)]);
  await eventually("it was asked for", async () => {
    const wasAsked = shop.asked.some(({ variables }) => String(variables.order).endsWith(`/${id}`));
    return wasAsked && (await client.order(domain, id)).readAt === null;
  });
  expect(await opsHere(["reconcile", domain, "--since", "70d"], world.env)).toMatchObject({
    code: 0,
  });
  await client.quiet(domain);

  const after = await client.order(domain, id);
  expect([after.status, after.acceptedHash]).toEqual([before.status, before.acceptedHash]);
  expect(world.hakuna.states(id)).toHaveLength(1);
  expect(world.hakuna.last(id)?.status).toBe("placed");
  expect(await stateOf(id)).toMatchObject({ deletedAt: null, cancelledAt: null });
});
