import { expect, it } from "vitest";
import { portions } from "./portions.ts";

const kb = 1024;

it("loads as many small documents at once as a large one weighs, and a large one alone", () => {
  const small = Array.from({ length: 40 }, (_, at) => ({ id: `s${at}`, bytes: 4 * kb }));
  const giants = ["g1", "g2"].map((id) => ({ id, bytes: 300 * kb }));
  const parts = portions([...small, ...giants, { id: "last", bytes: kb }]);
  expect(parts.map((part) => part.length)).toEqual([32, 8, 1, 1, 1]);
  expect(parts.flat()).toEqual([...small, ...giants, { id: "last" }].map(({ id }) => id));
});

it("has nothing to load of nothing", () => {
  expect(portions([])).toEqual([]);
});
