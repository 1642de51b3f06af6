// What the sync cannot be faster than: webhooks are read and parsed, mapped, posted in batches of 50,
// and each order's document is written once. No leases, no attempts, no order rows, no timeline.
// Nothing that a crash, a refusal or a second webhook would ask for.
import { createServer } from "node:http";
import pg from "pg";
import { Agent, request } from "undici";
import type { FeedOrder } from "#app/order/feed-order.ts";
import { mapOrder } from "#app/order/map.ts";
import type { OrderState } from "#app/order/state.ts";
import { type OrderTopic, readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { mappingContext } from "./yardstick.ts";

const { PORT, DATABASE_URL, HAKUNA_API_URL = "", HAKUNA_API_KEY = "" } = process.env;
const shopsAtOnce = 20;
const batchSize = 50;

type Row = { topic: OrderTopic; triggeredAt: Date; payload: Buffer };
type Mapped = { orderId: string; state: OrderState; feedOrder: FeedOrder };

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: shopsAtOnce });
const dispatcher = new Agent();

async function sync(shop: string): Promise<void> {
  const { rows } = await pool.query<Row>({
    name: "webhooks",
    text: `SELECT "topic", "triggeredAt", "payload" FROM "Webhook" WHERE "shop" = $1`,
    values: [shop],
  });
  for (let from = 0; from < rows.length; from += batchSize) {
    const batch = rows.slice(from, from + batchSize).flatMap(mapped);
    await post(batch.map(({ feedOrder }) => feedOrder));
    await write(shop, batch);
  }
}

function mapped({ topic, triggeredAt, payload }: Row): Mapped[] {
  const { orderId, state } = readWebhook(topic, payload, triggeredAt.getTime());
  const feedOrder = state && mapOrder(state, mappingContext).feedOrder;
  return feedOrder ? [{ orderId, state, feedOrder }] : [];
}

async function post(orders: FeedOrder[]): Promise<void> {
  const answer = await request(`${HAKUNA_API_URL}/sandbox/feeds/order`, {
    method: "POST",
    dispatcher,
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${HAKUNA_API_KEY}`,
      "hakuna-idempotency-key": crypto.randomUUID(),
    },
    body: JSON.stringify(orders),
  });
  await answer.body.dump();
  if (answer.statusCode !== 202) throw new Error(`The feed answered ${answer.statusCode}.`);
}

async function write(shop: string, batch: readonly Mapped[]): Promise<void> {
  await pool.query({
    name: "write",
    text: `INSERT INTO "OrderDocument" ("shop", "orderId", "state", "lastPayload")
      SELECT $1, r."orderId", r."state", r."feedOrder" FROM jsonb_to_recordset($2::jsonb)
          AS r("orderId" text, "state" jsonb, "feedOrder" jsonb)`,
    values: [shop, JSON.stringify(batch)],
  });
}

createServer((_request, response) => response.end("ready")).listen(Number(PORT));
const { rows } = await pool.query<{ shop: string }>(`SELECT DISTINCT "shop" FROM "Webhook"`);
const left = rows.map(({ shop }) => shop);
const lane = async () => {
  for (let shop = left.pop(); shop; shop = left.pop()) await sync(shop);
};
await Promise.all(Array.from({ length: shopsAtOnce }, lane));
