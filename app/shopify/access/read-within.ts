import { unavailable } from "./admin-api.ts";

/** Whoever waits for it renews a lease meanwhile, and a page or a process's end does not wait longer. */
export const longestReadMs = 20_000;

/**
 * Reads from the Admin API within a time limit, whatever it waits for: the renewal of an access and
 * what others do to it have limits of their own, which together are longer.
 *
 * @param read its signal ends queries
 * @throws AdminError when the time is over
 */
export async function readWithin<Answer>(
  ms: number,
  read: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const ended = new AbortController();
  const timer = setTimeout(() => {
    ended.abort();
    reject(unavailable("It did not answer in time."));
  }, ms);
  try {
    return await Promise.race([read(ended.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
