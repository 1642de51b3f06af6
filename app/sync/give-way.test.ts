import { expect, it } from "vitest";
import { giveWay } from "./give-way.ts";

it("goes on at once while the intake is quiet", async () => {
  const order: string[] = [];
  const way = giveWay({ waiting: 7 }).then(() => order.push("went on"));
  await Promise.resolve().then(() => order.push("next"));
  await way;
  expect(order).toEqual(["went on", "next"]);
});

it("waits until the crowd is gone", async () => {
  const door = { waiting: 30 };
  let gone = false;
  setTimeout(() => {
    gone = true;
    door.waiting = 0;
  }, 50);
  await giveWay(door);
  expect(gone).toBe(true);
});

it("goes on in the end although the crowd stays", async () => {
  await expect(giveWay({ waiting: 30 })).resolves.toBeUndefined();
});
