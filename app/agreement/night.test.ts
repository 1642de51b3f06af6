import { describe, expect, it } from "vitest";
import { isNight, proofTime } from "./night.ts";

const at = (time: string) => Date.parse(`2026-11-28T${time}Z`);
const shops = Array.from({ length: 200 }, (_, index) => `shop-${index}.myshopify.com`);

describe("the night", () => {
  it.each([
    [{ from: 1, to: 5 }, "00:59:59", false],
    [{ from: 1, to: 5 }, "01:00:00", true],
    [{ from: 1, to: 5 }, "04:59:59", true],
    [{ from: 1, to: 5 }, "05:00:00", false],
    [{ from: 22, to: 4 }, "23:00:00", true],
    [{ from: 22, to: 4 }, "03:00:00", true],
    [{ from: 22, to: 4 }, "12:00:00", false],
    [{ from: 0, to: 24 }, "12:00:00", true],
    [null, "02:00:00", false],
  ])("of %j has %s: %s", (night, time, is) => {
    expect(isNight(night, at(time))).toBe(is);
  });

  it("has a place for every shop, spread, and with time left for the last", () => {
    const night = { from: 22, to: 4 };
    const times = shops.map(
      (shop) => proofTime(shop, night, at("12:00:00"), { after: false }) ?? 0,
    );
    expect(Math.min(...times)).toBeGreaterThanOrEqual(at("22:00:00"));
    expect(Math.max(...times)).toBeLessThan(at("22:00:00") + 4.5 * 3_600_000);
    expect(new Set(times.map((time) => Math.floor(time / 1_800_000))).size).toBe(9);
  });

  it("is the next one after a proof, and this one for a shop that was never proven", () => {
    const night = { from: 1, to: 5 };
    for (const shop of shops) {
      const first = proofTime(shop, night, at("03:00:00"), { after: false }) ?? 0;
      const next = proofTime(shop, night, at("03:00:00"), { after: true }) ?? 0;
      expect(next - first).toBe(86_400_000);
      expect(first).toBeGreaterThanOrEqual(at("01:00:00"));
    }
    expect(proofTime("a.myshopify.com", null, at("03:00:00"), { after: true })).toBeNull();
  });
});
