import { type DatabaseLimits, openClient } from "#app/database/connection.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import type { Queue } from "#app/queue/queue.ts";
import type { Sweeps } from "#app/queue/sweeps.ts";
import { repeat } from "./repeat.ts";

/**
 * Ends the process, to be started anew, when it is the process that is at fault: for `giveUpMs` every
 * look over a new connection was answered by the database, while a sweep got no answer all the time,
 * or a lane that has places asked for no job, or lost some of them. Without a database nothing would
 * be better after a start: the process stays up, and says so on /readyz.
 *
 * @param staleMs when /readyz says so: within it each lane is asked several times whether it asks
 * @param end instead of ending the process
 * @returns ends the watch
 */
export function watchSweeps(options: {
  sweeps: Pick<Sweeps, "answeredAt" | "asked" | "excused" | "silentLane">;
  queue: Pick<Queue, "asking">;
  databaseUrl: string;
  limits: DatabaseLimits;
  staleMs: number;
  giveUpMs: number;
  log: Logger;
  end?: () => void;
}): () => Promise<void> {
  const { sweeps, queue, staleMs, giveUpMs, log, end = () => process.exit(1) } = options;
  /** since when the database has answered at every look */
  let answersSince: number | null = null;
  let lookedAt = performance.now();
  return repeat(Math.ceil(Math.min(giveUpMs / 6, staleMs / 4)), log, async () => {
    const began = performance.now();
    for (const lane of queue.asking()) sweeps.asked(lane);
    // a process that was held up itself, by a machine that stood still, begins anew
    const stoodStill = began - lookedAt > giveUpMs / 2;
    lookedAt = began;
    const isAnswered = await answers(options);
    if (!isAnswered || stoodStill) {
      answersSince = null;
      sweeps.excused();
    }
    if (!isAnswered) return;
    answersSince ??= began;
    const isGivenUp = (since: number) => began - Math.max(since, answersSince ?? began) >= giveUpMs;
    const silent = sweeps.silentLane();
    if (isGivenUp(sweeps.answeredAt() ?? began)) {
      log.fatal(
        "the database answers, but the sweep does not: the process ends to be started anew",
      );
      end();
    } else if (silent && isGivenUp(silent.since)) {
      log.fatal(
        { lane: silent.lane },
        "the database answers, but a lane asks for no jobs or lost places: the process ends to be started anew",
      );
      end();
    }
  });
}

async function answers({
  databaseUrl,
  limits,
}: {
  databaseUrl: string;
  limits: DatabaseLimits;
}): Promise<boolean> {
  const quick = { ...limits, statementMs: limits.connectMs };
  const client = openClient(databaseUrl, "hakuna-watch", quick);
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
