import { beforeAll, describe, expect, it } from "vitest";
import { returnTopics } from "#app/shopify/webhooks/return-payload.ts";
import { orderPayload } from "#test/simulator/shopify/order-payloads.ts";
import { payloadText } from "#test/simulator/shopify/payload.ts";
import { type Refundable, refundableOrder } from "#test/simulator/shopify/refundable-order.ts";
import { scopesWebhook, uninstalledWebhook } from "#test/simulator/shopify/shop-payloads.ts";
import { sendWebhook, webhookOf } from "#test/simulator/shopify/webhook.ts";
import { ask, sessionToken } from "./admin-client.ts";
import { eventually } from "./client.ts";
import { openWorld } from "./open-world.ts";
import { buyRefundable } from "./refund-shop.ts";

const domain = "returns.myshopify.com";
const { world, client } = await openWorld();
const { pool } = client;
const shop = world.shopify.shop(domain);
let nextId = 5_800_000_000n;

const usual = ["read_orders", "read_fulfillments", "read_customers", "read_products"];
const names = returnTopics.map((topic) => topic.toUpperCase().replace("/", "_")).sort();

beforeAll(async () => {
  shop.scopes = new Set([...usual, "write_orders"]);
  await ask(world, "/app.data", { token: sessionToken(world, domain) });
  await client.connect(domain);
});

function shipped(given: Refundable = {}) {
  nextId += 1n;
  return buyRefundable(client, shop, domain, [nextId, given]);
}

/** The merchant grants scopes, or takes them back. */
async function grant(scopes: string[]): Promise<void> {
  shop.scopes = new Set(scopes);
  const webhook = scopesWebhook(domain, scopes, Date.now());
  await sendWebhook(world.appUrl, webhook, world.apiSecret, "/webhooks/app/scopes_update");
}

/** Sends what the shop's subscriptions are to be told of. */
async function deliver(): Promise<void> {
  await shop.subscriptions.deliver((webhook, path) =>
    sendWebhook(world.appUrl, webhook, world.apiSecret, path),
  );
}

async function page(id: string) {
  const { text } = await ask(world, `/app/orders/${id}.data`, {
    token: sessionToken(world, domain),
  });
  return text;
}

/** Those that were read and are under way. */
async function returnsOf(id: string) {
  const { rows } = await pool.query(
    `SELECT "status", "units", "isExchange" FROM "OrderReturn"
      WHERE "shop" = $1 AND "orderId" = $2 AND "status" IS NOT NULL`,
    [domain, id],
  );
  return rows;
}

async function lookNow(): Promise<void> {
  await pool.query(`UPDATE "Shop" SET "returnsLookAt" = now() WHERE "domain" = $1`, [domain]);
  await eventually("it was looked", async () => {
    const { rows } = await pool.query(
      `SELECT "returnsLookAt" > now() + interval '1 hour' AS "done" FROM "Shop" WHERE "domain" = $1`,
      [domain],
    );
    return rows[0].done === true;
  });
}

const subscribed = () => shop.subscriptions.all.map(({ topic }) => topic).sort();

describe("without the scope", () => {
  it("nothing is subscribed to, nor asked for", async () => {
    const { order, product } = await shipped();
    shop.returns.request(order, [{ line: product, quantity: 1 }]);
    expect(subscribed()).toEqual([]);
    expect(shop.asked.filter(({ query }) => /eturn/.test(query))).toEqual([]);
  });
});

