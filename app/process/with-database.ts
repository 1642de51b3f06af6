import { pino } from "pino";
import { readConfig } from "#app/foundation/config.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import type { Foundations } from "#app/services.server.ts";
import { withDevelopmentKey } from "./development-key.ts";
import { openFoundations } from "./foundations.server.ts";

/**
 * Runs an operator's command on the app's own database: the one of DATABASE_URL, or the embedded
 * one, joined if a server uses it already. The log goes to standard error: what a command answers
 * stands on standard output alone.
 *
 * @throws ConfigError when the environment is wrong
 */
export async function withDatabase<T>(
  work: (foundations: Foundations) => Promise<T>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<T> {
  const config = readConfig(withDevelopmentKey(env));
  const foundations = await openFoundations(config, createLog("error", pino.destination(2)), {
    worker: false,
  });
  try {
    return await work(foundations);
  } finally {
    await foundations.close();
  }
}
