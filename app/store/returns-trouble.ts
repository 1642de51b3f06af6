import type { Failing } from "./lease.ts";

/** So often in a row returns may not be looked at before the merchant is told. */
const mostSilent = 3;

/**
 * Since when a shop's returns cannot be looked at, epoch milliseconds, and why, in Shopify's words,
 * where that is not over soon; null: they can, or nobody is to.
 */
export function returnsTrouble({ returns }: Failing): { since: number; words: string } | null {
  if (returns === undefined || returns.failures < mostSilent) return null;
  return { since: returns.since, words: returns.reason };
}
