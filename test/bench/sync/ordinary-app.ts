// The sync's opponent: an app as it is usually written. One queue job per webhook, Prisma, one upsert
// per order, one request per order to the feed. What comes with a real one is left out: tables that
// its pages read, what is to happen when the feed refuses, two webhooks of one order at once.
import { createServer } from "node:http";
import { PrismaPg } from "@prisma/adapter-pg";
import { type Job, PgBoss } from "pg-boss";
import { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { mapForFeed } from "#app/hakuna/map-for-feed.ts";
import { join } from "#app/order/fold.ts";
import type { OrderState } from "#app/order/state.ts";
import { type OrderTopic, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { mappingContext, queueName, type WebhookJob } from "./yardstick.ts";

const { PORT, DATABASE_URL = "", HAKUNA_API_URL = "", HAKUNA_API_KEY = "" } = process.env;
const workers = 4;
const batchSize = 50;

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: DATABASE_URL, max: 10 }),
});
const boss = new PgBoss({ connectionString: DATABASE_URL, max: workers });
boss.on("error", () => undefined);

/** What fails ends the process: a job that is tried again and again would be taken for a slow one. */
function end(error: unknown): never {
  console.error(error);
  process.exit(1);
}

async function handle({ data }: Job<WebhookJob>): Promise<void> {
  const { shop, triggeredAt } = data;
  const { orderId, state } = readWebhook(data.topic as OrderTopic, data.body, triggeredAt);
  if (state === null) return;
  const where = { shop_orderId: { shop, orderId } };
  const stored = await prisma.orderDocument.findUnique({ where, select: { state: true } });
  const known = stored ? join(stored.state as unknown as OrderState, state) : state;
  await prisma.orderDocument.upsert({
    where,
    create: { shop, orderId, state: known },
    update: { state: known },
    select: { orderId: true },
  });
  const { feedOrder } = mapForFeed(known, mappingContext);
  if (feedOrder === null) return;
  const answer = await fetch(`${HAKUNA_API_URL}/sandbox/feeds/order`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${HAKUNA_API_KEY}`,
      "hakuna-idempotency-key": crypto.randomUUID(),
    },
    body: JSON.stringify([feedOrder]),
  });
  await answer.text();
  if (!answer.ok) throw new Error(`The feed answered ${answer.status}.`);
  await prisma.orderDocument.update({
    where,
    data: { lastPayload: feedOrder },
    select: { orderId: true },
  });
}

await boss.start();
for (let worker = 0; worker < workers; worker += 1) {
  await boss.work<WebhookJob>(
    queueName,
    // a full batch is followed by the next one at once
    { batchSize, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
    async (jobs) => void (await Promise.all(jobs.map(handle)).catch(end)),
  );
}
createServer((_request, response) => response.end("ready")).listen(Number(PORT));
