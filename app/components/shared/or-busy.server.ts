import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";

/**
 * What `work` resolves with. Where the database is in trouble, or somebody holds what is to be changed
 * for longer than one waits for it, that is no fault of the page's: it can be asked again.
 *
 * @throws the answer 503
 */
export async function orBusy<T>(work: Promise<T>, log: Logger): Promise<T> {
  try {
    return await work;
  } catch (err) {
    if (!isDatabaseTrouble(err)) throw err;
    log.warn({ err }, "a page was answered 503");
    throw new Response("Please try again in a moment.", {
      status: 503,
      headers: { "Retry-After": "5" },
    });
  }
}
