import { setTimeout as sleep } from "node:timers/promises";
import { PgBoss } from "pg-boss";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openPool } from "#app/database/pool.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { type Lane, type LaneOptions, openLane } from "#app/queue/lane.ts";
import { createSweeps, type Sweeps } from "#app/queue/sweeps.ts";
import type { Place } from "#app/store/run-context.ts";
import { createDatabase, type TestDatabase } from "#test/world/shared-postgres.ts";
import { eventually } from "./client.ts";

const concurrency = 5;
const hourMs = 3_600_000;
const shops = Array.from({ length: 30 }, (_, index) => `lane-${index}.myshopify.com`);

let database: TestDatabase;
let boss: PgBoss;
let lane: Lane;
let sweeps: Sweeps;
let options: LaneOptions;
/** the shops of the runs that are under way */
let underWay: string[] = [];
let ran: string[] = [];
let mostAtOnce = 0;
/** how often a worker of the lane asked the queue for a job */
let asked = 0;
/** what becomes of its asking; null: it is asked as ever */
let asking: (() => Promise<{ rows: never[] }>) | null = null;
/** an asking that does not come back, until the test is over */
let lost = Promise.withResolvers<{ rows: never[] }>();
let run: (shop: string, place: Place) => Promise<void>;
/** what the sweep finds */
let found: string[] | Promise<string[]> = [];

beforeEach(async () => {
  database = await createDatabase();
  boss = new PgBoss({ connectionString: database.url, useListenNotify: true, schedule: false });
  await boss.start();
  const db = boss.getDb();
  const execute = db.executeSql.bind(db);
  db.executeSql = (text, ...more) => {
    if (!/SKIP LOCKED/.test(text) || !JSON.stringify([text, ...more]).includes("sync")) {
      return execute(text, ...more);
    }
    asked += 1;
    return asking === null ? execute(text, ...more) : asking();
  };
  const log = createLog("silent");
  sweeps = createSweeps(() => undefined);
  // what is to be given up has limits of its own
  const limits = {
    sweepIntervalMs: 100,
    sweepLimitMs: hourMs,
    runLimitMs: hourMs,
    turnLimitMs: hourMs,
    // a test that failed lets go of nothing
    endLimitMs: 15_000,
  };
  options = { log, concurrency, awayPerPlace: 20, sweeps, ...limits };
  lane = await openLane(boss, "sync", options);
  [underWay, ran, mostAtOnce, asked, found, run] = [[], [], 0, 0, [], () => sleep(20)];
  [asking, lost] = [null, Promise.withResolvers()];
  const work = async (shop: string, place: Place) => {
    expect(underWay).not.toContain(shop);
    underWay.push(shop);
    mostAtOnce = Math.max(mostAtOnce, underWay.length);
    await run(shop, place);
    underWay.splice(underWay.indexOf(shop), 1);
    ran.push(shop);
    return { again: false, nextInMs: null };
  };
  await lane.work(work, async () => found);
});

afterEach(async () => {
  asking = null;
  lost.resolve({ rows: [] });
  await lane.stop();
  await boss.stop({ graceful: true });
  await database.drop();
});

/** The shops whose jobs are in the queue in this state. */
async function jobs(state: string): Promise<string[]> {
  const found = await boss.findJobs<{ shop: string }>("sync");
  return found.filter((job) => job.state === state).map(({ data }) => data.shop);
}

const all = (count: number) => eventually(`${count} runs`, () => ran.length >= count || ran.length);

it("works on as many shops at once as it may, and on no more, again and again", async () => {
  for (const round of [1, 2]) {
    const held = Promise.withResolvers<void>();
    run = () => held.promise;
    await lane.wake(shops);
    await eventually("all work that may", () => underWay.length === concurrency);
    await sleep(200);
    held.resolve();
    await all(round * shops.length);
  }
  expect(mostAtOnce).toBe(concurrency);
  expect(ran.toSorted()).toEqual([...shops, ...shops].toSorted());
});

it("a wake is asked for once, and once more whether there is another", async () => {
  await lane.wake(shops);
  await all(shops.length);
  asked = 0;
  for (const [index, shop] of shops.entries()) {
    await lane.wake([shop]);
    await all(shops.length + index + 1);
    await sleep(50);
  }
  // and now and then, in case that no notification came
  expect(asked).toBeLessThanOrEqual(shops.length * 2.5);
  expect(asked).toBeGreaterThanOrEqual(shops.length);
});

