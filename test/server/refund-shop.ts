import type { FeedOrder } from "#app/order/feed-order.ts";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { type Refundable, refundableOrder } from "#test/simulator/shopify/refundable-order.ts";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import type { SimulatedRefund } from "#test/simulator/shopify/simulated-order.ts";
import { webhookOf } from "#test/simulator/shopify/webhook.ts";
import { ask, sessionToken } from "./admin-client.ts";
import type { Client } from "./client.ts";
import { openWorld } from "./open-world.ts";

type Answer = { result?: string; state?: string; problem?: string; words?: string };

/** An order that was bought in a shop, taken in by the app; `tell` sends it as it is by then. */
export async function buyRefundable(
  client: Pick<Client, "send" | "quiet">,
  shop: Pick<SimulatedShop, "orders">,
  domain: string,
  [orderId, given]: Parameters<typeof refundableOrder>,
) {
  const order = refundableOrder(orderId, given);
  const [product, plan] = order.lines;
  if (!product || !plan) throw new Error("no lines");
  const tell = async (topic: string) => {
    shop.orders.put(order, order.updatedAt);
    const text = payloadText(orderPayload(order));
    await client.send([webhookOf(domain, topic, text, order.updatedAt)]);
    await client.quiet(domain);
  };
  await tell("orders/create");
  return { order, id: String(order.id), product, plan, planLineId: String(plan.id), tell };
}

/**
 * A connected shop that has let the app refund, and what tests of refunds do in it. To be awaited
 * where a file begins.
 *
 * @param firstId of its orders
 * @param env added to the app's environment
 */
export async function openRefundShop(
  domain: string,
  firstId: bigint,
  env: Record<string, string> = {},
) {
  const { world, client } = await openWorld(env);
  const { pool } = client;
  const shop = world.shopify.shop(domain);
  let nextId = firstId;

  const allScopes = ["read_orders", "read_fulfillments", "read_customers", "read_products"];
  shop.scopes = new Set([...allScopes, "write_orders"]);
  await ask(world, "/app.data", { token: sessionToken(world, domain) });
  await client.connect(domain);

  /** Lets the webhooks that the shop has to send arrive, and the sync have done with them. */
  async function deliver(): Promise<void> {
    await client.send(shop.takeWebhooks());
    await client.quiet(domain);
  }

  /** An order whose product was refunded and restocked; its plan was not. */
  async function productGone(given: Refundable = {}, back: Partial<SimulatedRefund> = {}) {
    nextId += 1n;
    const bought = await buyRefundable(client, shop, domain, [nextId, given]);
    const { order, product, tell } = bought;
    order.updatedAt += 60_000;
    order.refunds.push({
      ...{ id: order.id + 900n, createdAt: order.updatedAt },
      units: [{ line: product, quantity: 1, restockType: "RETURN" }],
      ...back,
    });
    await tell("orders/updated");
    return bought;
  }

  async function post(id: string, body: object, claims = {}, shopDomain = domain): Promise<Answer> {
    const token = sessionToken(world, shopDomain, { claims });
    const { text } = await ask(world, `/app/refunds/${id}`, { token, body });
    return JSON.parse(text) as Answer;
  }

  type Gone = Awaited<ReturnType<typeof productGone>>;

  function refund({ id, planLineId }: Gone, more: object = {}, claims = {}): Promise<Answer> {
    const asked = { action: "refund", planLineId, units: 1, left: 1, notify: true };
    return post(id, { ...asked, amount: 1200, currency: "EUR", ...more }, claims);
  }

  async function rowsOf({ id }: { id: string }) {
    const { rows } = await pool.query(
      `SELECT * FROM "PlanRefund" WHERE "shop" = $1 AND "orderId" = $2 ORDER BY "createdAt"`,
      [domain, id],
    );
    return rows;
  }

  const stateOf = async (order: { id: string }) => (await rowsOf(order)).map(({ state }) => state);

  /** The refunded units of the plan, as Hakuna has them. */
  function atHakuna({ id, planLineId }: Gone): number {
    const order = world.hakuna.last(id) as FeedOrder | undefined;
    const plan = order?.line_items.find((line) => line.id === planLineId);
    return plan?.refunds.reduce((total, { quantity }) => total + quantity, 0) ?? -1;
  }

  /** As time goes by for a refund that was asked for. */
  async function age({ id }: { id: string }, minutes: number): Promise<void> {
    await pool.query(
      `UPDATE "PlanRefund" SET "askedAt" = "askedAt" - $3 * interval '1 minute',
              "calledAt" = "calledAt" - $3 * interval '1 minute', "dueAt" = now()
      WHERE "shop" = $1 AND "orderId" = $2`,
      [domain, id, minutes],
    );
  }

  /** The time of all that waits has come. */
  async function due({ id }: { id: string }): Promise<void> {
    await pool.query(
      `UPDATE "PlanRefund" SET "dueAt" = now() WHERE "shop" = $1 AND "orderId" = $2 AND "endedAt" IS NULL`,
      [domain, id],
    );
  }

  /** The shop's setting: plans go by themselves, or do not. */
  async function set(on: boolean, hours = 24): Promise<void> {
    await pool.query(
      `UPDATE "Shop" SET "refundsAlone" = $2, "refundsAloneSince" = now() - interval '1 second',
              "refundWaitHours" = $3 WHERE "domain" = $1`,
      [domain, on, hours],
    );
  }

  return {
    ...{ domain, world, client, pool, shop, allScopes, deliver, productGone, post, refund, rowsOf },
    ...{ stateOf, atHakuna, age, due, set },
  };
}
