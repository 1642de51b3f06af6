import { afterEach, describe, expect, it, vi } from "vitest";
import { feedOrderSchema } from "#app/hakuna/feed-schema.ts";
import { openPlaces } from "#app/queue/places.ts";
import { runShop } from "#app/run/run.ts";
import { alone } from "#app/store/run-context.ts";
import { eventually } from "./client.ts";
import { insured, syncByHand } from "./sync-by-hand.ts";

const { current, pool, hakuna, config, context, ...sync } = await syncByHand();
const { arrive, run, stored, take, setShop } = sync;

afterEach(() => vi.restoreAllMocks());

/** Milliseconds of work: on a busy machine much less than what passes. */
function worked(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Every order that is evaluated takes so long; answers how many were. `then` is told of each. */
function letOrdersTake(ms: number, then: (count: number) => void = () => undefined) {
  const parse = feedOrderSchema.safeParse.bind(feedOrderSchema);
  const spy = vi.spyOn(feedOrderSchema, "safeParse").mockImplementation((order) => {
    const until = worked() + ms;
    while (worked() < until);
    then(spy.mock.calls.length);
    return parse(order);
  });
  return () => spy.mock.calls.length;
}

/** Back-offs that no test waits out. */
const hourly = { backoffMinMs: 3_600_000, backoffMaxMs: 3_600_000 };

const folded = async () => {
  const { rows } = await pool.query<{ isFolded: boolean; attempts: number }>(
    `SELECT "foldedAt" IS NOT NULL AS "isFolded", "attempts" FROM "InboxWebhook"
      WHERE "shop" = $1 ORDER BY "receivedAt"`,
    [current.shop],
  );
  return rows;
};

describe("a shop with orders that take long", () => {
  const ids = Array.from({ length: 24 }, (_, index) => 5001 + index);

  it("has each of them evaluated once, however few fit into a request", async () => {
    const evaluated = letOrdersTake(0);
    await arrive("orders/create", insured(5000));
    await run();
    const size = JSON.stringify(hakuna.last("5000")).length + 1;
    const delivery = { ...config.delivery, batchBytes: 2 + size * 3 };
    context.config = { ...config, delivery };
    for (const id of ids) await arrive("orders/create", insured(id));
    const before = { requests: hakuna.requests.length, evaluated: evaluated() };
    await run();
    const batches = hakuna.requests.slice(before.requests).map(({ orderIds }) => orderIds.length);
    expect(batches).toEqual(Array(8).fill(3));
    expect(evaluated() - before.evaluated).toBe(ids.length);
  });

  it("has none evaluated that does not fit when they were waiting for the connection", async () => {
    await take("orders/create", insured(5000));
    const size = JSON.stringify(hakuna.last("5000")).length + 1;
    await setShop("paused", true);
    for (const id of ids) await arrive("orders/create", insured(id));
    await run();
    const evaluated = letOrdersTake(0);
    context.config = { ...config, delivery: { ...config.delivery, batchBytes: 2 + size * 3 } };
    await setShop("paused", false);
    await run();
    for (const id of ids) expect(await stored(id)).toMatchObject({ status: "sent" });
    expect(evaluated()).toBe(ids.length);
  });

  it("lets everybody else have a turn between two of them", async () => {
    await setShop("paused", true);
    // the review of a new connection is over
    await run();
    for (const id of ids) await arrive("orders/create", insured(id));
    const events: string[] = [];
    letOrdersTake(8, () => void events.push("order"));
    let isOver = false;
    const turn = () => {
      events.push("turn");
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await run();
    isOver = true;
    const orders = events.flatMap((event, index) => (event === "order" ? [index] : []));
    expect(orders).toHaveLength(ids.length);
    const neighbors = orders.slice(1).filter((index, place) => index === (orders[place] ?? 0) + 1);
    expect(neighbors).toEqual([]);
  });

  it("keeps what was done when its time is over, and puts the rest back", async () => {
    await setShop("paused", true);
    for (const id of ids) await arrive("orders/create", insured(id));
    const end = new AbortController();
    letOrdersTake(60, (count) => {
      if (count === 3) end.abort();
    });
    await runShop({ ...context, ending: end.signal }, current.shop);
    const rows = await folded();
    const done = rows.filter(({ isFolded }) => isFolded);
    expect(done.length).toBeGreaterThanOrEqual(3);
    expect(done.length).toBeLessThan(ids.length);
    expect(rows.filter(({ isFolded }) => !isFolded).every(({ attempts }) => attempts === 0)).toBe(
      true,
    );
    vi.restoreAllMocks();
    await run();
    expect((await folded()).every(({ isFolded }) => isFolded)).toBe(true);
  });

  it("has its lease renewed again and again", async () => {
    await setShop("paused", true);
    for (const id of ids) await arrive("orders/create", insured(id));
    const leases: Promise<string>[] = [];
    letOrdersTake(60, () => {
      const lease = pool.query(
        `SELECT "leaseUntil"::text AS lease FROM "Shop" WHERE "domain" = $1`,
        [current.shop],
      );
      leases.push(lease.then(({ rows }) => rows[0].lease));
    });
    await run();
    expect(new Set(await Promise.all(leases)).size).toBeGreaterThan(4);
  });

  it("has its lease renewed while it rests, for as long as that takes", async () => {
    context.config = { ...config, worker: { ...config.worker, leaseMs: 9_000 } };
    await setShop("paused", true);
    await arrive("orders/create", insured(5001));
    letOrdersTake(20);
    // others have rested before it, and are not done
    const others = Promise.withResolvers<void>();
    const door = { ...context.door, serves: true, lastRest: others.promise };
    const running = runShop({ ...context, door }, current.shop);
    await eventually("it rests", () => door.lastRest !== others.promise);
    const seen = new Set<string>();
    await eventually("the lease is renewed", async () => {
      const { rows } = await pool.query(
        `SELECT "leaseUntil"::text AS lease FROM "Shop" WHERE "domain" = $1`,
        [current.shop],
      );
      seen.add(rows[0].lease);
      return seen.size > 2;
    });
    others.resolve();
    await running;
  });

  it("has its review and its statuses looked after while news never ends", async () => {
    hakuna.behave({ requestIds: true });
    await take("orders/create", insured(5400));
    await setShop("reviewAfter", "");
    let [id, at] = [5400, Date.now()];
    // each time that the feed is asked, another order has arrived, and seconds have passed
    const feed = context.feed;
    const send = feed.send.bind(feed);
    vi.spyOn(feed, "send").mockImplementation(async (...asked) => {
      id += 1;
      at += 2000;
      await arrive("orders/create", insured(id));
      return await send(...asked);
    });
    context.now = () => at;
    await arrive("orders/create", insured(5399));
    await run();
    expect(id).toBeGreaterThan(5405);
    const { rows } = await pool.query(`SELECT "reviewAfter" FROM "Shop" WHERE "domain" = $1`, [
      current.shop,
    ]);
    expect(rows).toEqual([{ reviewAfter: null }]);
    expect(await stored(5400)).toMatchObject({ status: "confirmed" });
  });

  it("has a review go on where its time was over", async () => {
    await setShop("paused", true);
    for (const id of ids) await arrive("orders/create", insured(id));
    await run();
    await setShop("reviewAfter", "");
    const evaluated = letOrdersTake(60);
    await run();
    expect(evaluated()).toBe(ids.length);
    const { rows } = await pool.query(`SELECT "reviewAfter" FROM "Shop" WHERE "domain" = $1`, [
      current.shop,
    ]);
    expect(rows[0].reviewAfter).toBeNull();
  });
});

const polls = () => hakuna.requests.filter(({ method }) => method === "GET").length;

describe("a batch that is refused for one of its orders", () => {
  const guilty = 5301;
  const others = [5302, 5303, 5304, 5305, 5306, 5307, 5308];

  /** All are due; `then` is called at each request. Answers how many there were since. */
  async function letBeDue(then: () => void) {
    hakuna.behave({ refuseOrders: [String(guilty)] });
    await setShop("paused", true);
    for (const id of [guilty, ...others]) await arrive("orders/create", insured(id));
    await run();
    await setShop("paused", false);
    const before = hakuna.requests.length;
    const { shop } = current;
    hakuna.onceAsked(() => {
      // of another test: it listens no more
      if (current.shop !== shop) return Promise.resolve();
      then();
      return null;
    });
    return () => hakuna.requests.length - before;
  }

  async function expectAllSent() {
    expect(await stored(guilty)).toMatchObject({ status: "rejected" });
    for (const id of others) expect(await stored(id)).toMatchObject({ status: "sent" });
  }

  it("is halved until one is settled, however little time a run has; the rest is for the next", async () => {
    // every request takes a run's whole time
    await letBeDue(() => {
      const now = context.now() + config.worker.stepMs;
      context.now = () => now;
    });
    expect(await run()).toMatchObject({ again: true });
    const { rows } = await pool.query(
      `SELECT FROM "Order" WHERE "shop" = $1 AND "status" IN ('sent', 'rejected')`,
      [current.shop],
    );
    // how many orders a request holds is a matter of the machine's time, too
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(1 + others.length);
    const isDone = async () => !(await run()).again || hakuna.requests.length;
    await eventually("all is settled", isDone);
    await expectAllSent();
  });

  it("is halved no further when the process is to end, but by the next one", async () => {
    const end = new AbortController();
    const requests = await letBeDue(() => end.abort());
    await runShop({ ...context, ending: end.signal }, current.shop);
    expect(requests()).toBe(1);
    await run();
    await expectAllSent();
  });

  it("is halved no further by a run that has no place any more, but by the next one", async () => {
    let isFree = true;
    const requests = await letBeDue(() => {
      isFree = false;
    });
    const place = { ...openPlaces(1).take(), hasPlace: async () => isFree };
    expect(await runShop(context, current.shop, place)).toMatchObject({ again: true });
    expect(requests()).toBe(1);
    await run();
    await expectAllSent();
  });
});

describe("a processing status that cannot be read", () => {
  it.each(["unavailable", "silent", "refused"] as const)(
    "%s: deliveries go on",
    async (statusFails) => {
      const delivery = { ...config.delivery, ...hourly, probeTimeoutMs: 100 };
      context.config = { ...config, delivery };
      hakuna.behave({ requestIds: true, statusFails });
      const before = polls();
      await take("orders/create", insured(5101));
      await pool.query(`UPDATE "Attempt" SET "pollAt" = now() WHERE "shop" = $1`, [current.shop]);
      await run();
      expect(polls()).toBeGreaterThan(before);
      await take("orders/create", insured(5102));
      expect(await stored(5102)).toMatchObject({ status: "sent" });
      hakuna.behave({ requestIds: true });
      await setShop("pollAfter", null);
      await eventually("it is read at last", async () => {
        await run();
        return (await stored(5101)).status === "confirmed";
      });
    },
  );

  it("is asked for less and less often", async () => {
    context.config = { ...config, delivery: { ...config.delivery, ...hourly } };
    hakuna.behave({ requestIds: true, pollsUntilDone: 1000 });
    for (const id of [5111, 5112, 5113]) await take("orders/create", insured(id));
    hakuna.behave({ requestIds: true, statusFails: "unavailable" });
    await pool.query(`UPDATE "Attempt" SET "pollAt" = now() WHERE "shop" = $1`, [current.shop]);
    const before = polls();
    for (let times = 0; times < 5; times += 1) {
      const { again, nextInMs } = await run();
      expect(again).toBe(false);
      expect(nextInMs).toBeGreaterThan(1_000_000);
    }
    expect(polls()).toBe(before + 1);
  });
});

describe("a back-off that is over", () => {
  it("is no reason to run again when nothing is due", async () => {
    await setShop("backoffUntil", new Date(Date.now() - 1000));
    await setShop("backoffCount", 1);
    expect(await run()).toEqual({ again: false, nextInMs: null });
  });

  it("is tried with one order; the rest follows when it was taken", async () => {
    await setShop("backoffUntil", new Date(Date.now() - 1000));
    await setShop("backoffCount", 1);
    for (const id of [5201, 5202, 5203]) await arrive("orders/create", insured(id));
    const before = hakuna.requests.length;
    await run();
    expect(hakuna.requests.slice(before).map(({ orderIds }) => orderIds.length)).toEqual([1, 2]);
  });

  it("is tried with little patience, and with the whole time every fourth time", async () => {
    const delivery = { ...config.delivery, ...hourly, timeoutMs: 60_000, probeTimeoutMs: 50 };
    context.config = { ...config, delivery, worker: { ...config.worker, leaseMs: 100_000 } };
    hakuna.behave({ silentTo: ["sk_test_demo"] });
    await setShop("backoffCount", 1);
    await arrive("orders/create", insured(5211));
    for (const count of [2, 3, 4]) {
      await setShop("backoffUntil", null);
      await run();
      const { rows } = await pool.query(`SELECT "backoffCount" FROM "Shop" WHERE "domain" = $1`, [
        current.shop,
      ]);
      expect(rows[0].backoffCount).toBe(count);
    }
    // the fourth one waits: for as long as the feed is slow, not dead
    await setShop("backoffUntil", null);
    let isOver = false;
    const fourth = run().then(() => {
      isOver = true;
    });
    await new Promise((wait) => setTimeout(wait, 1000));
    expect(isOver).toBe(false);
    hakuna.behave({});
    await fourth;
  });

  it("lets another shop be tried once the feed has taken an order, not only at the run's end", async () => {
    context.config = { ...config, delivery: { ...config.delivery, batchOrders: 1 } };
    await setShop("backoffUntil", new Date(Date.now() - 1000));
    await setShop("backoffCount", 1);
    for (const id of [5231, 5232, 5233]) await arrive("orders/create", insured(id));
    const places = openPlaces(4);
    const [place, other] = [places.take(), places.take()];
    const probed: boolean[] = [];
    hakuna.onceAsked(() => {
      probed.push(other.probe());
      return probed.length < 3 ? null : Promise.resolve();
    });
    await runShop(context, current.shop, place);
    expect(probed).toEqual([false, true, true]);
  });

  it("lets another shop be tried once a processing status was read", async () => {
    hakuna.behave({ requestIds: true });
    await take("orders/create", insured(5241));
    await pool.query(`UPDATE "Attempt" SET "pollAt" = now() WHERE "shop" = $1`, [current.shop]);
    await setShop("pollFailures", 1);
    const places = openPlaces(4);
    const [place, other] = [places.take(), places.take()];
    const before = polls();
    await runShop(context, current.shop, place);
    expect(polls()).toBe(before + 1);
    expect(other.probe()).toBe(true);
  });

  it("says that the feed is silent before that is written down, and that it is not any more", async () => {
    await arrive("orders/create", insured(5251));
    hakuna.behave({ fault: { fault: { kind: "status", status: 503 }, requests: 1 } });
    const unanswered = `SELECT 1 FROM "Attempt" WHERE "shop" = $1 AND "answeredAt" IS NULL`;
    const told: (string | number | null)[] = [];
    const place = {
      ...alone,
      silent: async () => void told.push((await pool.query(unanswered, [current.shop])).rowCount),
      answered: () => void told.push("answered"),
    };
    await runShop(context, current.shop, place);
    expect(told).toEqual(["answered", 1]);
    // in its back-off it is one of the silent
    await setShop("backoffUntil", new Date(Date.now() + 3_600_000));
    await runShop(context, current.shop, place);
    expect(told).toHaveLength(2);
    hakuna.behave({});
    await setShop("backoffUntil", new Date(Date.now() - 1000));
    await runShop(context, current.shop, place);
    expect(told.slice(2)).toEqual(["answered"]);
  });

  it("waits for one of the few places", async () => {
    await setShop("backoffUntil", new Date(Date.now() - 1000));
    await setShop("backoffCount", 1);
    await arrive("orders/create", insured(5221));
    const before = hakuna.requests.length;
    const taken = {
      away: <T>(waiting: Promise<T>) => waiting,
      hasPlace: async () => true,
      probe: () => false,
      answered: () => undefined,
      silent: async () => undefined,
    };
    const { again, nextInMs } = await runShop(context, current.shop, taken);
    expect(hakuna.requests.length).toBe(before);
    expect(again).toBe(false);
    expect(nextInMs).toBeGreaterThan(0);
    expect(await stored(5221)).toMatchObject({ status: "pending" });
  });
});
