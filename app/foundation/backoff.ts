/** `backoffMinMs` after the first failure, `backoffMaxMs` at most. */
export type BackoffBounds = { backoffMinMs: number; backoffMaxMs: number };

/** How long to wait after so many failures in a row and one more: doubling, with jitter. */
export function backoffMs(failures: number, bounds: BackoffBounds): number {
  const longest = Math.min(bounds.backoffMaxMs, bounds.backoffMinMs * 2 ** failures);
  return longest * (0.5 + Math.random() / 2);
}