it("shops whose feeds are silent are worked on one by one, and others go before", async () => {
  const silent = shops.slice(0, concurrency * 3);
  const healthy = shops.slice(concurrency * 3);
  const outage = Promise.withResolvers<void>();
  const others = Promise.withResolvers<void>();
  let recording = 0;
  let mostRecording = 0;
  const record = async () => {
    recording += 1;
    mostRecording = Math.max(mostRecording, recording);
    await sleep(20);
    await others.promise;
    recording -= 1;
  };
  run = async (shop, place) => {
    if (!silent.includes(shop)) return void (await sleep(1));
    await place.away(outage.promise);
    await place.silent(hourMs);
    await record();
  };
  await lane.wake(silent);
  await eventually("all of them wait", () => underWay.length === silent.length);
  outage.resolve();
  await eventually("one of them goes on", () => recording > 0);
  await lane.wake(healthy);
  await all(healthy.length);
  expect(ran.toSorted()).toEqual(healthy.toSorted());
  others.resolve();
  await all(shops.length);
  expect(mostRecording).toBe(1);
  // what comes of them later begins few at once, too, until they answer again
  run = record;
  await lane.wake(silent);
  await all(shops.length + silent.length);
  expect(mostRecording).toBe(1);
  const answered: string[] = [];
  run = async (shop, place) => {
    if (!answered.includes(shop)) place.answered();
    answered.push(shop);
  };
  await lane.wake(silent);
  await all(shops.length + silent.length * 2);
  [mostRecording, run] = [0, record];
  await lane.wake(silent);
  await all(shops.length + silent.length * 3);
  expect(mostRecording).toBeGreaterThan(1);
});

it("a shop of a silent feed that gets no turn in time is queued again, and waits no longer in memory", async () => {
  const [holding = "", waiting = ""] = shops;
  run = async (_shop, place) => place.silent(hourMs);
  await lane.wake([holding, waiting]);
  await all(2);
  options.turnLimitMs = 300;
  const held = Promise.withResolvers<void>();
  run = () => held.promise;
  // one place is for silent feeds
  await lane.wake([holding]);
  await eventually("it is under way", () => underWay.includes(holding));
  await lane.wake([waiting]);
  const queued = async () => {
    const jobs = await boss.findJobs<{ shop: string }>("sync");
    return jobs.filter(({ data }) => data.shop === waiting).length;
  };
  await eventually("it is queued again", async () => (await queued()) > 2).finally(held.resolve);
  await all(4);
});

it("a shop that is woken while it is worked on is worked on once more, without waiting for the sweep", async () => {
  const [shop = ""] = shops;
  const held = Promise.withResolvers<void>();
  run = () => held.promise;
  await lane.wake([shop]);
  await eventually("it is under way", () => underWay.includes(shop));
  await lane.wake([shop]);
  await sleep(200);
  expect(underWay).toEqual([shop]);
  held.resolve();
  await all(2);
  expect(ran).toEqual([shop, shop]);
});

it("a run that takes long holds up no other shop", async () => {
  const [slow = "", ...quick] = shops;
  const held = Promise.withResolvers<void>();
  run = async (shop) => (shop === slow ? held.promise : sleep(5));
  await lane.wake(shops);
  await all(quick.length);
  expect(underWay).toEqual([slow]);
  held.resolve();
  await all(shops.length);
});

it("a run that is queued behind one whose process died is found by the sweep", async () => {
  const [shop = ""] = shops;
  const pool = openPool({ connectionString: database.url, max: 1 }, createLog("silent"));
  const dead = { singletonKey: shop, data: { shop }, startAfter: 3600 };
  await boss.insert("sync", [dead]);
  const states = (from: string, to: string) =>
    pool.query(`UPDATE pgboss.job SET "state" = $2 WHERE "name" = 'sync' AND "state" = $1`, [
      from,
      to,
    ]);
  expect((await states("created", "active")).rowCount).toBe(1);
  await lane.wake([shop]);
  found = [shop];
  await sleep(500);
  expect(ran).toEqual([]);
  // pg-boss misses its heartbeat
  await states("active", "failed");
  await eventually("it is taken", () => ran.includes(shop));
  await pool.end();
});

it("a sweep that does not come back is given up, and the next one finds what there is", async () => {
  const [shop = ""] = shops;
  options.sweepLimitMs = 500;
  await eventually("it is swept", () => (sweeps.behindMs() ?? Number.POSITIVE_INFINITY) < 300);
  found = new Promise(() => undefined);
  await eventually("it is noticed", () => (sweeps.behindMs() ?? 0) > 1000);
  expect(performance.now() - (sweeps.answeredAt() ?? 0)).toBeGreaterThan(1000);
  found = [shop];
  await eventually("it is found", () => ran.includes(shop));
  await eventually("it is swept again", () => (sweeps.behindMs() ?? 0) < 300);
});

