import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "#app/foundation/config.server.ts";
import { createSecretBox } from "#app/foundation/secrets.server.ts";
import { connectShop } from "#app/shops/connect.ts";
import { giantOrder } from "#test/simulator/shopify/giant-order.ts";
import { deliverWebhook, type Webhook } from "#test/simulator/shopify/webhook.ts";
import { below, type Figure, median, percentile, plain } from "./figures.ts";
import { connect, protectedOrders } from "./latency.ts";
import type { Stage, Started } from "./stage.ts";

/** What large and silent shops cost the others: each figure beside the same without them. */
export async function measureNeighbors(stage: Stage): Promise<Figure[]> {
  return [...(await besideGiant(stage)), ...(await besideDeadFeeds(stage))];
}

const giants = 200;
const pauseMs = 50;

/** A shop with 200 orders of 500 lines is worked on, by the process that takes the webhooks. */
async function besideGiant(stage: Stage): Promise<Figure[]> {
  const [giant, quiet] = ["giant.myshopify.com", "quiet.myshopify.com"];
  for (const shop of [giant, quiet]) await connect(stage, shop);
  const server = await stage.start("app/server.ts", { WORKER: "on" });
  const orders = protectedOrders(quiet, 400, 3_000_000);
  const send = (from: number) =>
    answers(
      stage,
      server,
      orders.slice(from, from + 200).map(({ webhook }) => webhook),
    );
  // made before anything is measured: this process is to answer nobody
  const webhooks = Array.from({ length: giants }, (_, index) =>
    giantOrder(giant, 5_000_000n + BigInt(index)),
  );
  const without = await send(0);
  const health = watchHealth(server);
  const start = performance.now();
  for (const webhook of webhooks) await deliverWebhook(server.url, webhook, stage.secret);
  const beside = await send(200);
  const done = giants - (await unsent(stage, giant));
  if (done === giants) throw new Error("The giant was done too early.");
  const seconds = (performance.now() - start) / 1000;
  const healthMs = await health.end();
  await server.process.stop();
  // what is left of it is nothing to those who follow
  await stage.pool.query(`DELETE FROM "InboxWebhook" WHERE "shop" = $1`, [giant]);
  await stage.pool.query(`UPDATE "Shop" SET "paused" = true WHERE "domain" = $1`, [giant]);
  return [
    below("neighbors.intake_ratio_beside_giant", median(beside) / median(without), "x", 3),
    plain("neighbors.intake_p99_ms_beside_giant", percentile(beside, 99), "ms"),
    below("neighbors.healthz_ms_beside_giant", Math.max(...healthMs), "ms", 1000),
    plain("neighbors.giant_orders_per_s", done / seconds, "1/s"),
  ];
}

/** How long each webhook waits for its answer, sent at a steady pace whatever the answers do. */
async function answers(
  stage: Stage,
  { url }: Started,
  webhooks: readonly Webhook[],
): Promise<number[]> {
  const all: Promise<number>[] = [];
  for (const webhook of webhooks) {
    const asked = performance.now();
    const answered = deliverWebhook(url, webhook, stage.secret);
    all.push(answered.then(() => performance.now() - asked));
    await sleep(pauseMs);
  }
  return await Promise.all(all);
}

/** Asks for /healthz again and again. */
function watchHealth({ url }: Started): { end(): Promise<number[]> } {
  const ms: number[] = [];
  let ended = false;
  const watching = (async () => {
    while (!ended) {
      const asked = performance.now();
      // whoever finds no answer asks again, and has waited all the same
      await (await fetch(`${url}/healthz`).catch(() => null))?.text();
      ms.push(performance.now() - asked);
      await sleep(pauseMs);
    }
  })();
  return {
    async end() {
      ended = true;
      await watching;
      return ms;
    },
  };
}

