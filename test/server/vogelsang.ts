import { randomUUID } from "node:crypto";
import type pg from "pg";
import { orderMoments } from "#test/simulator/shopify/order-life.ts";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { privacyPayload } from "#test/simulator/shopify/shop-payloads.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import { type Webhook, webhookOf } from "#test/simulator/shopify/webhook.ts";

/** A customer whose every trace bears her name. */
export const vogelsang = { id: "7700001", trace: /vogelsang/i };

const address = {
  ...{ first_name: "Ottilie", last_name: "Vogelsang", name: "Ottilie Vogelsang" },
  ...{ phone: "vogelsang-phone", address1: "Vogelsangweg 1", address2: "c/o Vogelsang" },
  ...{ city: "Vogelsangen", zip: "vogelsang-zip", company: "Vogelsang AG" },
  ...{ country: "Germany", country_code: "DE", province: "Vogelsang", province_code: null },
};
const email = "ottilie@vogelsang.example";
const customer = {
  ...{ id: BigInt(vogelsang.id), first: address.first_name, last: address.last_name },
  ...{ street: address.address1, more: address.address2, city: address.city, zip: address.zip },
  ...{ country: address.country_code, email, phone: address.phone },
};

/** What a test says of an order besides its id. Times are epoch milliseconds. */
export type Changes = Record<string, unknown> & { updatedAt?: number };

/** An order of hers: as its webhooks tell of it, and as the shop has it. */
export type HerOrder = {
  id: string;
  lineIds: number[];
  webhook(topic: string, changes?: Changes): Webhook;
  /** to be put into the simulated shop */
  order(changes?: Partial<SimulatedOrder>): SimulatedOrder;
};

/** An order of hers with a protection plan, or without. */
export function orderOf(
  shop: string,
  id: number,
  { isProtected = true }: { isProtected?: boolean } = {},
): HerOrder {
  const sought = isProtected ? /_hakuna_plan_id/ : /^(?!.*hakuna)/i;
  const found = lives(shop).find(({ lines }) => sought.test(payloadText({ lines })));
  if (!found) throw new Error("no such order");
  const hers: SimulatedOrder = { ...found, id: BigInt(id), number: id, customer };
  const payload: Order = JSON.parse(payloadText(orderPayload(hers)));
  const told = {
    ...payload,
    ...{ email, contact_email: email, phone: "vogelsang-phone" },
    ...{ note: "for Vogelsang", note_attributes: [{ name: "name", value: "Vogelsang" }] },
    customer: { id: Number(vogelsang.id), ...address, email, default_address: address },
    billing_address: address,
    shipping_address: address,
    line_items: payload.line_items.map((line) => ({
      ...line,
      properties: [...line.properties, { name: "engraving", value: "Vogelsang" }],
    })),
  };
  return {
    id: String(id),
    lineIds: payload.line_items.map((line) => line.id),
    order: (changes = {}) => ({ ...hers, ...changes }),
    webhook(topic, { updatedAt, ...changes } = {}) {
      const at = updatedAt ?? Date.parse(payload.updated_at);
      const updated_at = new Date(at).toISOString();
      return webhookOf(shop, topic, { ...told, updated_at, ...changes }, at);
    },
  };
}

/** New orders of hers that differ in their ids: to make each anew takes longer than to send it. */
export function ordersAlike(shop: string, firstId: number): () => { id: string; webhook: Webhook } {
  const template = orderOf(shop, firstId).webhook("orders/create");
  let nextId = firstId;
  return () => {
    nextId += 1;
    const id = String(nextId);
    const body = template.body.replaceAll(String(firstId), id);
    return { id, webhook: { ...template, body, webhookId: randomUUID() } };
  };
}

type Order = {
  updated_at: string;
  line_items: { id: number; properties: object[] }[];
};

/** Orders as they were bought, of the hour before now, paid and not tests. */
function lives(shop: string): SimulatedOrder[] {
  const manner = { shop, currency: "EUR", bigIds: false };
  return Array.from({ length: 100 }, (_, seed) => {
    const [bought] = orderMoments(manner, seed, Date.now() - 3_600_000);
    return bought ? [{ ...bought.order, isTest: false, financialStatus: "paid" as const }] : [];
  }).flat();
}

/** A refund of one unit of a line, as refunds/create tells of it. */
export function refundOf(orderId: string, lineId: number, at: number) {
  const time = new Date(at).toISOString();
  return {
    ...{ id: Number(orderId) * 10 + 1, order_id: Number(orderId), created_at: time },
    ...{ processed_at: time, note: "Vogelsang" },
    refund_line_items: [{ id: 1, line_item_id: lineId, quantity: 1 }],
  };
}

/** customers/redact and customers/data_request as Shopify sends them. */
export function privacyWebhook(shop: string, topic: string, orders: readonly string[]): Webhook {
  const ids = orders.map(Number);
  const body = privacyPayload(topic, shop, {
    customer: { id: Number(vogelsang.id), email, phone: "vogelsang-phone" },
    ...(topic === "customers/redact" && { orders_to_redact: ids }),
    ...(topic === "customers/data_request" && { orders_requested: ids, data_request: { id: 9 } }),
  });
  return webhookOf(shop, topic, body, Date.now());
}

/** Every row of every table as text, payloads in clear. */
export async function dump(pool: pg.Pool): Promise<string> {
  const tables = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_schema IN ('public', 'pgboss') AND table_type = 'BASE TABLE'`,
  );
  const texts = await Promise.all(
    tables.rows.map(async ({ name }) => {
      const { rows } = await pool.query(`SELECT to_jsonb(t)::text AS row FROM ${name} t`);
      return rows.map(({ row }) => `${name} ${row}`);
    }),
  );
  return texts
    .flat()
    .join("\n")
    .replace(/\\\\x([0-9a-f]+)/g, (_all, hex) => Buffer.from(hex, "hex").toString());
}

/** Whether the counters say what the orders are. */
export async function isCounted(pool: pg.Pool, shop: string): Promise<boolean> {
  const { rows } = await pool.query(
    `SELECT 1 FROM (SELECT "status", count(*) AS c, count(*) FILTER (WHERE "needsAttention") AS a,
                           count(*) FILTER (WHERE "refundUnits" > 0) AS r
                      FROM "Order" WHERE "shop" = $1 GROUP BY 1) o
       FULL JOIN (SELECT "status", "count" AS c, "attention" AS a, "refund" AS r FROM "OrderCount"
                   WHERE "shop" = $1 AND "count" <> 0) k USING ("status")
      WHERE o.c IS DISTINCT FROM k.c OR o.a IS DISTINCT FROM k.a
         OR o.r IS DISTINCT FROM k.r`,
    [shop],
  );
  return rows.length === 0;
}
