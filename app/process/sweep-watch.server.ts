import { type DatabaseLimits, openClient } from "#app/database/connection.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import type { Sweeps } from "#app/queue/sweeps.ts";
import { repeat } from "./repeat.ts";

/**
 * Ends the process, to be started anew, when it is the process that is at fault: for `giveUpMs` every
 * look over a new connection was answered by the database, while a sweep got no answer all the time.
 * Without a database nothing would be better after a start: the process stays up, and says so on
 * /readyz.
 *
 * @param end instead of ending the process
 * @returns ends the watch
 */
export function watchSweeps(options: {
  sweeps: Pick<Sweeps, "answeredAt">;
  databaseUrl: string;
  limits: DatabaseLimits;
  giveUpMs: number;
  log: Logger;
  end?: () => void;
}): () => Promise<void> {
  const { sweeps, giveUpMs, log, end = () => process.exit(1) } = options;
  /** since when the database has answered at every look */
  let answersSince: number | null = null;
  return repeat(Math.ceil(giveUpMs / 6), log, async () => {
    const began = performance.now();
    if (!(await answers(options))) {
      answersSince = null;
      return;
    }
    answersSince ??= began;
    const silentSince = Math.max(sweeps.answeredAt() ?? began, answersSince);
    if (began - silentSince < giveUpMs) return;
    log.fatal("the database answers, but the sweep does not: the process ends to be started anew");
    end();
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
