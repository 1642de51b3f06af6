import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "#app/config.server.ts";
import { createSecretBox } from "#app/secrets.server.ts";
import { connectShop } from "#app/sync/connect.ts";
import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import { deliverWebhook, type Webhook } from "#test/simulator/shopify/webhook.ts";
import { below, type Figure, percentile, plain } from "./figures.ts";
import type { Stage } from "./stage.ts";

async function connect(stage: Stage, shop: string): Promise<void> {
  const config = readConfig(stage.env as NodeJS.ProcessEnv);
  const secrets = createSecretBox({ current: config.ENCRYPTION_KEY, previous: [] });
  const request = { shop, environment: "sandbox" as const, apiKey: "sk_test_demo", country: "de" };
  await connectShop({ pool: stage.pool, secrets }, request);
}

/** First webhooks of orders that hold protection, with the orders' ids. */
function protectedOrders(shop: string, count: number): { id: string; webhook: Webhook }[] {
  const found: { id: string; webhook: Webhook }[] = [];
  for (let seed = 0; found.length < count; seed += 1) {
    const [webhook] = liveOrder({ shop, currency: "EUR", bigIds: true }, seed, 1_790_000_000_000);
    const id = /gid:\/\/shopify\/Order\/(\d+)/.exec(webhook?.body ?? "")?.[1];
    if (webhook && id && /hakuna_plan_id/.test(webhook.body)) found.push({ id, webhook });
  }
  return found;
}

/** From the webhook's 200 to the feed's receipt, at 20 webhooks a second. */
export async function measureLatency(stage: Stage): Promise<Figure[]> {
  const shop = "latency.myshopify.com";
  await connect(stage, shop);
  const { url, process } = await stage.start("app/server.ts", { WORKER: "on" });
  const received = new Map<string, number>();
  stage.hakuna.onAccepted(({ order }) => {
    if (!received.has(order.id)) received.set(order.id, performance.now());
  });
  const answered = new Map<string, number>();
  for (const { id, webhook } of protectedOrders(shop, 300)) {
    void deliverWebhook(url, webhook, stage.secret).then(() => answered.set(id, performance.now()));
    await sleep(50);
  }
  await sleep(3000);
  await process.stop();
  const waits = [...answered].map(([id, at]) => Math.max(0, (received.get(id) ?? Number.NaN) - at));
  if (waits.some(Number.isNaN)) throw new Error("An order did not reach the feed.");
  return [
    below("e2e.p50_ms", percentile(waits, 50), "ms", 100),
    plain("e2e.p99_ms", percentile(waits, 99), "ms"),
  ];
}

/** Orders folded, mapped and delivered per second, from a backlog of one shop, once the first is out. */
export async function measureThroughput(stage: Stage): Promise<Figure[]> {
  const shop = "backlog.myshopify.com";
  const orders = protectedOrders(shop, 2000);
  await connect(stage, shop);
  const door = await stage.start("app/server.ts", { WORKER: "off" });
  const left = orders.map(({ webhook }) => webhook);
  const one = async () => {
    for (let next = left.pop(); next; next = left.pop()) {
      await deliverWebhook(door.url, next, stage.secret);
    }
  };
  await Promise.all(Array.from({ length: 32 }, one));
  let first = Number.POSITIVE_INFINITY;
  stage.hakuna.onAccepted(() => {
    first = Math.min(first, performance.now());
  });
  const worker = await stage.start("app/server.ts", { WORKER: "on" });
  const wanted = new Set(orders.map(({ id }) => id));
  while (stage.hakuna.orderIds().filter((id) => wanted.has(id)).length < orders.length)
    await sleep(20);
  const seconds = (performance.now() - first) / 1000;
  await worker.process.stop();
  await door.process.stop();
  return [plain("sync.orders_per_s", orders.length / seconds, "1/s")];
}
