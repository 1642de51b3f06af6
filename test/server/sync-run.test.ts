import { randomBytes } from "node:crypto";
import type pg from "pg";
import { describe, expect, it } from "vitest";
import { pairByHand, skipByHand, unpair } from "#app/actions/order-actions.ts";
import { createSecretBox } from "#app/foundation/secrets.server.ts";
import { retryQuarantined } from "#app/intake/retry-quarantined.ts";
import { startQueue } from "#app/queue/queue.ts";
import { createSweeps } from "#app/queue/sweeps.ts";
import { takeRows } from "#app/run/inbox-rows.ts";
import { runShop } from "#app/run/run.ts";
import { eventually } from "./client.ts";
import { insured, type Payload, syncByHand } from "./sync-by-hand.ts";

const { current, pool, hakuna, config, context, ...sync } = await syncByHand();
const { arrive, connect, run, take, stored, setShop } = sync;

const environmentsOf = (id: number) =>
  hakuna.states(String(id)).map(({ environment }) => environment);

it("an error of ours with one order blocks that order, and no other", async () => {
  for (const id of [91, 92]) await take("orders/create", insured(id));
  // what the shop's figures are made of is missing; what Hakuna is told is there
  await pool.query(
    `UPDATE "OrderDocument" SET "state" = jsonb_set("state", '{head,lineItems}',
            (SELECT jsonb_agg(line || jsonb_build_object('presentmentPrice', line -> 'shopPrice', 'shopPrice', NULL))
               FROM jsonb_array_elements("state" #> '{head,lineItems}') AS line))
      WHERE "shop" = $1 AND "orderId" = '91'`,
    [current.shop],
  );
  await pool.query(
    `UPDATE "Order" SET "status" = 'pending', "resend" = true, "dueAt" = now() WHERE "shop" = $1`,
    [current.shop],
  );
  await run();
  expect(await stored(91)).toMatchObject({ status: "blocked", reasonCode: "mapping_failed" });
  expect(await stored(92)).toMatchObject({ status: "sent" });
  expect(hakuna.states("92")).toHaveLength(2);
});

describe("clocks", () => {
  it.each([
    ["ahead of", 200],
    ["behind", -1500],
  ])("a refused batch is halved by a process whose clock is %s the database's", async (_, skew) => {
    context.now = () => Date.now() + skew;
    for (const id of [101, 102, 103, 104]) await arrive("orders/create", insured(id));
    hakuna.behave({ refuseOrders: ["103"] });
    const before = hakuna.requests.length;
    await run();
    expect(hakuna.requests.slice(before).map(({ orderIds }) => orderIds.length)).toEqual([
      4, 2, 2, 1, 1,
    ]);
    expect(await stored(101)).toMatchObject({ status: "sent" });
    expect(await stored(103)).toMatchObject({ status: "rejected" });
  });

  it("what is due once more goes out once, whatever the process's clock says", async () => {
    await take("orders/create", insured(110));
    await pool.query(`UPDATE "Order" SET "repeatAt" = now(), "dueAt" = now() WHERE "shop" = $1`, [
      current.shop,
    ]);
    context.now = () => Date.now() - 60_000;
    await run();
    expect(hakuna.states("110")).toHaveLength(2);
  });
});

