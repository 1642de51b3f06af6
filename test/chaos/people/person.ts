import type { Step } from "../steps.ts";
import type { Desk } from "./desk.ts";

/** Somebody who does the same again and again in a shop of their own, whatever goes wrong meanwhile. */
export type Person = {
  /** what they do: "pause and go on" */
  name: string;
  /** steps of a run that come of it */
  steps: readonly Step[];
  /** what the app is granted there beside the usual */
  scopes?: readonly string[];
  /** Begins in the shop; resolves with what they do from then on. */
  begin(desk: Desk): Promise<Habit>;
};

export type Habit = {
  /**
   * Does it once more. Resolves when all has come of it that must; rejects where it does not.
   *
   * @param turn 0, 1, 2, …
   */
  act(turn: number): Promise<void>;
  /** What is wrong in the end because of it, each in a sentence; left out: what Hakuna holds says all */
  wrong?(): Promise<string[]>;
};
