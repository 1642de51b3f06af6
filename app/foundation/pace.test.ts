import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Door, noteFlush, openDoor } from "./give-way.ts";
import { openPace } from "./pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const openPaced = (door: Door) => openPace(door, { clock: () => performance.now() });

/** A piece that keeps the thread for so long. */
const takes = (ms: number) => () => void vi.advanceTimersByTime(ms);

async function settled(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  void promise.then(() => {
    isSettled = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  return isSettled;
}

it("rests twice as long as long pieces took, where somebody comes in", async () => {
  const door = openDoor();
  noteFlush(door, 1);
  const pace = openPaced(door);
  await pace.piece(takes(60));
  expect(pace.spent).toBe(false);
  const more = pace.piece(takes(60));
  await vi.advanceTimersByTimeAsync(0);
  await more;
  expect(pace.spent).toBe(true);
  const rest = pace.rest();
  await vi.advanceTimersByTimeAsync(230);
  expect(await settled(rest)).toBe(false);
  await vi.advanceTimersByTimeAsync(20);
  expect(await settled(rest)).toBe(true);
  expect(pace.spent).toBe(false);
});

it("does not rest after short pieces, nor in a process that takes no webhooks", async () => {
  const door = openDoor();
  const pace = openPaced(door);
  await pace.piece(takes(500));
  const alone = pace.rest();
  expect(await settled(alone)).toBe(true);
  noteFlush(door, 1);
  for (let piece = 0; piece < 20; piece += 1) {
    const done = pace.piece(takes(4));
    await vi.advanceTimersByTimeAsync(0);
    await done;
  }
  expect(await settled(pace.rest())).toBe(true);
});

it("runs with long pieces take turns; others go on", async () => {
  const door = openDoor();
  noteFlush(door, 1);
  const [first, second, light] = [openPaced(door), openPaced(door), openPaced(door)];
  await first.piece(takes(100));
  await second.piece(takes(100));
  const rests = [first.rest(), second.rest()];
  await vi.advanceTimersByTimeAsync(220);
  expect(await Promise.all(rests.map(settled))).toEqual([true, false]);
  await light.piece(takes(1));
  expect(await settled(light.rest())).toBe(true);
  await vi.advanceTimersByTimeAsync(200);
  expect(await settled(Promise.all(rests))).toBe(true);
});

it("runs with long pieces take turns in the order in which they came, none twice before another", async () => {
  const door = openDoor();
  noteFlush(door, 1);
  const turns: number[] = [];
  const runs = Array.from({ length: 5 }, async (_run, index) => {
    const pace = openPaced(door);
    for (let turn = 0; turn < 6; turn += 1) {
      await pace.piece(takes(10 + index * 7));
      await pace.rest();
      turns.push(index);
    }
  });
  await vi.advanceTimersByTimeAsync(60_000);
  await Promise.all(runs);
  expect(turns).toEqual(Array(6).fill([0, 1, 2, 3, 4]).flat());
});

it("keeps what runs out while a run rests for long, and not afterwards", async () => {
  const door = openDoor();
  noteFlush(door, 1);
  const renew = vi.fn();
  const pace = openPace(door, { clock: () => performance.now(), keep: { everyMs: 100, renew } });
  await pace.piece(takes(160));
  const rest = pace.rest();
  await vi.advanceTimersByTimeAsync(330);
  await rest;
  expect(renew).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(1000);
  expect(renew).toHaveBeenCalledTimes(3);
});
