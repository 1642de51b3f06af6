import type pg from "pg";
import { afterEach, expect, it, vi } from "vitest";
import { createLog } from "#app/foundation/log.server.ts";
import { startClock } from "./clock.ts";

afterEach(() => void vi.restoreAllMocks());

it("is not moved when the machine's clock is set to another time", async () => {
  const right = Date.now.bind(Date);
  const pool = { query: async () => ({ rows: [{ now: right() }] }) } as unknown as pg.Pool;
  const clock = await startClock(pool, createLog("silent"));
  const isRight = () => Math.abs(clock.now() - right()) < 60_000;
  expect(isRight()).toBe(true);
  expect(Number.isInteger(clock.now())).toBe(true);
  for (const minutes of [10, -10]) {
    vi.spyOn(Date, "now").mockImplementation(() => right() + minutes * 60_000);
    expect(isRight()).toBe(true);
  }
  clock.stop();
});
