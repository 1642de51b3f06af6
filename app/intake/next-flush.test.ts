import { expect, it } from "vitest";
import { nextFlush } from "./next-flush.ts";

const kb = 1024;
const waiting = (...sizes: number[]) =>
  sizes.map((size, at) => ({ at, row: { payload: new Uint8Array(size * kb) } }));
const places = (some: readonly { at: number }[]) => some.map(({ at }) => at);

it("is 64 rows at most, in the order in which they came", () => {
  const { batch, rest } = nextFlush(waiting(...Array(70).fill(6)));
  expect(places(batch)).toEqual(Array.from({ length: 64 }, (_, at) => at));
  expect(places(rest)).toEqual([64, 65, 66, 67, 68, 69]);
});

it("has one large payload, and all the small ones behind it", () => {
  const first = nextFlush(waiting(557, 6, 557, 6, 557));
  expect(places(first.batch)).toEqual([0, 1, 3]);
  const second = nextFlush(first.rest);
  expect(places(second.batch)).toEqual([2]);
  expect(places(second.rest)).toEqual([4]);
});

it("is nothing of nothing", () => {
  expect(nextFlush([])).toEqual({ batch: [], rest: [] });
});
