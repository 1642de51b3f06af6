import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "#app/foundation/config.server.ts";
import { createSecretBox } from "#app/foundation/secrets.server.ts";
import { connectShop } from "#app/shops/connect.ts";
import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import { deliverWebhook, type Webhook } from "#test/simulator/shopify/webhook.ts";
import { below, type Figure, percentile } from "./figures.ts";
import type { Stage } from "./stage.ts";

export async function connect(stage: Stage, shop: string): Promise<void> {
  const config = readConfig(stage.env as NodeJS.ProcessEnv);
  const secrets = createSecretBox({ current: config.ENCRYPTION_KEY, previous: [] });
  const request = { shop, environment: "sandbox" as const, apiKey: "sk_test_demo", country: "de" };
  await connectShop({ pool: stage.pool, secrets }, request);
}

/** First webhooks of orders that hold protection, with the orders' ids. */
export function protectedOrders(
  shop: string,
  count: number,
  firstSeed = 0,
): { id: string; webhook: Webhook }[] {
  const found: { id: string; webhook: Webhook }[] = [];
  for (let seed = firstSeed; found.length < count; seed += 1) {
    const [webhook] = liveOrder({ shop, currency: "EUR", bigIds: false }, seed, 1_790_000_000_000);
    const id = /gid:\/\/shopify\/Order\/(\d+)/.exec(webhook?.body ?? "")?.[1];
    if (webhook && id && /hakuna_plan_id/.test(webhook.body)) found.push({ id, webhook });
  }
  return found;
}

/** From the webhook's 200 to the feed's receipt, at 50 webhooks a second. */
export async function measureLatency(stage: Stage): Promise<Figure[]> {
  const shop = "latency.myshopify.com";
  await connect(stage, shop);
  const { url, process } = await stage.start("app/server.ts", { WORKER: "on" });
  const received = new Map<string, number>();
  stage.hakuna.onAccepted(({ order }) => {
    if (!received.has(order.id)) received.set(order.id, performance.now());
  });
  const answered = new Map<string, number>();
  for (const { id, webhook } of protectedOrders(shop, 750)) {
    void deliverWebhook(url, webhook, stage.secret).then(() => answered.set(id, performance.now()));
    await sleep(20);
  }
  await sleep(3000);
  await process.stop();
  const waits = [...answered].map(([id, at]) => Math.max(0, (received.get(id) ?? Number.NaN) - at));
  if (waits.some(Number.isNaN)) throw new Error("An order did not reach the feed.");
  return [
    below("e2e.p50_ms", percentile(waits, 50), "ms", 100),
    below("e2e.p99_ms", percentile(waits, 99), "ms", 500),
  ];
}
