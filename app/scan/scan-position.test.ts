import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  advance,
  beginning,
  cursorOf,
  nextTime,
  type Position,
  timeAfter,
} from "./scan-position.ts";

/** Shopify's list: sorted, from `bound` on, in pages, and at an end after `most` results. */
function read(times: readonly number[], position: Position, size: number, most: number) {
  const list = times.filter((time) => time >= position.bound).slice(0, most);
  const start = Number(position.after ?? 0);
  const page = list.slice(start, start + size);
  const next = start + size < list.length ? String(start + size) : null;
  return { page, end: { count: page.length, last: page.at(-1) ?? null, next } };
}

/** All that a scan reads of the list, and how many pages it asked for. */
function scan(times: readonly number[], { size = 8, limit = 100, most = 100 }) {
  const seen: number[] = [];
  let pages = 0;
  let position: Position | null = beginning(0);
  while (position !== null && pages < 10_000) {
    const { page, end } = read(times, position, size, limit);
    seen.push(...page);
    pages += 1;
    position = advance(position, end, most);
  }
  return { seen: new Set(seen), pages };
}

describe("a scan of a list", () => {
  it("reads every result, however soon Shopify ends a list and whatever the app takes for its end", () => {
    const times = fc.array(fc.nat(60), { maxLength: 200 });
    fc.assert(
      fc.property(
        times,
        fc.constantFrom(30, 100),
        fc.constantFrom(30, 1000),
        (made, limit, most) => {
          // fewer of one second than a list holds
          const sorted = made
            .filter((time, index) => made.indexOf(time) >= index - 20)
            .sort((a, b) => a - b);
          expect(scan(sorted, { limit, most }).seen).toEqual(new Set(sorted));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("goes on behind the end of a list that tells nothing of there being more", () => {
    const times = Array.from({ length: 300 }, (_, index) => Math.floor(index / 3));
    expect(scan(times, { limit: 30, most: 1000 }).seen.size).toBe(100);
  });

  it("asks for one page where there is one, and ends", () => {
    expect(scan([], {}).pages).toBe(1);
    expect(scan([1, 2, 3], {}).pages).toBe(1);
  });

  it("ends where more orders than a list holds have the same time", () => {
    const times = Array.from({ length: 150 }, () => 7);
    expect(scan(times, {}).pages).toBeLessThan(50);
  });

  it("begins a narrower list before the 25,000th result", () => {
    const at = { bound: 1, reached: 50, after: "c", listed: 24_990 };
    expect(advance(at, { count: 8, last: 60, next: "d" })).toEqual(beginning(60));
    expect(advance({ ...at, listed: 20_000 }, { count: 8, last: 60, next: "d" })).toEqual({
      ...{ bound: 1, reached: 60, after: "d", listed: 20_008 },
    });
  });
});

describe("the cursor of a reconciliation", () => {
  const minute = 60_000;
  const overlap = 10 * minute;

  it("never passes the run's start less the overlap", () => {
    const startedAt = 1_000 * minute;
    expect(cursorOf(900 * minute, { startedAt, reached: 950 * minute }, overlap)).toBe(
      950 * minute,
    );
    expect(cursorOf(900 * minute, { startedAt, reached: 995 * minute }, overlap)).toBe(
      990 * minute,
    );
    expect(cursorOf(900 * minute, { startedAt, reached: null }, overlap)).toBe(990 * minute);
  });

  it("never goes back", () => {
    expect(
      cursorOf(990 * minute, { startedAt: 991 * minute, reached: 970 * minute }, overlap),
    ).toBe(990 * minute);
  });
});

describe("the times of the shops", () => {
  const interval = 900_000;
  const shops = Array.from({ length: 1000 }, (_, index) => `shop-${index}.myshopify.com`);

  it("are one interval apart for each shop", () => {
    const [shop = ""] = shops;
    const first = nextTime(shop, 1_790_000_000_000, interval);
    expect(first).toBeGreaterThan(1_790_000_000_000);
    expect(first).toBeLessThanOrEqual(1_790_000_000_000 + interval);
    expect(Math.abs(nextTime(shop, first, interval) - first - interval)).toBeLessThanOrEqual(1);
  });

  it.each([interval, 500])(
    "are not right after a run that was asked for, of every %d ms",
    (every) => {
      const rest = Math.min(60_000, every / 2);
      const waits = shops.map(
        (shop) => timeAfter(shop, 1_790_000_000_000, every) - 1_790_000_000_000,
      );
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(rest);
      expect(Math.max(...waits)).toBeLessThanOrEqual(every + rest + 1);
    },
  );

  it("are spread over the interval", () => {
    const minutes = shops.map((shop) =>
      Math.floor((nextTime(shop, 0, interval) % interval) / 60_000),
    );
    const counts = Array.from({ length: 15 }, (_, at) => minutes.filter((m) => m === at).length);
    expect(Math.min(...counts)).toBeGreaterThan(30);
    expect(Math.max(...counts)).toBeLessThan(120);
  });
});