/** How many of the giant's orders were not sent yet. */
async function unsent({ pool }: Stage, shop: string): Promise<number> {
  const { rows } = await pool.query<{ sent: number }>(
    `SELECT coalesce(sum("count"), 0)::int AS sent FROM "OrderCount"
      WHERE "shop" = $1 AND "status" = 'sent'`,
    [shop],
  );
  return giants - (rows[0]?.sent ?? 0);
}

const deadShops = 200;
const healthyShops = 100;
const rounds = 3;
const deadKey = "sk_test_dead";

/** 200 shops whose feed never answers get orders all the while, from the first moment on. */
async function besideDeadFeeds(stage: Stage): Promise<Figure[]> {
  const dead = Array.from({ length: deadShops }, (_, index) => `dead-${index}.myshopify.com`);
  const healthy = Array.from({ length: healthyShops }, (_, index) => `well-${index}.myshopify.com`);
  for (const shop of healthy) await connect(stage, shop);
  for (const shop of dead) await connectDead(stage, shop);
  stage.hakuna.behave({ silentTo: [deadKey] });
  const server = await stage.start("app/server.ts", { WORKER: "on" });
  await letReview(stage);
  const ordersOf = (shops: readonly string[], seed: number) =>
    Array.from({ length: rounds }, (_, round) =>
      shops.flatMap((shop, index) =>
        protectedOrders(shop, 1, seed + round * 1_000_000 + index * 100),
      ),
    ).flat();
  const without = await waits(stage, server, ordersOf(healthy, 10_000_000));
  const [first, ...later] = [0, 1, 2].map((round) =>
    ordersOf(dead, 20_000_000).slice(round * deadShops, (round + 1) * deadShops),
  );
  await Promise.all(
    (first ?? []).map((one) => deliverWebhook(server.url, one.webhook, stage.secret)),
  );
  const more = later.flat();
  const beside = await waits(
    stage,
    server,
    ordersOf(healthy, 30_000_000),
    () => more.pop()?.webhook,
  );
  await server.process.stop();
  stage.hakuna.behave({});
  return [
    below("neighbors.wait_ratio_beside_dead_feeds", median(beside) / median(without), "x", 3),
    plain("neighbors.wait_p95_ms_beside_dead_feeds", percentile(beside, 95), "ms"),
  ];
}

async function connectDead(stage: Stage, shop: string): Promise<void> {
  const config = readConfig(stage.env as NodeJS.ProcessEnv);
  const secrets = createSecretBox({ current: config.ENCRYPTION_KEY, previous: [] });
  const request = { shop, environment: "sandbox" as const, apiKey: deadKey, country: "de" };
  await connectShop({ pool: stage.pool, secrets }, request);
}

/** A connection that was just set up has its orders looked at: before the measurement. */
async function letReview({ pool }: Stage): Promise<void> {
  const pending = `SELECT 1 FROM "Shop" WHERE "reviewAfter" IS NOT NULL LIMIT 1`;
  while ((await pool.query(pending)).rowCount !== 0) await sleep(50);
}

/**
 * How long each order takes from its webhook's answer to the feed.
 *
 * @param beside with each of them this webhook is sent, too
 */
async function waits(
  stage: Stage,
  { url }: Started,
  orders: readonly { id: string; webhook: Webhook }[],
  beside: () => Webhook | undefined = () => undefined,
): Promise<number[]> {
  const received = new Map<string, number>();
  stage.hakuna.onAccepted(({ order }) => {
    if (!received.has(order.id)) received.set(order.id, performance.now());
  });
  const answered = new Map<string, number>();
  for (const { id, webhook } of orders) {
    void deliverWebhook(url, webhook, stage.secret).then(() => answered.set(id, performance.now()));
    const other = beside();
    if (other) void deliverWebhook(url, other, stage.secret);
    await sleep(pauseMs);
  }
  while (orders.some(({ id }) => !received.has(id) || !answered.has(id))) await sleep(50);
  return orders.map(({ id }) => Math.max(0, (received.get(id) ?? 0) - (answered.get(id) ?? 0)));
}
