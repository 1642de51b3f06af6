import { describe, expect, it } from "vitest";
import { type Needed, shrink } from "./shrink.ts";

const names = Array.from({ length: 25 }, (_, index) => `trouble ${index}`);
const all: Needed = { shops: 8, histories: 1500, names };

async function found(fails: (part: Needed) => boolean) {
  let runs = 0;
  const small = await shrink(all, async (part) => {
    runs += 1;
    return fails(part);
  });
  return { ...small, runs };
}

describe("a run that fails", () => {
  it("is narrowed to the two troubles, the shops and the orders that it takes", async () => {
    const needs = (part: Needed) =>
      ["trouble 3", "trouble 17"].every((name) => part.names.includes(name)) &&
      part.shops >= 3 &&
      part.histories >= 100;
    const { runs, ...small } = await found(needs);
    expect(small).toEqual({ shops: 3, names: ["trouble 3", "trouble 17"], histories: 188 });
    expect(runs).toBeLessThan(60);
  });

  it("that takes nothing of it is narrowed to nothing", async () => {
    expect(await found(() => true)).toMatchObject({ shops: 1, histories: 1, names: [] });
  });

  it("that takes all of it stays as it is", async () => {
    expect(await found((part) => part === all)).toMatchObject(all);
  });
});
