import type { Logger } from "#app/foundation/log.server.ts";
import { withinTime } from "#app/foundation/time-limit.ts";

/** A look that did not come back is given up after this: all that it may wait for has shorter limits. */
const longestMs = 10 * 60_000;

/** Does `work` again and again, one at a time. @returns ends it, after the one that is under way */
export function repeat(
  pauseMs: number,
  log: Logger,
  work: () => Promise<void>,
): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  let current = Promise.resolve();
  const next = () => {
    if (!ended) timer = setTimeout(() => (current = once()), pauseMs).unref();
  };
  const once = () =>
    withinTime(work(), longestMs, "A regular look")
      .catch((err) => log.warn({ err }, "a regular look failed; it is repeated"))
      .then(next);
  next();
  return async () => {
    ended = true;
    clearTimeout(timer);
    await current;
  };
}
