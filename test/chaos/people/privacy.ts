import { readConfig } from "#app/foundation/config.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { answerDataRequests, customerData } from "#app/privacy/data-request.ts";
import { retainShop } from "#app/privacy/retention.ts";
import { eventually } from "#test/server/client.ts";
import { customers } from "#test/simulator/shopify/catalog.ts";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { privacyPayload } from "#test/simulator/shopify/shop-payloads.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import { webhookOf } from "#test/simulator/shopify/webhook.ts";
import { whenBack } from "../troubles.ts";
import { attemptsBetween, type Desk } from "./desk.ts";
import type { Person } from "./person.ts";

/** Buyers of their own, each with a name that nobody else has. */
function buyer(desk: Desk, turn: number) {
  const [shop = ""] = desk.shop.split(".");
  const last = `Kranich-${shop}-${turn}`;
  return {
    ...customers[0],
    id: 7_800_000_000n + BigInt(turn),
    last,
    email: `${last}@mail.example`,
  };
}

function ofCustomer(desk: Desk, topic: string, order: SimulatedOrder) {
  const ids = [order.id];
  const payload = privacyPayload(topic, desk.shop, {
    customer: { id: order.customer?.id },
    ...(topic === "customers/redact" ? { orders_to_redact: ids } : { orders_requested: ids }),
  });
  return webhookOf(desk.shop, topic, payloadText(payload), Date.now());
}

/** The tables of the shop in which the words are to be found. */
async function traces(desk: Desk, words: string): Promise<string[]> {
  const found: string[] = [];
  for (const [table, row] of [
    ["Order", "to_jsonb(t)::text"],
    ["OrderDocument", "to_jsonb(t)::text"],
    ["TimelineEvent", "to_jsonb(t)::text"],
    ["Attempt", "to_jsonb(t)::text"],
    ["InboxWebhook", `encode(t."payload", 'escape')`],
  ]) {
    const rows = await desk.query(
      `SELECT 1 FROM "${table}" t WHERE t."shop" = $1 AND position($2 IN ${row}) > 0 LIMIT 1`,
      [desk.shop, words],
    );
    if (rows.length > 0) found.push(table ?? "");
  }
  return found;
}

export const redacted: Person = {
  name: "have a buyer's data erased",
  steps: ["fold", "redact"],
  async begin(desk) {
    const erased: { order: SimulatedOrder; at: Date; states: number }[] = [];
    return {
      async act(turn) {
        const order = await desk.buy({ customer: buyer(desk, turn) });
        const news = payloadText(orderPayload(order));
        await desk.reached(order);
        await desk.knock("/webhooks/privacy", ofCustomer(desk, "customers/redact", order));
        // Shopify sends an older webhook once more, as it does after hours
        const late = webhookOf(desk.shop, "orders/create", news, order.updatedAt);
        await desk.scene.deliveries.send([late]);
        await desk.folded();
        const states = desk.states(String(order.id)).length;
        erased.push({ order, at: await desk.now(), states });
      },
      async wrong() {
        const wrong: string[] = [];
        for (const { order } of erased) {
          const words = order.customer?.last ?? "";
          const tables = await traces(desk, words);
          if (tables.length > 0) wrong.push(`An erased buyer of ${desk.shop} is in ${tables}.`);
        }
        return wrong;
      },
    };
  },
};

export const dataRequested: Person = {
  name: "ask for a buyer's data",
  steps: ["fold"],
  async begin(desk) {
    const { pool } = desk.scene.client;
    const asked: { id: string; orderId: string }[] = [];
    return {
      async act(turn) {
        const order = await desk.buy({ customer: buyer(desk, turn) });
        const webhook = ofCustomer(desk, "customers/data_request", order);
        await desk.knock("/webhooks/privacy", webhook);
        // twice, as webhooks come
        await desk.knock("/webhooks/privacy", webhook);
        asked.push({ id: webhook.webhookId, orderId: String(order.id) });
        await desk.reached(order);
        const whose = { request: webhook.webhookId };
        const data = await whenBack(() => customerData(pool, desk.shop, whose));
        const known = data.orders.map((one) => one.id);
        if (String(known) !== String(order.id)) {
          throw new Error(`the data of order ${order.id} is that of ${known.join() || "none"}`);
        }
        if (!JSON.stringify(data).includes(order.customer?.last ?? "")) {
          throw new Error(`the data of order ${order.id} lacks its buyer`);
        }
        await whenBack(() => answerDataRequests(pool, desk.shop, whose));
      },
      async wrong() {
        const rows = await desk.query<{ id: string; orders: string[]; answeredAt: Date | null }>(
          `SELECT "id", "orders", "answeredAt" FROM "DataRequest" WHERE "shop" = $1`,
          [desk.shop],
        );
        const known = new Map(rows.map((row) => [row.id, row]));
        const lost = asked.filter(({ id, orderId }) => {
          const row = known.get(id);
          return row?.answeredAt == null || String(row.orders) !== orderId;
        });
        const surplus = rows.length - asked.length;
        return [
          ...lost.map(({ orderId }) => `A request for the data of order ${orderId} was lost.`),
          ...(surplus > 0 ? [`There are ${surplus} requests for data that nobody made.`] : []),
        ];
      },
    };
  },
};

export const retained: Person = {
  name: "keep data no longer than it may be kept",
  steps: ["fold", "deliver"],
  async begin(desk) {
    const { client, world } = desk.scene;
    const config = readConfig(world.env as NodeJS.ProcessEnv);
    const context = { pool: client.pool, config, log: createLog("silent"), now: Date.now };
    const documentOf = async (order: SimulatedOrder) =>
      (
        await desk.query<{ text: string }>(
          `SELECT to_jsonb(t)::text AS "text" FROM "OrderDocument" t
            WHERE "shop" = $1 AND "orderId" = $2`,
          [desk.shop, String(order.id)],
        )
      )[0]?.text ?? "";
    return {
      async act(turn) {
        const old = await desk.buy({ customer: buyer(desk, 2 * turn) });
        const young = await desk.buy({ customer: buyer(desk, 2 * turn + 1) });
        await desk.reached(old, young);
        await eventually("retention has erased the old order", async () => {
          // its time goes by; a repeat of a request that may have been lost makes it young again
          await desk.query(
            `UPDATE "Order" SET "changedAt" = "changedAt" - $3 * interval '1 millisecond'
              WHERE "shop" = $1 AND "id" = $2`,
            [desk.shop, String(old.id), config.retention.deliveredMs],
          );
          await whenBack(() => retainShop(context, desk.shop));
          return !(await documentOf(old)).includes(old.customer?.last ?? "");
        });
        if (!(await documentOf(young)).includes(young.customer?.last ?? "")) {
          throw new Error(`the young order ${young.id} was erased`);
        }
        const from = await desk.now();
        // an older webhook brings nothing back, and is no news for Hakuna
        const text = payloadText(orderPayload(old));
        await desk.scene.deliveries.send([
          webhookOf(desk.shop, "orders/create", text, old.updatedAt),
        ]);
        await desk.folded();
        if ((await documentOf(old)).includes(old.customer?.last ?? "")) {
          throw new Error(`order ${old.id} came back after its time was over`);
        }
        const sent = await attemptsBetween(desk, from, await desk.now());
        if (sent > 0 && desk.states(String(old.id)).some(({ at }) => at > from.getTime())) {
          throw new Error(`order ${old.id} was sent after its time was over`);
        }
      },
    };
  },
};
