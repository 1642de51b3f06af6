import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openPlaces } from "./places.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = () => new Promise<never>(() => undefined);

/** A run that lent its place. */
async function takeLent(places: ReturnType<typeof openPlaces>) {
  const place = places.take();
  void place.away(never());
  await vi.advanceTimersByTimeAsync(100);
  expect(place.isLent).toBe(true);
  return place;
}

it("a run that was given up while its place was lent takes none when it goes on", async () => {
  const places = openPlaces(4);
  for (let runs = 0; runs < 4; runs += 1) {
    const place = await takeLent(places);
    place.leave();
    expect(await place.hasPlace()).toBe(false);
  }
  expect(places.free()).toBe(4);
});

it("a run that was given up lends nothing when it waits later, or did already", async () => {
  const places = openPlaces(4);
  const [before, after] = [places.take(), places.take()];
  void before.away(never());
  for (const place of [before, after]) place.leave();
  void after.away(never());
  await vi.advanceTimersByTimeAsync(1000);
  expect(places.free()).toBe(4);
  expect([before.isLent, after.isLent]).toEqual([false, false]);
  expect(await after.hasPlace()).toBe(false);
});

it("a run that is given up while it waits for a place is given none", async () => {
  const places = openPlaces(1);
  const given = await takeLent(places);
  const other = places.take();
  const waiting = given.hasPlace();
  given.leave();
  expect(await waiting).toBe(false);
  other.leave();
  expect(places.free()).toBe(1);
});

it("a run that is given up in the moment in which it has a place again gives it back", async () => {
  const places = openPlaces(1);
  const given = await takeLent(places);
  const other = places.take();
  const waiting = given.hasPlace();
  other.leave();
  given.leave();
  expect(await waiting).toBe(false);
  expect(places.free()).toBe(1);
});

it("a run leaves once", () => {
  const places = openPlaces(2);
  const place = places.take();
  place.leave();
  place.leave();
  expect(places.free()).toBe(2);
});

it("a place that no run holds any more is seen to be lost", async () => {
  const places = openPlaces(3);
  const place = await takeLent(places);
  expect(places.lost()).toBe(0);
  // no run does so: it is one way to lose a place
  expect(await Promise.all([place.hasPlace(), place.hasPlace()])).toEqual([true, true]);
  place.leave();
  expect([places.free(), places.lost()]).toEqual([2, 1]);
});

it("a run that was given up asks no feed that did not answer the last time", () => {
  const places = openPlaces(4);
  const given = places.take();
  expect(given.probe()).toBe(true);
  given.leave();
  expect(given.probe()).toBe(false);
  expect(places.take().probe()).toBe(true);
});

it("a new run waits until a place is free, and runs that come back go before it", async () => {
  const places = openPlaces(1);
  const given = await takeLent(places);
  const other = places.take();
  const order: string[] = [];
  const back = given.hasPlace().then(() => void order.push("back"));
  const begun = places.oneFree().then(() => void order.push("new"));
  other.leave();
  await back;
  expect(order).toEqual(["back"]);
  given.leave();
  await begun;
  expect(order).toEqual(["back", "new"]);
});

it("runs of silent feeds share one place of ten, whenever it is found out that they are", async () => {
  const places = openPlaces(20);
  const before = [places.take(true), places.take(true), places.take(true)];
  const begun = await Promise.all([before[0]?.hasPlace(), before[1]?.hasPlace()]);
  expect(begun).toEqual([true, true]);
  const third = before[2]?.hasPlace();
  // it finds out while it has a place, and has to give it up
  const [quick, late] = [places.take(), await takeLent(places)];
  const turns: string[] = [];
  const found = [quick, late].map((place, index) =>
    place.silent(5000).then(() => void turns.push(`${index}`)),
  );
  await vi.advanceTimersByTimeAsync(10);
  expect([turns, places.free()]).toEqual([[], 18]);
  before[0]?.leave();
  expect(await third).toBe(true);
  before[1]?.leave();
  before[2]?.leave();
  await Promise.all(found);
  for (const place of [quick, late]) place.leave();
  expect(places.free()).toBe(20);
  // none of them is counted any more
  expect(await places.take(true).hasPlace()).toBe(true);
  expect(await places.take(true).hasPlace()).toBe(true);
});

