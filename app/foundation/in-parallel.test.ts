import { expect, it } from "vitest";
import { inParallel } from "./in-parallel.ts";

it("answers in the order of the items, with never more at a time than it may", async () => {
  let now = 0;
  let most = 0;
  const results = await inParallel([5, 1, 4, 2, 3], 2, async (turns) => {
    now += 1;
    most = Math.max(most, now);
    for (let turn = 0; turn < turns; turn += 1) await null;
    now -= 1;
    return turns * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
  expect(await inParallel([], 2, async () => 1)).toEqual([]);
});

it("begins nothing after an error, and says it", async () => {
  const begun: number[] = [];
  const run = inParallel([1, 2, 3, 4], 1, async (item) => {
    begun.push(item);
    if (item === 2) throw new Error("no");
  });
  await expect(run).rejects.toThrow("no");
  expect(begun).toEqual([1, 2]);
});
