import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { disconnect, type SaveRequest, saveSettings } from "#app/shops/settings.ts";
import { shopFacts } from "#app/shops/shop-facts.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, pool, context, hakuna, ...sync } = await syncByHand();
const { endingPool, config, connect, run, take, stored, ofShop, setShop, save } = sync;

/** Copies the shop's order 1 under many other ids, and answers how many orders there are. */
async function multiply(copies: number): Promise<number> {
  const { shop } = current;
  const { rows } = await pool.query<{ row: Record<string, unknown> }>(
    `SELECT to_jsonb(o) AS "row" FROM "Order" o WHERE "shop" = $1 AND "id" = '1'`,
    [shop],
  );
  await pool.query(
    `INSERT INTO "Order" SELECT (jsonb_populate_record(NULL::"Order",
         $2::jsonb || jsonb_build_object('id', n::text, 'name', '#' || n))).*
       FROM generate_series(2, $1::int + 1) n`,
    [copies, JSON.stringify(rows[0]?.row)],
  );
  await pool.query(
    `INSERT INTO "OrderDocument" ("shop", "orderId", "state", "lastPayload")
     SELECT d."shop", n::text, d."state" || jsonb_build_object('id', n::text), d."lastPayload"
       FROM "OrderDocument" d, generate_series(2, $1::int + 1) n
      WHERE d."shop" = $2 AND d."orderId" = '1'`,
    [copies, shop],
  );
  await pool.query(
    `UPDATE "OrderCount" SET "count" = "count" + $2 WHERE "shop" = $1 AND "count" > 0`,
    [shop, copies],
  );
  return copies + 1;
}

/** The versions of the shop's orders: each change of a row makes another. */
async function versions(): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ id: string; version: string }>(
    `SELECT "id", ctid || ' ' || xmin AS "version" FROM "Order" WHERE "shop" = $1`,
    [current.shop],
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}

/** How many orders were changed since, by each transaction that changed any. */
async function changesSince(before: Map<string, string>): Promise<number[]> {
  const changed = [...(await versions())].filter(([id, version]) => before.get(id) !== version);
  const transactions = Map.groupBy(changed, ([, version]) => version.split(" ")[1]);
  return [...transactions.values()].map(({ length }) => length);
}

const dueNow = async () => {
  const { rows } = await pool.query(
    `SELECT count(*)::int AS "count" FROM "Order" WHERE "shop" = $1 AND "dueAt" <= now()`,
    [current.shop],
  );
  return rows[0].count;
};

describe("connecting a shop with thousands of orders", () => {
  it("changes no pending order in the request; the runs make them due, some at a time", async () => {
    await setShop("paused", true);
    await take("orders/create", insured(1));
    const orders = await multiply(2_100);
    await pool.query(`UPDATE "Order" SET "dueAt" = now() + interval '1 hour' WHERE "shop" = $1`, [
      current.shop,
    ]);
    const before = await versions();
    await connect({ newAccount: true });
    await save({}, { apiKey: "sk_test_demo" });
    expect(await changesSince(before)).toEqual([]);
    await run();
    const changes = await changesSince(before);
    expect(changes.reduce((sum, count) => sum + count, 0)).toBe(orders);
    expect(Math.max(...changes)).toBeLessThanOrEqual(500);
    expect(await dueNow()).toBe(orders);
  });

  it("changes no refused order either; the runs try them anew at another account", async () => {
    hakuna.behave({ refuseOrders: ["1"] });
    await take("orders/create", insured(1));
    const orders = await multiply(1_100);
    hakuna.behave({});
    const before = await versions();
    await setShop("paused", true);
    await save(
      { environment: "production" },
      { apiKey: "sk_live_demo", sentOrders: "from_now_on" },
    );
    expect(await changesSince(before)).toEqual([]);
    await run();
    expect(Math.max(...(await changesSince(before)))).toBeLessThanOrEqual(500);
    expect(await dueNow()).toBe(orders);
    // and those that are at their turn keep it
    const due = await versions();
    await connect({ environment: "production", apiKey: "sk_live_demo" });
    await run();
    expect(await changesSince(due)).toEqual([]);
  });
});

