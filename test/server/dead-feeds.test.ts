import { afterAll, expect, it } from "vitest";
import { giantOrder } from "#test/simulator/shopify/giant-order.ts";
import { sendWebhook } from "#test/simulator/shopify/webhook.ts";
import { ask } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { orderOf } from "./vogelsang.ts";

const concurrency = 2;
const { world, client } = await openWorld({
  WORKER_CONCURRENCY: String(concurrency),
  // longer than a test waits: what depends on a time-out does not come about
  FEED_TIMEOUT_MS: "600000",
  LEASE_MS: "700000",
});
// ends the requests that are under way
afterAll(() => world.hakuna.behave({}));

it("a healthy shop's order is sent while more shops than may be worked on at once wait for silent feeds", async () => {
  const deadKey = "sk_test_dead";
  world.hakuna.behave({ silentTo: [deadKey] });
  const dead = Array.from({ length: concurrency * 3 }, (_, index) => `dead-${index}.myshopify.com`);
  for (const shop of dead) await client.connect(shop, deadKey);
  await client.send(
    dead.map((shop, index) => orderOf(shop, 950_001 + index).webhook("orders/create")),
  );
  const asked = () => world.hakuna.requests.filter(({ method }) => method === "POST").length;
  await eventually("all of them wait", () => asked() === dead.length);
  const well = "well.myshopify.com";
  await client.connect(well);
  const order = orderOf(well, 951_001);
  await client.send([order.webhook("orders/create")]);
  await eventually("the healthy one is sent", () => world.hakuna.last(order.id) !== null);
  const { rows } = await client.pool.query(
    `SELECT 1 FROM "Attempt" WHERE "answeredAt" IS NULL AND "shop" LIKE 'dead-%'`,
  );
  expect(rows).toHaveLength(dead.length);
  world.hakuna.behave({});
  expect(world.hakuna.violations).toEqual([]);
});

it("others are answered and sent before a shop with the largest orders is done", async () => {
  const [giant, other] = ["giant.myshopify.com", "other.myshopify.com"];
  for (const shop of [giant, other]) await client.connect(shop);
  const giants = Array.from({ length: 30 }, (_, index) =>
    giantOrder(giant, 952_000n + BigInt(index)),
  );
  await client.send(giants);
  const orders = Array.from({ length: 2 }, (_, index) => orderOf(other, 953_001 + index));
  for (const order of orders) {
    const webhook = order.webhook("orders/create");
    expect(await sendWebhook(world.appUrl, webhook, world.apiSecret)).toBe(200);
    expect((await ask(world, "/healthz")).status).toBe(200);
    await eventually("it is sent", () => world.hakuna.last(order.id) !== null);
  }
  const { rows } = await client.pool.query(
    `SELECT 1 FROM "InboxWebhook" WHERE "shop" = $1 AND "foldedAt" IS NULL`,
    [giant],
  );
  expect(rows.length).toBeGreaterThan(0);
});
