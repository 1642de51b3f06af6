import { type FeedOrder, reportedWith } from "#app/order/feed-order.ts";

/** What is stored of an order's requests; JSON columns as they are read. */
export type StoredPayloads = {
  /** of the order's row */
  acceptedAttempt: string | null;
  lastPayload: unknown;
  sentPayload: unknown;
  sentIn: string | null;
  reportedUnits: unknown;
};

/** What Hakuna accepted of an order: the feed order, null if none; line item id → fulfilled units. */
export type Accepted = { lastPayload: FeedOrder | null; reportedUnits: Record<string, number> };

/**
 * Reads what Hakuna accepted last. A feed order is stored with the request that it is in, and not
 * once more when the feed takes it: it was accepted if the order's row names that request.
 */
export function acceptedOf(stored: StoredPayloads): Accepted {
  const lastPayload = stored.lastPayload as FeedOrder | null;
  const sentPayload = stored.sentPayload as FeedOrder | null;
  const reportedUnits = stored.reportedUnits as Record<string, number>;
  if (sentPayload === null || stored.sentIn === null || stored.sentIn !== stored.acceptedAttempt) {
    return { lastPayload, reportedUnits };
  }
  return {
    lastPayload: sentPayload,
    reportedUnits: reportedWith(reportedUnits, sentPayload) ?? reportedUnits,
  };
}
