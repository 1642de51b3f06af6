import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { faults } from "./faults.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

// what is moved or renamed would take a fault out of the list without a word: they take an hour to run
it.each(faults)("a fault fits the source of now: $name", ({ file, find, put, test }) => {
  expect(read(file).split(find)).toHaveLength(2);
  expect(put).not.toBe(find);
  expect(read(test.startsWith("app/") ? test : `test/server/${test}`)).toMatch(/\bit[.(]/);
});
