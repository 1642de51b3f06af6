// Preloaded into a process of the app: notes in a file of the folder STEPS_FOLDER which step of a run
// is at work for which shop. A statement is known by the file of the app that asks it.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { filesOfSteps, type Step, type StepSeen } from "./steps.ts";

const folder = process.env.STEPS_FOLDER ?? "";
const file = join(folder, `${process.pid}-${crypto.randomUUID()}.jsonl`);
const known = new Map<string, Step | null>();
const seenAt = new Map<string, number>();
/** The same is noted again after so long. */
const restMs = 50;

function stepOf(sql: string): Step | null {
  const remembered = known.get(sql);
  if (remembered !== undefined) return remembered;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 30;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = limit;
  // the nearest of them: a step that is done within another one is itself
  const lines = stack.split("\n");
  const steps = Object.entries(filesOfSteps) as [Step, readonly string[]][];
  const at = ([, files]: (typeof steps)[number]) =>
    lines.findIndex((line) => files.some((path) => line.includes(`/${path}`)));
  const [nearest] = steps.filter((one) => at(one) >= 0).sort((a, b) => at(a) - at(b));
  const step = nearest?.[0] ?? null;
  known.set(sql, step);
  return step;
}

function note(asked: unknown, given: unknown): void {
  const { text, values } = (typeof asked === "string" ? { text: asked, values: given } : asked) as {
    text?: unknown;
    values?: unknown;
  };
  if (typeof text !== "string" || !Array.isArray(values)) return;
  const shop = values.find((value) => typeof value === "string" && value.includes(".myshopify."));
  if (shop === undefined) return;
  const step = stepOf(text);
  if (step === null) return;
  // not Date: the process may have a clock that is wrong
  const at = performance.timeOrigin + performance.now();
  const key = `${step} ${shop}`;
  if (at - (seenAt.get(key) ?? 0) < restMs) return;
  seenAt.set(key, at);
  const seen: StepSeen = { step, shop, at };
  appendFileSync(file, `${JSON.stringify(seen)}\n`);
}

for (const { prototype } of [pg.Client, pg.Pool]) {
  const { query } = prototype as unknown as { query(...args: unknown[]): unknown };
  Object.assign(prototype, {
    query(this: unknown, ...args: unknown[]) {
      if (args[0]) note(args[0], args[1]);
      return query.apply(this, args);
    },
  });
}
