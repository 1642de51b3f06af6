import { readConfig } from "../config.server.ts";
import { createLog } from "../log.server.ts";
import { type Foundations, openFoundations } from "../services.server.ts";

/**
 * Runs an operator's command on the app's own database: the one of DATABASE_URL, or the embedded
 * one, joined if a server uses it already.
 *
 * @throws ConfigError when the environment is wrong
 */
export async function withDatabase<T>(work: (foundations: Foundations) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const foundations = await openFoundations(config, createLog("error"), { worker: false });
  try {
    return await work(foundations);
  } finally {
    await foundations.close();
  }
}

/** Who acts, as the timeline shows it. */
export const operator = "operator";
