import { expect, it } from "vitest";
import { runChaos } from "#test/chaos/run-chaos.ts";

it("every order is right after everything that can go wrong went wrong once", {
  timeout: 300_000,
}, async () => {
  const size = { histories: 48, rounds: 1, roundsOfReading: 0, downMs: 300, pace: 0.3 };
  const { wrong } = await runChaos({ ...size, seed: 20_261_124 }, () => undefined);
  expect(wrong).toEqual([]);
});
