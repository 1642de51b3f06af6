import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLog } from "#app/foundation/log.server.ts";
import { repeat } from "./repeat.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const log = createLog("silent");
const never = () => new Promise<never>(() => undefined);

it("what fails, and what does not come back for ten minutes, is done again", async () => {
  const looks = [() => Promise.reject(new Error("failed")), never, async () => undefined];
  let looked = 0;
  const end = repeat(1000, log, async () => {
    looked += 1;
    await looks[looked - 1]?.();
  });
  await vi.advanceTimersByTimeAsync(2000);
  expect(looked).toBe(2);
  await vi.advanceTimersByTimeAsync(600_999);
  expect(looked).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(looked).toBe(3);
  await end();
});

it("its end waits for what is under way, and nothing comes after it", async () => {
  let looked = 0;
  const end = repeat(1000, log, async () => {
    looked += 1;
    await new Promise((done) => setTimeout(done, 500));
  });
  await vi.advanceTimersByTimeAsync(1000);
  let hasEnded = false;
  void end().then(() => {
    hasEnded = true;
  });
  await vi.advanceTimersByTimeAsync(499);
  expect(hasEnded).toBe(false);
  await vi.advanceTimersByTimeAsync(5000);
  expect([hasEnded, looked]).toEqual([true, 1]);
});