describe("with the scope", () => {
  beforeAll(async () => {
    await grant([...usual, "write_orders", "read_returns"]);
    await eventually("it is subscribed", () => subscribed().length === names.length);
  });

  it("the shop is subscribed to every topic of returns, once, at the door that takes them", async () => {
    expect(subscribed()).toEqual(names);
    expect(new Set(shop.subscriptions.all.map(({ uri }) => new URL(uri).pathname))).toEqual(
      new Set(["/webhooks/returns"]),
    );
    await lookNow();
    expect(subscribed()).toEqual(names);
  });

  it("a return that was open before is found", async () => {
    const { order, id, product } = await shipped();
    const units = [{ line: product, quantity: 1 }];
    order.returns = [
      { id: 81n, status: "OPEN", isExchange: false, refundIds: [], units },
      { id: 80n, status: "CLOSED", isExchange: false, refundIds: [], units },
    ];
    order.returnStatus = "IN_PROGRESS";
    shop.orders.put(order);
    await lookNow();
    await eventually("it is read", async () => (await returnsOf(id)).length === 1);
    expect(await returnsOf(id)).toMatchObject([
      { status: "OPEN", units: [{ lineItemId: String(product.id), units: 1 }] },
    ]);
  });

  it("one that is asked for is shown with its plan, until it is over", async () => {
    const { order, id, product } = await shipped({ units: 2 });
    const one = shop.returns.request(order, [{ line: product, quantity: 2 }], true);
    await deliver();
    await eventually("it is read", async () => (await returnsOf(id))[0]?.status === "REQUESTED");
    expect(await page(id)).toContain("REQUESTED");
    expect(await client.order(domain, id)).toMatchObject({ refundUnits: 0 });
    shop.returns.approve(order, one);
    shop.returns.remove(order, one, [{ line: product, quantity: 1 }]);
    await deliver();
    await eventually("it is open", async () => {
      const [row] = await returnsOf(id);
      return row?.status === "OPEN" && row.units[0]?.units === 1;
    });
    expect(await returnsOf(id)).toMatchObject([{ isExchange: true }]);
    shop.returns.close(order, one);
    await deliver();
    await eventually("it is over", async () => (await returnsOf(id)).length === 0);
    const { rows } = await pool.query(
      `SELECT "detail"->>'step' AS "step", "detail"->>'title' AS "title" FROM "TimelineEvent"
        WHERE "shop" = $1 AND "orderId" = $2 AND "kind" = 'refund' ORDER BY "at"`,
      [domain, id],
    );
    expect(rows).toEqual([
      { step: "return_requested", title: product.title },
      { step: "return_open", title: product.title },
      { step: "return_over", title: product.title },
    ]);
  });

  it("one that cannot be read is shown as such until it is, and not tried for ever", async () => {
    const { order, id, product } = await shipped();
    shop.faults.plan({ kind: "status", status: 403 }, { of: "query OneReturn", times: 2 });
    shop.returns.request(order, [{ line: product, quantity: 1 }]);
    await deliver();
    const kept = async () => {
      const { rows } = await pool.query(
        `SELECT "words", "tries", "dueAt" FROM "OrderReturn" WHERE "shop" = $1 AND "orderId" = $2`,
        [domain, id],
      );
      return rows[0];
    };
    const dueWith = (tries: number) =>
      pool.query(
        `UPDATE "OrderReturn" SET "dueAt" = now(), "tries" = $3 WHERE "shop" = $1 AND "orderId" = $2`,
        [domain, id, tries],
      );
    await eventually("it is said", async () => (await kept())?.words !== null);
    const { words, dueAt } = await kept();
    expect(words).not.toBe("");
    expect(dueAt).toBeInstanceOf(Date);
    expect(await page(id)).toContain(words);
    await dueWith(12);
    await eventually("it is given up until there is news", async () => {
      return (await kept())?.tries === 13 && (await kept()).dueAt === null;
    });
    await dueWith(0);
    await eventually("it is read", async () => (await returnsOf(id)).length === 1);
    expect(await kept()).toMatchObject({ words: null });
  });

  it("that it is over is told once, also where more news come while it is read", async () => {
    const { order, id, product } = await shipped();
    const one = shop.returns.request(order, [{ line: product, quantity: 1 }]);
    await deliver();
    await eventually("it is read", async () => (await returnsOf(id)).length === 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    shop.faults.plan({ kind: "held", until: promise }, { of: "query OneReturn" });
    shop.returns.close(order, one);
    await deliver();
    await eventually("it is being read", () => shop.faults.areOver);
    shop.returns.remove(order, one, []);
    await deliver();
    resolve();
    await eventually("it is over", async () => (await returnsOf(id)).length === 0);
    const { rows } = await pool.query(
      `SELECT "detail"->>'step' AS "step" FROM "TimelineEvent"
        WHERE "shop" = $1 AND "orderId" = $2 AND "kind" = 'refund' ORDER BY "at"`,
      [domain, id],
    );
    expect(rows.map(({ step }) => step)).toEqual(["return_requested", "return_over"]);
  });

  it("nothing is kept of a return of an order without a plan, or of another shop's", async () => {
    nextId += 1n;
    const order = refundableOrder(nextId);
    order.lines.pop();
    shop.orders.put(order);
    await client.send([webhookOf(domain, "orders/create", payloadText(orderPayload(order)), 1)]);
    await client.quiet(domain);
    const [line] = order.lines;
    if (!line) throw new Error("no line");
    shop.returns.request(order, [{ line, quantity: 1 }]);
    await deliver();
    const gid = "gid://shopify/Return/123";
    const body = { admin_graphql_api_id: gid, status: "open", order: { id: 99 } };
    const webhook = webhookOf("unknown.myshopify.com", "returns/approve", body, Date.now());
    expect(await sendWebhook(world.appUrl, webhook, world.apiSecret, "/webhooks/returns")).toBe(
      200,
    );
    const { rows } = await pool.query(
      `SELECT * FROM "OrderReturn" WHERE "orderId" = $1 OR "orderId" IS NULL`,
      [String(order.id)],
    );
    expect(rows).toEqual([]);
  });

  it("holds a refund by itself back, also one that is planned, and lets it go when it is over", async () => {
    await pool.query(
      `UPDATE "Shop" SET "refundsAlone" = true, "refundsAloneSince" = now() - interval '1 hour',
              "refundWaitHours" = 24 WHERE "domain" = $1`,
      [domain],
    );
    const { order, id, product, planLineId, tell } = await shipped({ units: 1 });
    order.updatedAt += 60_000;
    order.refunds.push({
      ...{ id: order.id + 900n, createdAt: order.updatedAt },
      units: [{ line: product, quantity: 1, restockType: "RETURN" }],
    });
    await tell("orders/updated");
    const states = async () => {
      const { rows } = await pool.query(
        `SELECT "state", "problem" FROM "PlanRefund" WHERE "shop" = $1 AND "orderId" = $2
          ORDER BY "createdAt"`,
        [domain, id],
      );
      return rows.map(({ state, problem }) => `${state} ${problem ?? ""}`.trim());
    };
    await eventually("it is planned", async () => (await states()).includes("planned"));
    const one = shop.returns.request(order, [{ line: product, quantity: 1 }]);
    shop.returns.approve(order, one);
    await deliver();
    await eventually("it waits", async () => {
      const { rows } = await pool.query(
        `SELECT "refundWhyNot" FROM "Order" WHERE "shop" = $1 AND "id" = $2`,
        [domain, id],
      );
      return rows[0].refundWhyNot[planLineId]?.includes("return_open") === true;
    });
    expect(await states()).toEqual(["dropped return_open"]);
    shop.returns.close(order, one);
    await deliver();
    await eventually("it is planned again", async () => (await states()).includes("planned"));
    expect(await states()).toEqual(["dropped return_open", "planned"]);
  });

  it("a return that Shopify does not tell of for a while is read again and again", async () => {
    const { order, id, product } = await shipped();
    shop.faults.plan({ kind: "status", status: 500 }, { of: "query OneReturn", times: 3 });
    shop.returns.request(order, [{ line: product, quantity: 1 }]);
    await deliver();
    await eventually("it is read", async () => {
      await pool.query(
        `UPDATE "OrderReturn" SET "dueAt" = now() WHERE "shop" = $1 AND "dueAt" > now()`,
        [domain],
      );
      return (await returnsOf(id)).length === 1;
    });
  });

  it("subscriptions that Shopify deleted are made again, and what was missed is found", async () => {
    const { order, id, product } = await shipped();
    shop.returns.request(order, [{ line: product, quantity: 1 }]);
    await shop.subscriptions.deliver(async () => 503);
    expect(subscribed()).not.toContain("RETURNS_REQUEST");
    expect(await returnsOf(id)).toEqual([]);
    await lookNow();
    expect(subscribed()).toEqual(names);
    await eventually("it is read", async () => (await returnsOf(id)).length === 1);
  });

  it("that cannot be read are told of, looked for ever more rarely, and forgiven", async () => {
    const { id } = await shipped();
    const known = async () => {
      const { rows } = await pool.query(
        `SELECT "failing" -> 'returns' AS "failing",
                extract(epoch FROM "returnsLookAt" - now())::int AS "restsS" FROM "Shop"
          WHERE "domain" = $1`,
        [domain],
      );
      return rows[0];
    };
    const home = async () =>
      (await ask(world, "/app.data", { token: sessionToken(world, domain) })).text;
    const failAgain = async (failures: number) => {
      await pool.query(`UPDATE "Shop" SET "returnsLookAt" = now() WHERE "domain" = $1`, [domain]);
      await eventually("it fails", async () => (await known()).failing?.failures === failures);
      await eventually("it rests", async () => (await known()).restsS > 500);
    };
    // the scope is gone, and no webhook told of it
    shop.scopes.delete("read_returns");
    await failAgain(1);
    await failAgain(2);
    expect(await home()).not.toContain("returns_unseen");
    await failAgain(3);
    expect((await known()).failing.reason).toContain("ACCESS_DENIED");
    expect(await home()).toContain("returns_unseen");
    expect(await page(id)).toContain("ACCESS_DENIED");
    await pool.query(
      `UPDATE "Shop" SET "failing" = jsonb_set("failing", '{returns,failures}', '9') WHERE "domain" = $1`,
      [domain],
    );
    await failAgain(10);
    expect((await known()).restsS).toBeGreaterThan(8 * 3600);
    shop.scopes.add("read_returns");
    // one topic is refused: what is open is known all the same, and it is said
    const { id: gone = "" } =
      shop.subscriptions.all.find(({ topic }) => topic === "RETURNS_REQUEST") ?? {};
    shop.subscriptions.delete(gone);
    shop.subscriptions.refused.add("RETURNS_REQUEST");
    const { order, product, id: other } = await shipped();
    const units = [{ line: product, quantity: 1 }];
    order.returns = [{ id: 83n, status: "OPEN", isExchange: false, refundIds: [], units }];
    order.returnStatus = "IN_PROGRESS";
    shop.orders.put(order);
    await failAgain(11);
    expect((await known()).failing.reason).toContain(
      "It refused RETURNS_REQUEST: Invalid topic specified.",
    );
    await eventually("it is read", async () => (await returnsOf(other)).length === 1);
    shop.subscriptions.refused.clear();
    await lookNow();
    await eventually("it is over", async () => (await known()).failing === null);
    expect(await home()).not.toContain("returns_unseen");
    expect(await page(id)).not.toContain("ACCESS_DENIED");
  });

  it("takes the subscriptions back when the scope goes, and forgets the returns", async () => {
    await grant([...usual, "write_orders"]);
    await eventually("they are gone", () => subscribed().length === 0);
    await eventually("the returns, too", async () => {
      const { rows } = await pool.query(`SELECT 1 FROM "OrderReturn" WHERE "shop" = $1`, [domain]);
      return rows.length === 0;
    });
  });

  it("that could not be read are nobody's trouble any more when the app is uninstalled", async () => {
    const failing = { failures: 4, since: 1, reason: "x", until: 2 };
    await pool.query(`UPDATE "Shop" SET "failing" = $2 WHERE "domain" = $1`, [
      domain,
      { returns: failing, poll: failing },
    ]);
    const webhook = uninstalledWebhook(domain, Date.now());
    await sendWebhook(world.appUrl, webhook, world.apiSecret, "/webhooks/app/uninstalled");
    await eventually("it is forgotten", async () => {
      const { rows } = await pool.query(`SELECT "failing" FROM "Shop" WHERE "domain" = $1`, [
        domain,
      ]);
      return String(Object.keys(rows[0].failing)) === "poll";
    });
  });
});