describe("a run's time", () => {
  it("is bounded: a backlog lets another shop's order go first", async () => {
    const { shop } = current;
    const neighbor = `neighbor-${shop}`;
    await connect({ shop: neighbor });
    context.config = { ...config, worker: { ...config.worker, stepRows: 1, stepMs: 1 } };
    // a request takes as long as a run may
    context.now = () => hakuna.requests.length;
    const backlog = [121, 122, 123, 124, 125];
    for (const id of backlog) await arrive("orders/create", insured(id));
    const answer = Promise.withResolvers<void>();
    hakuna.behave({ fault: { fault: { kind: "held", until: answer.promise }, requests: 1 } });
    const before = hakuna.requests.length;
    const queue = await startQueue({
      ...{ databaseUrl: config.DATABASE_URL ?? "", log: context.log, worker: true },
      ...{ concurrency: { sync: 1, scan: 1, plans: 1, refunds: 1 }, sweepIntervalMs: 3_600_000 },
      ...{ limits: config.database, runLimitMs: config.worker.runLimitMs },
      sweeps: createSweeps(() => undefined),
    });
    try {
      await queue.sync.work(
        (one) => runShop(context, one),
        async () => [shop],
      );
      await eventually("the first is on its way", () => hakuna.requests.length > before);
      await arrive("orders/create", insured(131), { shop: neighbor });
      await queue.wake([neighbor]);
      answer.resolve();
      await eventually("all are sent", () =>
        [...backlog, 131].every((id) => hakuna.last(String(id)) !== null),
      );
    } finally {
      await queue.stop();
    }
    const sent = hakuna.requests.slice(before).flatMap(({ orderIds }) => orderIds);
    expect(sent).toEqual(["121", "131", "122", "123", "124", "125"]);
  });
});

describe("what a run has in hand", () => {
  it("is bounded by bytes, and is one webhook in any case", async () => {
    for (const id of [126, 127, 128, 129]) await arrive("orders/create", insured(id));
    const inHand = async (stepBytes: number) => {
      context.config = { ...config, worker: { ...config.worker, stepBytes } };
      return (await takeRows(context, current.shop)).map(({ payload }) => payload.length);
    };
    const [bytes = 0, ...others] = await inHand(1);
    expect(bytes).toBeGreaterThan(1);
    expect(others).toEqual([]);
    expect(await inHand(bytes * 2.5)).toEqual([bytes, bytes]);
    expect(await inHand(bytes * 2.5)).toEqual([bytes]);
  });
});

describe("an order that cannot be mapped", () => {
  it("is blocked alone: its neighbors are sent", async () => {
    const [product, plan] = insured(142).line_items as Payload[];
    const line_items = [{ ...product, price: "-10.00" }, plan];
    await arrive("orders/create", insured(141));
    await arrive("orders/create", insured(142, { line_items }));
    await arrive("orders/create", insured(143));
    const before = hakuna.requests.length;
    await run();
    expect(await stored(142)).toMatchObject({
      ...{ status: "blocked", reasonCode: null, findingSeverity: "error" },
      findings: [
        {
          code: "line_field_refused",
          refused: { field: "price", value: "-10.00 EUR" },
          message: expect.stringContaining("Price: -10.00 EUR"),
        },
      ],
    });
    const batches = hakuna.requests.slice(before).map(({ orderIds }) => orderIds.toSorted());
    expect(batches).toEqual([["141", "143"]]);
    await take("orders/updated", insured(142, { updated_at: "2026-11-24T11:00:00Z" }));
    expect(await stored(142)).toMatchObject({ status: "sent" });
  });
});

