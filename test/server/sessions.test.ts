import { request } from "undici";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AdminError } from "#app/shopify/access/admin-api.ts";
import { createSessionKeeper } from "#app/shops/shop-session.ts";
import { orderMoments } from "#test/simulator/shopify/order-life.ts";
import type { SimulatedShop } from "#test/simulator/shopify/shop.ts";
import { eventually } from "./client.ts";
import { openApp } from "./open-app.ts";
import { openWorld } from "./open-world.ts";

// what could not be read would be read again long after a test gave up
const { world, client } = await openWorld({ WAIT_FOR_ORDER_MS: "50", READ_RETRY_MS: "3600000" });
let domain: string;
let shop: SimulatedShop;
let shops = 0;

beforeAll(async () => {
  // the sessions are also kept from within this process, beside the app's
  process.env.SIMULATED_SHOPIFY_URL = world.admin.url;
  await import("#test/simulator/redirect.ts");
});
beforeEach(async () => {
  shops += 1;
  domain = `session-${shops}.myshopify.com`;
  shop = world.shopify.shop(domain);
  await openApp(world, domain);
  await client.connect(domain);
});

/** Sends the fulfillment of an order whose own webhooks are lost: it has to be read. */
async function loseOrder(seed: number): Promise<string> {
  for (let tried = seed * 100; ; tried += 1) {
    const manner = { shop: domain, currency: "EUR", bigIds: true };
    const moments = orderMoments(manner, tried, Date.now() - 3_600_000);
    const shipped = moments.find(({ webhook }) => webhook.topic === "fulfillments/create");
    const isProtected = moments[0]?.order.lines.some(({ isPlan }) => isPlan);
    if (!shipped || !isProtected || shipped.order.isTest) continue;
    shop.orders.put(shipped.order);
    await client.send([shipped.webhook]);
    return String(shipped.order.id);
  }
}

const isSent = (id: string) => async () => (await client.order(domain, id)).status === "sent";
const given = () => world.admin.given.filter((token) => token.shop === domain).length;
const isInTime = (hours: number) =>
  client.pool.query(
    `UPDATE "Session" SET "expires" = now() + $2 * interval '1 hour' WHERE "shop" = $1`,
    [domain, hours],
  );
async function session(): Promise<Record<string, unknown>> {
  const { rows } = await client.pool.query(`SELECT * FROM "Session" WHERE "shop" = $1`, [domain]);
  return rows[0] ?? {};
}
const keeper = () =>
  createSessionKeeper(client.pool, { apiKey: world.apiKey, apiSecret: world.apiSecret });

describe("an offline token that has ended", () => {
  it("by its time is renewed before the Admin API is asked", async () => {
    world.shopify.tokens.expire(domain);
    await isInTime(-1);
    const id = await loseOrder(1);
    await eventually("the order is read and sent", isSent(id));
    expect(given()).toBe(2);
    expect(shop.asked.some(({ query }) => query.includes("OrderToSync"))).toBe(true);
  });

  it("before its time is renewed when it is refused", async () => {
    world.shopify.tokens.expire(domain);
    const id = await loseOrder(2);
    await eventually("the order is read and sent", isSent(id));
    expect(given()).toBe(2);
  });

  it("is renewed once by all processes, and what they get works", async () => {
    await isInTime(-1);
    shop.faults.plan({ kind: "slow", ms: 300 }, { of: "token" });
    await Promise.all([keeper().keep(domain), keeper().keep(domain), keeper().keep(domain)]);
    expect(given()).toBe(2);
    const id = await loseOrder(3);
    await eventually("the order is read and sent", isSent(id));
    expect(given()).toBe(2);
  });

  it("is renewed again where the answer was lost", async () => {
    await isInTime(-1);
    shop.faults.plan({ kind: "answer_lost" }, { of: "token" });
    const lost = await keeper()
      .keep(domain)
      .catch((error: unknown) => error);
    expect(lost).toMatchObject({ refusal: { kind: "unavailable" } });
    await keeper().keep(domain);
    const id = await loseOrder(4);
    await eventually("the order is read and sent", isSent(id));
  });

  it("is used to its end while no new one can be had", async () => {
    await isInTime(0.1);
    shop.faults.plan({ kind: "status", status: 520 }, { of: "token", times: 5 });
    const id = await loseOrder(5);
    await eventually("the order is read and sent", isSent(id));
    expect(given()).toBe(1);
    await isInTime(-0.1);
    await expect(keeper().keep(domain)).rejects.toBeInstanceOf(AdminError);
    shop.faults.clear();
  });
});

describe("access that was taken away", () => {
  it("makes the order wait with the reason, and the next visit to the app mends it", async () => {
    world.shopify.tokens.revoke(domain);
    await isInTime(-1);
    const id = await loseOrder(6);
    await eventually("the order says why it waits", async () => {
      const { reasonCode } = await client.order(domain, id);
      return reasonCode === "no_session";
    });
    expect(await session()).toMatchObject({ accessToken: "", refreshToken: null });
    expect((await request(`${world.appUrl}/readyz`)).statusCode).toBe(200);

    await openApp(world, domain);
    expect(given()).toBe(2);
    await eventually("the order is read and sent", isSent(id));
  });

  it("is not brought back by a renewal that was under way while the app was uninstalled", async () => {
    await isInTime(-1);
    shop.faults.plan({ kind: "slow", ms: 500 }, { of: "token" });
    const keeping = keeper().keep(domain);
    await eventually("Shopify is asked", () => shop.faults.areOver);
    await client.pool.query(`DELETE FROM "Session" WHERE "shop" = $1`, [domain]);
    await keeping;
    expect(await session()).toEqual({});
  });
});
