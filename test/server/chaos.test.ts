import { expect, it } from "vitest";
import { runChaos } from "#test/chaos/run-chaos.ts";

it("every order is right after everything that can go wrong went wrong once", {
  timeout: 600_000,
}, async () => {
  const size = { servers: 2, histories: 120, rounds: 1, roundsOfReading: 0, repeats: 1 };
  const plan = { ...size, downMs: 300, requests: 2, seed: 20_261_124 };
  const { wrong } = await runChaos(plan, () => undefined);
  expect(wrong).toEqual([]);
});
