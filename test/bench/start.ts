import { readFileSync } from "node:fs";
import { below, type Figure, median, plain } from "./figures.ts";
import type { Stage } from "./stage.ts";

const rounds = 5;

/**
 * Processor time, user and system, that a server with its worker has used when it first answers
 * /readyz, as `npm start` starts it: with Node's cache of what it has compiled, and the first time,
 * when there is none. A migrated database; the database's own time is not in it.
 */
export async function measureStart(stage: Stage): Promise<Figure[]> {
  const again: number[] = [];
  const first: number[] = [];
  // the one that fills the cache
  await secondsOf(stage, {});
  for (let round = 0; round < rounds; round += 1) {
    again.push(await secondsOf(stage, {}));
    first.push(await secondsOf(stage, { NODE_COMPILE_CACHE: "" }));
  }
  return [
    below("start.cpu_s", median(again), "s", 2),
    plain("start.cpu_uncompiled_s", median(first), "s"),
  ];
}

async function secondsOf(stage: Stage, env: Record<string, string>): Promise<number> {
  const { process } = await stage.start("app/server.ts", { WORKER: "on", ...env });
  const seconds = processorSeconds(process.pid);
  await process.stop();
  return seconds;
}

/** What a process has used so far. Linux counts it in hundredths of a second. */
function processorSeconds(pid: number): number {
  // the name before may hold spaces
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