it("a sweep that the database refuses does not go well, but has got an answer", async () => {
  found = Promise.reject(Object.assign(new Error("locked"), { code: "55P03" }));
  found.catch(() => undefined);
  await eventually("it is noticed", () => (sweeps.behindMs() ?? 0) > 1000);
  const noticed = performance.now();
  await eventually("it was answered", () => (sweeps.answeredAt() ?? 0) > noticed);
  expect(sweeps.behindMs()).toBeGreaterThan(1000);
});

it("runs that do not come back are given up: the lane takes others", async () => {
  const stuck = shops.slice(0, concurrency);
  options.runLimitMs = 2000;
  run = (shop) => (stuck.includes(shop) ? new Promise(() => undefined) : sleep(5));
  await lane.wake(shops);
  await eventually("the others are done", () => ran.length === shops.length - stuck.length);
  expect(ran.some((shop) => stuck.includes(shop))).toBe(false);
});

it("at rest it takes nothing more, and what is under way ends", async () => {
  const held = Promise.withResolvers<void>();
  run = () => held.promise;
  await lane.wake(shops);
  await eventually("all workers work", () => underWay.length === concurrency);
  await lane.rest();
  held.resolve();
  await all(concurrency);
  await sleep(300);
  expect(ran).toHaveLength(concurrency);
});

it("at rest, what waits for a place or for its turn is left to other processes", async () => {
  const [holding = "", waiting = "", ...others] = shops;
  run = async (_shop, place) => place.silent(hourMs);
  await lane.wake([holding, waiting]);
  await all(2);
  const held = Promise.withResolvers<void>();
  run = () => held.promise;
  // one place is for silent feeds: the second of them waits for it
  await lane.wake([holding]);
  await eventually("it is under way", () => underWay.includes(holding));
  await lane.wake([waiting, ...others]);
  await eventually("all work that may", () => underWay.length === concurrency);
  const left = () => jobs("created");
  await lane.rest();
  held.resolve();
  const begun = [...underWay];
  await eventually("they end", () => underWay.length === 0);
  const rest = shops.filter((shop) => !begun.includes(shop));
  await eventually("all others are queued", async () => (await left()).length >= rest.length);
  expect((await left()).toSorted()).toEqual(rest.toSorted());
});

it("at rest, what was taken when another run came back to the last place is left to other processes", async () => {
  const [away = "", late = "", ...others] = shops;
  const outage = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  run = async (shop, place) => {
    if (shop === away) {
      await place.away(outage.promise);
      await place.hasPlace();
    }
    await held.promise;
  };
  await lane.wake([away]);
  await eventually("it is under way", () => underWay.includes(away));
  await lane.wake(others.slice(0, concurrency - 1));
  await eventually("all others work", () => underWay.length === concurrency);
  // one place is free, and the lane asks for a job
  await eventually("there is none", async () => (await jobs("active")).length === 0);
  outage.resolve();
  await lane.wake([late]);
  await eventually("it is taken", async () => (await jobs("active")).length === 1);
  await lane.rest();
  held.resolve();
  await eventually("they end", () => underWay.length === 0);
  const left = async () => (await jobs("created")).includes(late);
  await eventually("it is queued", left);
  expect(ran).not.toContain(late);
});

it("runs that wait for somebody outside take no place, and their shops are not lost", async () => {
  const silent = shops.slice(0, concurrency * 2);
  const healthy = shops.slice(concurrency * 2);
  const held = Promise.withResolvers<void>();
  run = (shop, place) => (silent.includes(shop) ? place.away(held.promise) : sleep(5));
  await lane.wake(silent);
  await eventually("all of them wait", () => underWay.length === silent.length);
  await lane.wake(healthy);
  await all(healthy.length);
  expect(ran.toSorted()).toEqual(healthy.toSorted());
  // woken while its run waits: never two at once, and once more afterwards
  const [woken = ""] = silent;
  await lane.wake([woken]);
  await sleep(300);
  expect(underWay.toSorted()).toEqual(silent.toSorted());
  held.resolve();
  await all(healthy.length + silent.length + 1);
  expect(ran.filter((shop) => shop === woken)).toHaveLength(2);
});

