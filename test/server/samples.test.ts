import { beforeAll, describe, expect, it } from "vitest";
import type { OrderTopic } from "#app/shopify/webhooks/webhook-payload.ts";
import { orderTopics } from "#app/shopify/webhooks/webhook-payload.ts";
import { type Payload, samplePayload } from "#test/simulator/shopify/payload.ts";
import { webhookOf } from "#test/simulator/shopify/webhook.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { previewHere } from "./ops.ts";

type Line = {
  id: number;
  variant_id: number | null;
  quantity: number;
  title: string;
  price: string;
};

/** A line of a fulfillment, or of a refund, which names it. */
type Part = { id: number; line_item_id?: number; quantity: number };

const shop = "samples.myshopify.com";
const { world, client } = await openWorld();

beforeAll(async () => {
  await client.connect(shop);
  await client.pool.query(`UPDATE "Shop" SET "share" = 'all' WHERE "domain" = $1`, [shop]);
});

/** Shopify's own samples, under an id of their own for each topic. */
function sample(topic: OrderTopic) {
  const id = 4_000_000 + orderTopics.indexOf(topic);
  const key = topic.startsWith("orders/") ? "id" : "order_id";
  // the sample's fulfillment is pending: nothing is shipped yet
  const shipped = topic.startsWith("fulfillments/") && { status: "success" };
  return { id: String(id), payload: { ...samplePayload(topic), ...shipped, [key]: id } as Payload };
}

describe("Shopify's sample payloads", () => {
  const whole = orderTopics.filter(
    (topic) => topic.startsWith("orders/") && topic !== "orders/delete",
  );
  it.each(whole)(
    "%s reaches the feed without a wrong field, and preview says the same",
    async (topic) => {
      const { id, payload } = sample(topic);
      await client.send([webhookOf(shop, topic, payload, Date.now())]);
      await eventually("it is sent", () => world.hakuna.last(id) !== null);
      const order = world.hakuna.last(id);
      const lines = (payload as unknown as { line_items: Line[] }).line_items;
      const cancelled = "cancelled_at" in payload && payload.cancelled_at !== null;
      expect(order).toMatchObject({
        status: cancelled ? "cancelled" : "placed",
        placed_at: Date.parse(String((payload as { created_at: string }).created_at)),
      });
      expect(order?.line_items).toHaveLength(lines.length);
      for (const line of lines) {
        const sent = order?.line_items.find((one) => one.id === String(line.id));
        expect(sent).toMatchObject({
          quantity: line.quantity,
          product_data: {
            title: line.title,
            price: { amount: Math.round(Number(line.price) * 100) },
          },
        });
      }
      const args = ["--topic", topic, "--country", "de"];
      const { stdout } = await previewHere(JSON.stringify(payload), ...args);
      expect(JSON.parse(stdout).feedOrder).toEqual(order);
    },
  );

  it.each(orderTopics.filter((topic) => !topic.startsWith("orders/")))(
    "%s waits for its order, and reaches the feed with it",
    async (topic) => {
      const { id, payload } = sample(topic);
      await client.send([webhookOf(shop, topic, payload, Date.now())]);
      await eventually("it waits", async () => (await client.order(shop, id)).status === "waiting");
      const { rows } = await client.pool.query(
        `SELECT count(*)::int AS count FROM "InboxWebhook" WHERE "quarantinedAt" IS NOT NULL`,
      );
      expect(rows[0].count).toBe(0);

      const order = { ...samplePayload("orders/create"), id: Number(id) };
      await client.send([webhookOf(shop, "orders/create", order, Date.now())]);
      await eventually("it is sent", () => world.hakuna.last(id) !== null);
      const isRefund = topic.startsWith("refunds/");
      const units = isRefund ? payload.refund_line_items : payload.line_items;
      const expected = (units as Part[]).map(({ line_item_id, id: lineId, quantity }) => ({
        id: String(line_item_id ?? lineId),
        quantity,
        [isRefund ? "refunded_at" : "fulfilled_at"]: Date.parse(String(payload.created_at)),
      }));
      const told = world.hakuna
        .last(id)
        ?.line_items.flatMap((line) =>
          [...line.fulfillments, ...line.refunds].map((part) => ({ id: line.id, ...part })),
        );
      const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
      expect(told?.sort(byId)).toEqual(expected.sort(byId));
      expect(expected.length).toBeGreaterThan(0);
    },
  );
});

it("an order with a fulfillment of a status that nobody knows goes on, and the log says so once", async () => {
  const { payload } = sample("orders/cancelled");
  const [line] = payload.line_items as { id: number }[];
  const odd = {
    ...{ id: 77, status: "teleported", created_at: "2026-11-24T10:00:00Z" },
    line_items: [{ id: line?.id, quantity: 1 }],
  };
  const ids = [4_100_001, 4_100_002];
  for (const id of ids) {
    const order = { ...payload, id, fulfillments: [odd] };
    await client.send([webhookOf(shop, "orders/cancelled", order, Date.now())]);
  }
  await eventually("both are sent", () => ids.every((id) => world.hakuna.last(String(id))));
  for (const id of ids) {
    const told = world.hakuna.last(String(id));
    expect(told?.status).toBe("cancelled");
    expect(told?.line_items.flatMap(({ fulfillments }) => fulfillments)).toEqual([]);
  }
  const lines = world.app().output().split("\n");
  expect(lines.filter((one) => one.includes("teleported"))).toEqual([
    expect.stringContaining(`"field":"fulfillment.status","word":"teleported"`),
  ]);
});
