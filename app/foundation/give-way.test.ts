import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { giveWay, noteFlush, openDoor } from "./give-way.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("goes on at once while the intake is quiet", async () => {
  const door = openDoor();
  noteFlush(door, 7);
  await giveWay(door);
  await giveWay(door);
});

it("waits until the crowd is gone, once the step of this second is taken", async () => {
  const door = openDoor();
  noteFlush(door, 30);
  await giveWay(door);
  const wentOn = vi.fn();
  const way = giveWay(door).then(wentOn);
  await vi.advanceTimersByTimeAsync(60);
  noteFlush(door, 8);
  await vi.advanceTimersByTimeAsync(60);
  expect(wentOn).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(60);
  expect(wentOn).toHaveBeenCalled();
  await way;
});

it("takes one step a second, whoever asks, although the crowd stays", async () => {
  const door = openDoor();
  noteFlush(door, 30);
  const crowd = setInterval(() => noteFlush(door, 30), 5);
  const wentOn = vi.fn();
  const ways = [1, 2, 3].map(() => giveWay(door).then(wentOn));
  await vi.advanceTimersByTimeAsync(900);
  expect(wentOn).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1200);
  expect(wentOn).toHaveBeenCalledTimes(3);
  clearInterval(crowd);
  await Promise.all(ways);
});
