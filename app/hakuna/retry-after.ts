const longestMs = 24 * 60 * 60 * 1000;

/**
 * How long to wait, in milliseconds, by a Retry-After header: seconds or an HTTP date (RFC 9110,
 * 10.2.3). At most a day, so that a mistake there does not stop a shop for good; null when there is
 * none that can be read.
 *
 * @param now epoch milliseconds
 */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | null {
  const text = (Array.isArray(header) ? header[0] : header)?.trim() ?? "";
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), longestMs);
}
