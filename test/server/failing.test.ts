import { afterAll, describe, expect, it } from "vitest";
import { redactShop } from "#app/privacy/redact-shop.ts";
import { shopsWithWork } from "#app/queue/queue.ts";
import { checkTimeZones } from "#app/shops/shop-time-zone.ts";
import { retryFailing } from "#app/store/failing.ts";
import { stuckSince } from "#app/views/stuck.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, pool, hakuna, config, context, ...sync } = await syncByHand();
const { arrive, run, take, stored, setShop } = sync;

const hourly = { backoffMinMs: 3_600_000, backoffMaxMs: 3_600_000 };

async function shopRow() {
  const { rows } = await pool.query(`SELECT * FROM "Shop" WHERE "domain" = $1`, [current.shop]);
  return rows[0];
}

describe("an answer that cannot be recorded, whatever is tried", () => {
  afterAll(async () => {
    await pool.query(`DROP TRIGGER IF EXISTS broken ON "ShopDay"`);
    await pool.query(`DROP FUNCTION IF EXISTS broken`);
  });

  it("has its order sent less and less often, is shown and counted, and ends by itself", async () => {
    context.config = { ...config, delivery: { ...config.delivery, ...hourly } };
    await pool.query(`CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'it is broken' USING ERRCODE = '22023'; END $$`);
    await pool.query(`CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON "ShopDay"
      FOR EACH ROW EXECUTE FUNCTION broken()`);
    await arrive("orders/create", insured(6001));
    const before = hakuna.requests.length;
    await expect(run()).rejects.toThrow("it is broken");
    expect(hakuna.requests.length).toBe(before + 1);
    // the rest of the shop's work goes on
    await arrive("orders/create", insured(6002));
    for (let times = 0; times < 3; times += 1) {
      const { again, nextInMs } = await run();
      expect(again).toBe(false);
      expect(nextInMs).toBeGreaterThan(1_000_000);
    }
    expect(hakuna.requests.length).toBe(before + 1);
    expect(await stored(6002)).toMatchObject({ status: "pending" });
    expect(await shopRow()).toMatchObject({ failing: { deliver: { failures: 1 } } });

    const { shops } = await stuckSince(pool, new Date(0), current.shop);
    expect(shops).toMatchObject([
      { shop: current.shop, state: "failing", since: expect.any(Date) },
    ]);
    expect(shops[0]?.reason).toContain("deliver");
    expect(shops[0]?.reason).toContain("22023");
    const metric = await context.metrics.registry.getSingleMetricAsString(
      "hakuna_step_failures_total",
    );
    expect(metric).toMatch(/step="deliver"} 1/);

    await pool.query(`DROP TRIGGER broken ON "ShopDay"`);
    await retryFailing(pool);
    await run();
    for (const id of [6001, 6002]) expect(await stored(id)).toMatchObject({ status: "sent" });
    expect((await shopRow()).failing).toEqual({});
  });
});

describe("a run that lost its database before it knew whether its shop is to be erased", () => {
  it("says so no more once there is nothing to erase", async () => {
    const { pool: own } = context;
    await arrive("orders/create", insured(6101));
    let isLost = true;
    context.pool = new Proxy(own, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name !== "connect" || !isLost) {
          return typeof value === "function" ? value.bind(target) : value;
        }
        // for what is noted of it the database is there again
        isLost = false;
        return () => Promise.reject(new Error("Connection terminated unexpectedly"));
      },
    });
    await expect(run()).rejects.toThrow("Connection terminated");
    expect(await shopRow()).toMatchObject({ failing: { erase: { failures: 1 } } });
    await run();
    expect(await stored(6101)).toMatchObject({ status: "sent" });
    expect((await shopRow()).failing).toEqual({});
  });
});

describe("folding that rests", () => {
  it("is not woken for before its rest is over", async () => {
    // the review of a new connection
    await run();
    await arrive("orders/create", insured(6100));
    const until = context.now() + 24 * 3_600_000;
    const fold = { failures: 1, since: 0, reason: "Error", until };
    await setShop("failing", { fold });
    expect(await shopsWithWork(pool)).not.toContain(current.shop);
    await setShop("failing", { fold: { ...fold, until: 0 } });
    expect(await shopsWithWork(pool)).toContain(current.shop);
    await run();
    expect(await stored(6100)).toMatchObject({ status: "sent" });
  });
});