describe("webhooks that cannot be folded", () => {
  const row = async () => {
    const { rows } = await pool.query(`SELECT * FROM "InboxWebhook" WHERE "shop" = $1`, [
      current.shop,
    ]);
    return rows[0];
  };

  it("one at which the process ended three times is set aside, and tried again by hand", async () => {
    await arrive("orders/create", insured(401), { attempts: 3 });
    await take("orders/create", insured(402));
    expect(await stored(402)).toMatchObject({ status: "sent" });
    expect(await stored(401)).toEqual({});
    expect(current.errors.map((line) => JSON.parse(line))).toMatchObject([
      { shop: current.shop, topic: "orders/create", attempts: 3, msg: "a webhook was quarantined" },
    ]);
    expect(await retryQuarantined(context, current.shop)).toBe(1);
    await run();
    expect(await stored(401)).toMatchObject({ status: "sent" });
  });

  it("an API key that cannot be opened is no fault of theirs: they are folded, and wait", async () => {
    const { shop } = current;
    const { rows } = await pool.query(`SELECT "apiKeySealed" FROM "Shop" WHERE "domain" = $1`, [
      shop,
    ]);
    await setShop(
      "apiKeySealed",
      createSecretBox({ current: randomBytes(32), previous: [] }).seal("k", shop),
    );
    await arrive("orders/create", insured(26));
    await expect(run()).rejects.toThrow("ENCRYPTION_KEY_PREVIOUS");
    expect(await stored(26)).toMatchObject({ status: "pending" });
    await setShop("apiKeySealed", rows[0].apiKeySealed);
    await setShop("failing", {});
    await run();
    expect(await stored(26)).toMatchObject({ status: "sent" });
  });

  it("the database's trouble is no try of theirs", async () => {
    await arrive("orders/create", insured(403));
    await pool.query(
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$`,
    );
    await pool.query(
      `CREATE TRIGGER full_disk BEFORE INSERT ON "Order" FOR EACH ROW EXECUTE FUNCTION full_disk()`,
    );
    try {
      for (let times = 0; times < 4; times += 1) {
        await expect(run()).rejects.toThrow("no space");
        await setShop("failing", {});
      }
    } finally {
      await pool.query(`DROP TRIGGER full_disk ON "Order"`);
      await pool.query(`DROP FUNCTION full_disk`);
    }
    expect(await row()).toMatchObject({ attempts: 0, quarantinedAt: null });
    await run();
    expect(await stored(403)).toMatchObject({ status: "sent" });
  });
});

describe("a database that goes away whenever a webhook is taken", () => {
  const lost = () => Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });

  /** What is asked of it once the webhook counts as tried is lost; or also the answer that counted it. */
  function goesAway({ withAnswer }: { withAnswer: boolean }) {
    let isAway = false;
    let isOver = false;
    let tries = 0;
    const look = async () => {
      const { rows } = await pool.query<{ attempts: number }>(
        `SELECT "attempts" FROM "InboxWebhook" WHERE "shop" = $1`,
        [current.shop],
      );
      const known = tries;
      tries = rows[0]?.attempts ?? 0;
      isAway = tries > known && !isOver;
    };
    const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
      if (isAway) throw lost();
      const result = await ask();
      await look();
      if (isAway && withAnswer) throw lost();
      return result;
    };
    const through = <T extends pg.Pool | pg.PoolClient>(target: T): T =>
      new Proxy(target, {
        get(_, name) {
          const member = Reflect.get(target, name);
          if (typeof member !== "function") return member;
          const call = member.bind(target) as (...given: unknown[]) => Promise<unknown>;
          if (name === "query") return (...given: unknown[]) => asked(() => call(...given));
          if (name === "connect") return async () => through((await call()) as pg.PoolClient);
          return call;
        },
      });
    return {
      pool: through(pool),
      comesBack: () => {
        isAway = false;
      },
      isOver: () => {
        isOver = true;
        isAway = false;
      },
    };
  }

  it.each([
    ["", false],
    [", and the answer is lost as well", true],
  ])("sets nothing aside: no process ended at it%s", async (_, withAnswer) => {
    const away = goesAway({ withAnswer });
    const runAway = () => runShop({ ...context, pool: away.pool }, current.shop);
    await arrive("orders/create", insured(withAnswer ? 405 : 404));
    for (let times = 0; times < 4; times += 1) {
      await expect(runAway()).rejects.toThrow("ECONNRESET");
      away.comesBack();
      await pool.query(
        `UPDATE "Shop" SET "failing" = '{}', "leaseUntil" = NULL WHERE "domain" = $1`,
        [current.shop],
      );
    }
    away.isOver();
    await runAway();
    expect(await stored(withAnswer ? 405 : 404)).toMatchObject({ status: "sent" });
    expect(current.errors).toEqual([]);
  });
});

it("what a person asks for twice is told once", async () => {
  const order = insured(407);
  const [product, plan] = order.line_items as Payload[];
  const other = { ...product, id: 3, title: "Helmet", properties: [] };
  await take("orders/create", { ...order, line_items: [product, plan, other] });
  const { shop } = current;
  const pair = { productLineId: "3", planLineId: "2", offerId: "off-1", planId: "pl-1" };
  const deeds = [
    () => pairByHand(context, shop, "407", pair, "somebody"),
    () => unpair(context, shop, "407", "3", "somebody"),
    () => skipByHand(context, shop, "407", true, "somebody"),
    () => skipByHand(context, shop, "407", false, "somebody"),
  ];
  for (const deed of deeds) expect(await deed()).toEqual(await deed());
  const { rows } = await pool.query(
    `SELECT "detail" ->> 'action' AS "action" FROM "TimelineEvent"
      WHERE "shop" = $1 AND "kind" = 'manual' ORDER BY "at"`,
    [shop],
  );
  expect(rows.map(({ action }) => action)).toEqual(["pair", "unpair", "skip", "unskip"]);
});

describe("answers of the feed", () => {
  it("a gateway's 504 may be taken late: the newest state is sent once more", async () => {
    const { delivery } = config;
    context.config = { ...config, delivery: { ...delivery, repeatAfterUnansweredMs: 3_600_000 } };
    const late = Promise.withResolvers<void>();
    hakuna.behave({ fault: { fault: { kind: "late", until: late.promise }, requests: 1 } });
    await take("orders/create", insured(601));
    await setShop("backoffUntil", null);
    const cancelled = { updated_at: "2026-11-24T11:00:00Z", cancelled_at: "2026-11-24T11:00:00Z" };
    await take("orders/cancelled", insured(601, cancelled));
    expect(await stored(601)).toMatchObject({ repeatAt: expect.any(Date) });
    const states = () => hakuna.states("601").map(({ order }) => order.status);
    expect(states()).toEqual(["cancelled"]);
    late.resolve();
    await eventually("the late one arrived", () => states().length === 2);
    await run();
    expect(states()).toEqual(["cancelled", "placed"]);
    // the hour is over
    await pool.query(`UPDATE "Order" SET "repeatAt" = now(), "dueAt" = now() WHERE "shop" = $1`, [
      current.shop,
    ]);
    await run();
    expect(states()).toEqual(["cancelled", "placed", "cancelled"]);
  });

  it("what was confirmed is confirmed again when a change is taken back before it was sent", async () => {
    hakuna.behave({ requestIds: true });
    await take("orders/create", insured(602));
    await pool.query(`UPDATE "Attempt" SET "pollAt" = now() WHERE "shop" = $1`, [current.shop]);
    await run();
    expect(await stored(602)).toMatchObject({ status: "confirmed" });
    await setShop("paused", true);
    const changed = { email: "b@example.com", updated_at: "2026-11-24T11:00:00Z" };
    await take("orders/updated", insured(602, changed));
    expect(await stored(602)).toMatchObject({ status: "pending" });
    await take("orders/updated", insured(602, { updated_at: "2026-11-24T12:00:00Z" }));
    expect(await stored(602)).toMatchObject({ status: "confirmed" });
  });

  it("a processing status that never comes is asked for a hundred times: the order stays sent", async () => {
    const { delivery } = config;
    context.config = { ...config, delivery: { ...delivery, pollMinMs: 0, pollMaxMs: 0 } };
    hakuna.behave({ requestIds: true, pollsUntilDone: 1000 });
    const before = hakuna.requests.length;
    await take("orders/create", insured(607));
    await run();
    const methods = hakuna.requests.slice(before).map(({ method }) => method);
    expect(methods).toEqual(["POST", ...Array(100).fill("GET")]);
    expect(await stored(607)).toMatchObject({ status: "sent", dueAt: null });
  });

  it("an answer that comes after the environment was changed says nothing about the new one", async () => {
    const answer = Promise.withResolvers<void>();
    hakuna.behave({ fault: { fault: { kind: "held", until: answer.promise }, requests: 1 } });
    await arrive("orders/create", insured(603));
    const running = run();
    await eventually("the request is under way", () =>
      hakuna.requests.some(({ orderIds }) => orderIds.includes("603")),
    );
    await connect({ environment: "production", apiKey: "sk_live_demo" });
    answer.resolve();
    await running;
    await run();
    expect(environmentsOf(603)).toEqual(["sandbox", "production"]);
  });

  it("an answer 404 pauses the shop as a wrong address and keeps everything", async () => {
    hakuna.behave({ fault: { fault: { kind: "status", status: 404 } } });
    await take("orders/create", insured(604));
    const { rows } = await pool.query(`SELECT "connection" FROM "Shop" WHERE "domain" = $1`, [
      current.shop,
    ]);
    expect(rows[0].connection).toBe("wrong_address");
    expect(await stored(604)).toMatchObject({ status: "pending" });
  });

  it("news does not shorten a back-off", async () => {
    hakuna.behave({ fault: { fault: { kind: "status", status: 429, retryAfter: "3600" } } });
    await take("orders/create", insured(605));
    const requests = hakuna.requests.length;
    hakuna.behave({});
    await take("orders/create", insured(606));
    expect(hakuna.requests.length).toBe(requests);
    expect(await stored(606)).toMatchObject({ status: "pending" });
  });

  it("a batch holds no more than its bytes; an order larger than that goes alone", async () => {
    const { delivery } = config;
    context.config = { ...config, delivery: { ...delivery, batchBytes: 2500 } };
    const large = insured(611);
    const [product, plan] = large.line_items as Payload[];
    const others = Array.from({ length: 20 }, (_, line) => ({ ...product, id: 10 + line }));
    await arrive("orders/create", { ...large, line_items: [product, plan, ...others] });
    for (const id of [612, 613, 614, 615]) await arrive("orders/create", insured(id));
    const before = hakuna.requests.length;
    await run();
    const batches = hakuna.requests.slice(before).map(({ orderIds }) => orderIds);
    expect(batches.find((ids) => ids.includes("611"))).toEqual(["611"]);
    expect(Math.max(...batches.map(({ length }) => length))).toBe(3);
    expect(batches.flat().toSorted()).toEqual(["611", "612", "613", "614", "615"]);
  });

  it("an order that turns out longer than the others let expect goes alone, too", async () => {
    context.config = { ...config, delivery: { ...config.delivery, batchBytes: 2500 } };
    const long = insured(617);
    const [product, plan] = long.line_items as Payload[];
    await arrive("orders/create", insured(616));
    await arrive("orders/create", {
      ...long,
      line_items: [{ ...product, title: "t".repeat(1500) }, plan],
    });
    const before = hakuna.requests.length;
    await run();
    const batches = hakuna.requests.slice(before).map(({ orderIds }) => orderIds);
    expect(batches.filter(({ length }) => length > 0)).toEqual([["616"], ["617"]]);
  });

  it("an order that did not fit into a batch keeps its place in the queue", async () => {
    await setShop("paused", true);
    for (const id of [621, 622]) await arrive("orders/create", insured(id));
    await run();
    const { dueAt } = await stored(622);
    // one request and no more: the next waits for the back-off
    const longest = { backoffMinMs: 60_000, backoffMaxMs: 60_000 };
    context.config = { ...config, delivery: { ...config.delivery, ...longest, batchBytes: 100 } };
    hakuna.behave({ fault: { fault: { kind: "status", status: 503 } } });
    await setShop("paused", false);
    await run();
    const { rows } = await pool.query(
      `SELECT "id" FROM "Order" WHERE "shop" = $1 AND "dueAt" = $2`,
      [current.shop, dueAt],
    );
    expect(rows).not.toEqual([]);
  });
});