it("a run of a silent feed goes on without a place when none is free in time", async () => {
  const places = openPlaces(1);
  const held = places.take(true);
  expect(await held.hasPlace()).toBe(true);
  const other = places.take(true);
  const waited = other.silent(5000);
  await vi.advanceTimersByTimeAsync(5000);
  await waited;
  expect(other.isLent).toBe(true);
  // it answers: from then on it is one of the others
  held.answered();
  held.leave();
  other.answered();
  expect(await other.hasPlace()).toBe(true);
  other.leave();
  expect(places.free()).toBe(1);
});

it("a shop of a silent feed that has much to do gives way to the others after a while", async () => {
  const places = openPlaces(1);
  const giant = places.take(true);
  expect(await giant.hasPlace()).toBe(true);
  const other = places.take(true);
  const turn = other.hasPlace();
  await vi.advanceTimersByTimeAsync(500);
  expect(await giant.hasPlace()).toBe(true);
  await vi.advanceTimersByTimeAsync(600);
  const back = giant.hasPlace();
  expect(await turn).toBe(true);
  other.leave();
  expect(await back).toBe(true);
  // and where nobody waits it goes on
  await vi.advanceTimersByTimeAsync(5000);
  expect(await giant.hasPlace()).toBe(true);
  giant.leave();
  expect(places.free()).toBe(1);
});

it("shops of silent feeds that wait for their turn keep nobody from lending a place", async () => {
  const places = openPlaces(1, 1);
  const waiting = [places.take(true), places.take(true)];
  await takeLent(places);
  expect(places.free()).toBe(1);
  for (const place of waiting) place.leave();
});

it("whatever runs do, in whatever order, the places add up", async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    let state = seed;
    const random = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    const count = 1 + random(12);
    const places = openPlaces(count, 1 + random(3));
    const runs: ReturnType<typeof places.take>[] = [];
    const left: typeof runs = [];
    const waiting = new Set<(typeof runs)[number]>();
    const wait = (place: (typeof runs)[number], until: Promise<unknown>) => {
      waiting.add(place);
      void until.then(() => waiting.delete(place));
    };
    for (let move = 0; move < 60; move += 1) {
      // a run does one thing after the other
      const able = [...runs, ...left].filter((one) => !waiting.has(one));
      const place = able[random(able.length || 1)];
      const what = random(8);
      if (what === 0 && places.free() > 0) runs.push(places.take(random(2) === 0));
      else if (what === 1 && place) {
        const ms = random(200);
        wait(place, place.away(new Promise<void>((answer) => setTimeout(answer, ms))));
      } else if (what === 2 && place) wait(place, place.hasPlace());
      else if (what === 3 && place) wait(place, place.silent(5000));
      else if (what === 4) place?.answered();
      else if (what === 5) place?.probe();
      else if (what === 6 && runs.length > 0) {
        // given up, whatever it waits for
        const [gone] = runs.splice(random(runs.length), 1);
        gone?.leave();
        if (gone) left.push(gone);
      } else await vi.advanceTimersByTimeAsync(random(7000));
      const holding = runs.filter(({ isLent }) => !isLent).length;
      // one that has just been let in does not know yet
      await vi.advanceTimersByTimeAsync(0);
      expect(places.free()).toBe(count - runs.filter(({ isLent }) => !isLent).length);
      expect(places.lost()).toBe(0);
      expect(holding).toBeLessThanOrEqual(count);
    }
    for (const place of runs) place.leave();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(places.free()).toBe(count);
    const silent = Array.from({ length: count }, () => places.take(true));
    const begun = silent.map((place) => place.hasPlace());
    await vi.advanceTimersByTimeAsync(5000);
    const had = (await Promise.all(begun)).filter(Boolean).length;
    expect(had).toBe(Math.max(1, Math.floor(count / 10)));
    for (const place of silent) place.leave();
  }
});
