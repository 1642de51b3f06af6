import { expect, it } from "vitest";
import { reportedWith } from "./feed-order.ts";
import { fulfilled, line, map, order } from "./order.fixture.ts";

const lines = [line("1", { quantity: 3 }), line("2"), line("3")];
const shipped = order(lines, {
  fulfillments: { 5: fulfilled(10, { 1: 1, 2: 1 }), 6: fulfilled(20, { 1: 1 }) },
});

it("remembers the most units of each line that Hakuna accepted as fulfilled", () => {
  const { feedOrder } = map(shipped);
  if (!feedOrder) throw new Error("blocked");
  expect(reportedWith({}, feedOrder)).toEqual({ 1: 2, 2: 1 });
  expect(reportedWith({ 1: 1, 3: 1 }, feedOrder)).toEqual({ 1: 2, 2: 1, 3: 1 });
  expect(reportedWith({ 1: 3 }, feedOrder)).toEqual({ 1: 3, 2: 1 });
  expect(reportedWith({ 1: 2, 2: 1 }, feedOrder)).toBeNull();
});
