import { mostListed, type OrderList } from "#app/shopify/orders/order-list-query.ts";

/** Where in a list of orders a scan is. Times are of what the list is sorted by. */
export type Position = {
  /** where the list begins; epoch milliseconds */
  bound: number;
  /** of the last order that was read; epoch milliseconds */
  reached: number;
  /** Shopify's cursor behind that order; null: the list is at its beginning */
  after: string | null;
  /** how many orders of the list were read */
  listed: number;
};

/** What a page says of where the scan is: how many orders it held, and the last one's time. */
export type PageEnd = { count: number; last: number | null; next: string | null };

/** The position at the beginning of a list. */
export function beginning(bound: number): Position {
  return { bound, reached: bound, after: null, listed: 0 };
}

/**
 * The position behind a page; null: all has been read. Shopify ends every list after a number of
 * results, and where one ends nothing tells whether that is why. So a list of more than one page is
 * followed by a narrower one that begins at its last order, until nothing is new in it.
 */
export function advance(
  position: Position,
  { count, last, next }: PageEnd,
  most = mostListed,
): Position | null {
  const reached = last ?? position.reached;
  const listed = position.listed + count;
  const hasMoved = reached !== position.bound;
  if (next !== null && (listed + count <= most || !hasMoved)) {
    return { ...position, reached, after: next, listed };
  }
  const isLast = next === null && (position.after === null || !hasMoved);
  return isLast ? null : beginning(reached);
}

/** The list that a reconciliation reads, or an import. */
export function listAt(
  { bound }: Pick<Position, "bound">,
  scan: { kind: "reconciliation" } | { kind: "import"; since: number | null },
): OrderList {
  return scan.kind === "import"
    ? { by: "created_at", until: bound, since: scan.since }
    : { by: "updated_at", from: bound };
}

/**
 * How far a reconciliation has come: changes up to then have been read. Never later than its start
 * less the overlap, because Shopify's search does not know yet what changed just now, and never
 * earlier than before.
 *
 * @param run when it began; `reached` null: it has come to its end
 */
export function cursorOf(
  before: number | null,
  run: { startedAt: number; reached: number | null },
  overlapMs: number,
): number {
  const most = run.startedAt - overlapMs;
  return Math.max(before ?? Number.NEGATIVE_INFINITY, Math.min(run.reached ?? most, most));
}

/**
 * When a shop is reconciled next: the shops are spread over the interval, each at its own place in it.
 *
 * @param now epoch milliseconds
 */
export function nextTime(domain: string, now: number, intervalMs: number): number {
  const place = placeOf(domain) * intervalMs;
  const elapsed = (((now - place) % intervalMs) + intervalMs) % intervalMs;
  return Math.ceil(now - elapsed + intervalMs);
}

/** So long the figures of a run stay as they are: whoever asked for it reads them. */
const restMs = 60_000;

/** The same for a shop whose reconciliation came to its end at `end`: not right after it. */
export function timeAfter(domain: string, end: number, intervalMs: number): number {
  return nextTime(domain, end + Math.min(restMs, intervalMs / 2), intervalMs);
}

/** From 0 to below 1, evenly for any set of names (FNV-1a). */
export function placeOf(domain: string): number {
  let hash = 0x811c9dc5;
  for (const char of domain) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