describe("saving settings", () => {
  beforeEach(async () => {
    await run();
    expect(await ofShop("reviewAfter")).toEqual({ reviewAfter: null });
  });

  it("has no order looked at once more where nothing was changed", async () => {
    expect(await save()).toEqual({ result: "saved" });
    expect(await ofShop("reviewAfter")).toEqual({ reviewAfter: null });
    await run();
    // nor is what was asked for before forgotten
    await save({ share: "all" });
    await save({ share: "all" });
    expect(await ofShop("reviewAfter")).toEqual({ reviewAfter: "" });
  });

  it.each([
    { share: "all" },
    { sendTestOrders: true },
    { sendOlderOrders: true },
    { acceptSuggestions: true },
    { productIdentifier: "sku" },
    { country: "at" },
    { country: null },
  ] as const)("has them looked at once more with %j", async (settings) => {
    await save(settings);
    expect(await ofShop("reviewAfter", ...Object.keys(settings))).toEqual({
      ...{ reviewAfter: "", ...settings },
    });
  });

  it("never brings a key back that was replaced or forgotten while it was tried", async () => {
    const { feed } = context;
    const during = (change: () => Promise<unknown>) => {
      let times = 0;
      return {
        ...feed,
        async testConnection(to: Parameters<typeof feed.testConnection>[0]) {
          const answer = await feed.testConnection(to);
          times += 1;
          if (times === 1) await change();
          return answer;
        },
      };
    };
    hakuna.apiKeys.production.push("sk_test_demo", "sk_test_next");
    hakuna.apiKeys.sandbox.push("sk_test_next");
    context.feed = during(() => connect({ apiKey: "sk_test_next" }));
    expect(await save({ environment: "production" })).toEqual({ result: "saved" });
    expect(await ofShop("environment", "apiKeyLastFour")).toEqual({
      ...{ environment: "production", apiKeyLastFour: "next" },
    });
    context.feed = during(() => disconnect(context, current.shop));
    expect(await save({ environment: "sandbox" })).toEqual({ result: "saved" });
    expect(await ofShop("environment", "connection", "apiKeySealed")).toEqual({
      ...{ environment: "sandbox", connection: "none", apiKeySealed: null },
    });
    context.feed = feed;
  });

  it("asks about an order that Hakuna took while the key was being tried", async () => {
    const { feed } = context;
    context.feed = {
      ...feed,
      async testConnection(to) {
        const answer = await feed.testConnection(to);
        await take("orders/create", insured(3));
        return answer;
      },
    };
    const asked = await save({}, { apiKey: "sk_test_demo" });
    context.feed = feed;
    expect(asked).toEqual({ result: "ask", orders: 1, isOtherEnvironment: false });
  });
});

describe("a save that loses its database", () => {
  const shown = async () => {
    const shop = await ofShop(
      ...["environment", "share", "sendTestOrders", "country", "apiKeyLastFour", "epoch"],
      ...["keyVersion", "connection", "reviewAfter", "reviewAll", "reviewRefused"],
    );
    return { ...shop, epoch: Number(shop.epoch), order: (await stored(1)).status };
  };

  it("saves all or nothing, at whichever statement that is", async () => {
    await setShop("share", "all");
    await take("orders/create", insured(1));
    const before = await shown();
    const request: SaveRequest = {
      settings: {
        environment: "production",
        share: "protected",
        sendTestOrders: true,
        sendOlderOrders: false,
        acceptSuggestions: false,
        productIdentifier: "sku",
        country: "at",
        refunds: { alone: true, waitHours: 48, notify: false },
      },
      apiKey: "sk_live_demo",
      sentOrders: "send",
      untested: false,
    };
    let deaths = 0;
    for (;;) {
      const { pool: ending, isThrough } = endingPool(deaths + 1);
      const saving = saveSettings({ ...context, pool: ending }, current.shop, request);
      const failed = await saving.then(
        () => null,
        (error: Error) => error,
      );
      if (isThrough()) {
        expect(failed).toBeNull();
        break;
      }
      expect(failed).toBeInstanceOf(Error);
      deaths += 1;
      expect([deaths, await shown()]).toEqual([deaths, before]);
    }
    // it has a beginning, a middle and an end
    expect(deaths).toBeGreaterThan(4);
    expect(await shown()).toMatchObject({
      ...{ environment: "production", share: "protected", sendTestOrders: true, country: "at" },
      ...{ epoch: before.epoch + 1, reviewAfter: "", reviewAll: true },
    });
  });
});

describe("what Shopify says about the shop", () => {
  const url = config.DATABASE_URL ?? "";
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  afterAll(() => prisma.$disconnect());

  it("takes no country back that was saved while Shopify was asked", async () => {
    const shop = {
      ...{ id: "gid://shopify/Shop/1", ianaTimezone: "Europe/Berlin" },
      shopAddress: { countryCodeV2: "CH" },
    };
    const opened = (meanwhile: () => Promise<unknown>) =>
      shopFacts(
        { prisma, log: context.log },
        current.shop,
        async () => {
          await meanwhile();
          return { json: async () => ({ data: { shop } }) };
        },
        "de",
      );
    await setShop("country", null);
    await opened(() => save({ country: "at" }));
    expect(await ofShop("country", "timeZone")).toEqual({
      ...{ country: "at", timeZone: "Europe/Berlin" },
    });
    await setShop("factsReadAt", null);
    await save({ country: null });
    await run();
    await opened(async () => undefined);
    expect(await ofShop("country", "reviewAfter")).toEqual({ country: "ch", reviewAfter: "" });
  });
});