it("at its end it waits for runs that lent their places", async () => {
  const held = Promise.withResolvers<void>();
  run = (_shop, place) => place.away(held.promise);
  const [shop = ""] = shops;
  await lane.wake(shops.slice(0, concurrency + 1));
  await eventually("all of them wait", () => underWay.length === concurrency + 1);
  const stopped = lane.stop();
  held.resolve();
  await stopped;
  expect(ran).toContain(shop);
  expect(underWay).toEqual([]);
});

it("at its end it waits for no run that does not come back", async () => {
  options.endLimitMs = 200;
  const held = Promise.withResolvers<void>();
  run = () => held.promise;
  await lane.wake(shops.slice(0, 1));
  await eventually("it is under way", () => underWay.length === 1);
  let hasEnded = false;
  void lane.stop().then(() => {
    hasEnded = true;
  });
  await eventually("it has ended", () => hasEnded).finally(held.resolve);
});

it("few places are for those whose feed did not answer the last time", async () => {
  const held = Promise.withResolvers<void>();
  let probes = 0;
  run = async (_shop, place) => {
    if (place.probe() && place.probe()) probes += 1;
    await held.promise;
  };
  await lane.wake(shops);
  await eventually("all work that may", () => underWay.length === concurrency);
  expect(probes).toBe(1);
  held.resolve();
  await all(shops.length);
  expect(probes).toBeGreaterThan(1);
});

describe("whether a lane asks for jobs", () => {
  const looks = async (count: number) => {
    const seen: boolean[] = [];
    for (let look = 0; look < count; look += 1) {
      seen.push(lane.asks());
      await sleep(100);
    }
    return seen;
  };
  const itAsks = () => eventually("it asks", () => lane.asks());
  // right after it was told to ask it has not been answered yet
  const itAsksNoMore = () =>
    eventually("it asks no more", async () => !(await looks(6)).includes(true));

  it("is told while nothing happens, again and again", async () => {
    for (const _ of [1, 2, 3, 4]) await itAsks();
  });

  it("is no question while all places are taken, and none at rest", async () => {
    const held = Promise.withResolvers<void>();
    run = () => held.promise;
    await lane.wake(shops);
    await eventually("all work that may", () => underWay.length === concurrency);
    expect(await looks(6)).not.toContain(false);
    await lane.rest();
    held.resolve();
    await all(concurrency);
    expect(await looks(3)).not.toContain(false);
  });

  it("is told apart from a refusal, which is an answer", async () => {
    const refusal = Object.assign(new Error("locked"), { code: "55P03" });
    asking = () => Promise.reject(refusal);
    boss.on("error", () => undefined);
    const before = asked;
    await eventually("it is refused", () => lane.asks() && asked > before);
    for (const _ of [1, 2, 3]) await itAsks();
    asking = () => Promise.reject(new Error("Query read timeout"));
    await itAsksNoMore();
    asking = null;
    await itAsks();
  });

  it("is told after a refusal, also by a clock that is set back meanwhile", async () => {
    asking = () => Promise.reject(Object.assign(new Error("starting up"), { code: "57P03" }));
    boss.on("error", () => undefined);
    const before = asked;
    await eventually("it is refused", () => lane.asks() && asked > before);
    asking = null;
    await itAsks();
    const hourMs = 3_600_000;
    const now = Date.now.bind(Date);
    vi.spyOn(Date, "now").mockImplementation(() => now() - hourMs);
    try {
      for (const _ of [1, 2, 3]) await itAsks();
    } finally {
      vi.mocked(Date.now).mockRestore();
    }
  });

  it("is seen to have lost places, though it asks for jobs for the others", async () => {
    const outage = Promise.withResolvers<void>();
    run = async (_shop, place) => {
      await place.away(outage.promise);
      // no run does so: it is one way to lose a place
      await Promise.all([place.hasPlace(), place.hasPlace()]);
    };
    const [shop = "", ...others] = shops;
    await lane.wake([shop]);
    await eventually("it is under way", () => underWay.includes(shop));
    await sleep(200);
    expect(await looks(3)).toContain(true);
    outage.resolve();
    await all(1);
    await itAsksNoMore();
    run = () => sleep(20);
    await lane.wake(others);
    await all(shops.length);
    await itAsksNoMore();
  });

  it("is seen where its asking does not come back", async () => {
    asking = () => lost.promise;
    await itAsksNoMore();
    asking = null;
    lost.resolve({ rows: [] });
    await itAsks();
  });
});