describe("two steps that fail", () => {
  afterAll(async () => {
    await pool.query(`DROP TRIGGER IF EXISTS broken_day ON "ShopDay"`);
    await pool.query(`DROP FUNCTION IF EXISTS broken_day`);
  });

  it("rest each for itself: the order is sent once, whatever else fails", async () => {
    const { readOrder } = context;
    context.config = { ...config, delivery: { ...config.delivery, ...hourly } };
    await pool.query(`CREATE FUNCTION broken_day() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'it is broken' USING ERRCODE = '22023'; END $$`);
    await pool.query(`CREATE TRIGGER broken_day BEFORE INSERT OR UPDATE ON "ShopDay"
      FOR EACH ROW EXECUTE FUNCTION broken_day()`);
    context.readOrder = async () => {
      throw new Error("reading is broken");
    };
    await arrive("orders/create", insured(6301));
    const before = hakuna.requests.length;
    await expect(run()).rejects.toThrow("it is broken");
    await sync.letReadsBeDue();
    await expect(run()).rejects.toThrow("reading is broken");
    for (let times = 0; times < 4; times += 1) {
      await sync.letReadsBeDue();
      const { again, nextInMs } = await run();
      expect(again).toBe(false);
      expect(nextInMs).toBeGreaterThan(1_000_000);
    }
    expect(hakuna.requests.length).toBe(before + 1);
    expect(await shopsWithWork(pool)).not.toContain(current.shop);
    const { shops } = await stuckSince(pool, new Date(0), current.shop);
    expect(shops.map(({ reason }) => reason?.split(":")[0]).sort()).toEqual(["deliver", "read"]);

    // the one is mended: the other is still noted
    context.readOrder = readOrder;
    await retryFailing(pool);
    await expect(run()).rejects.toThrow("it is broken");
    expect(await shopRow()).toMatchObject({
      failing: { deliver: { failures: 2 }, read: { failures: 1 } },
    });
    await run();
    expect(Object.keys((await shopRow()).failing)).toEqual(["deliver"]);
    await pool.query(`DROP TRIGGER broken_day ON "ShopDay"`);
    await retryFailing(pool);
    await run();
    expect(await stored(6301)).toMatchObject({ status: "sent" });
    expect((await shopRow()).failing).toEqual({});
  });
});

describe("a deletion that fails", () => {
  afterAll(async () => {
    await pool.query(`DROP TRIGGER IF EXISTS kept ON "Order"`);
    await pool.query(`DROP FUNCTION IF EXISTS kept`);
  });

  it("rests, is no work meanwhile, and is done once it can be", async () => {
    context.config = { ...config, delivery: { ...config.delivery, ...hourly } };
    await take("orders/create", insured(6401));
    await pool.query(`CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'it is kept' USING ERRCODE = '22023'; END $$`);
    await pool.query(`CREATE TRIGGER kept BEFORE DELETE ON "Order"
      FOR EACH ROW EXECUTE FUNCTION kept()`);
    await setShop("uninstalledAt", new Date());
    await redactShop(context, current.shop, Date.now() + 1000);
    expect(await shopsWithWork(pool)).toContain(current.shop);
    await expect(run()).rejects.toThrow("it is kept");
    for (let times = 0; times < 3; times += 1) {
      const { again, nextInMs } = await run();
      expect(again).toBe(false);
      expect(nextInMs).toBeGreaterThan(1_000_000);
    }
    expect(await shopsWithWork(pool)).not.toContain(current.shop);
    expect(await shopRow()).toMatchObject({ failing: { erase: { failures: 1 } } });

    await pool.query(`DROP TRIGGER kept ON "Order"`);
    await retryFailing(pool);
    await run();
    expect(await shopRow()).toBeUndefined();
  });
});

describe("a time zone that is not known", () => {
  it("keeps no answer from being recorded: the day is that of UTC", async () => {
    await setShop("timeZone", "Mars/Olympus_Mons");
    await take("orders/create", insured(6101));
    expect(await stored(6101)).toMatchObject({ status: "sent" });
    const { rows } = await pool.query(
      `SELECT "sent", "day" = (now() AT TIME ZONE 'UTC')::date AS "isToday" FROM "ShopDay" WHERE "shop" = $1`,
      [current.shop],
    );
    expect(rows).toEqual([{ sent: 1, isToday: true }]);
  });

  it("is made UTC when a worker starts, and read from Shopify again", async () => {
    await setShop("timeZone", "Mars/Olympus_Mons");
    await setShop("factsReadAt", new Date());
    await checkTimeZones(context);
    expect(await shopRow()).toMatchObject({ timeZone: "UTC", factsReadAt: null });
    await setShop("timeZone", "Europe/Berlin");
    await checkTimeZones(context);
    expect(await shopRow()).toMatchObject({ timeZone: "Europe/Berlin" });
  });
});

describe("what Hakuna says when it refuses", () => {
  it.each([
    ["a NUL character", "bad\u0000value"],
    ["half of an emoji where it is cut", `${"x".repeat(297)}\u{1f600}\u{1f600} and more`],
    ["half of an emoji", "bad \ud83d value"],
  ])("is recorded although it holds %s", async (_, words) => {
    hakuna.behave({ refuseOrders: ["6201"], refusalCode: words });
    await take("orders/create", insured(6201));
    expect(await stored(6201)).toMatchObject({ status: "rejected" });
  });
});
