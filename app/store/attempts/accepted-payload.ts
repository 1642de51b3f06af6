import { type FeedOrder, reportedWith } from "#app/order/feed-order.ts";
import { redactFeedOrder } from "#app/order/redact-feed-order.ts";

/**
 * A feed order is stored with the request that it is in, and not once more when the feed takes it: it
 * was accepted if the order's row names that request, or has its hash. Until then `formerPayload` is
 * what was accepted before; it holds no customer, who is erased in one place alone, also by a process
 * of the version before. JSON columns as they are read.
 */
export type StoredPayloads = {
  /** of the order's row, and so is the hash */
  acceptedAttempt: string | null;
  acceptedHash: string | null;
  lastPayload: unknown;
  formerPayload: unknown;
  /** the attempt that `lastPayload` is in; null: it was accepted */
  sentIn: string | null;
  reportedUnits: unknown;
};

export type Payloads = {
  /** accepted last */
  lastPayload: FeedOrder | null;
  /** of the latest request, while it is not accepted */
  sentPayload: FeedOrder | null;
  /** the attempt that it is in */
  sentIn: string | null;
  /** line item id → the most fulfilled units that the feed ever accepted */
  reportedUnits: Record<string, number>;
};

/** What Hakuna accepted of an order, and what was sent since. */
export function payloadsOf(stored: StoredPayloads): Payloads {
  const { acceptedAttempt, acceptedHash, sentIn } = stored;
  const lastPayload = stored.lastPayload as FeedOrder | null;
  const reportedUnits = stored.reportedUnits as Record<string, number>;
  if (sentIn !== null && acceptedHash === null && sentIn !== acceptedAttempt) {
    const former = stored.formerPayload as FeedOrder | null;
    return { lastPayload: former, sentPayload: lastPayload, sentIn, reportedUnits };
  }
  const isCounted = sentIn === null || lastPayload === null;
  return {
    ...{ lastPayload, sentPayload: null, sentIn: null },
    reportedUnits: isCounted
      ? reportedUnits
      : (reportedWith(reportedUnits, lastPayload) ?? reportedUnits),
  };
}

/** The same as it is stored. */
export function storedPayloads({
  lastPayload,
  sentPayload,
  sentIn,
}: Payloads): Pick<StoredPayloads, "lastPayload" | "formerPayload" | "sentIn"> {
  return {
    lastPayload: sentPayload ?? lastPayload,
    formerPayload: sentPayload && lastPayload && redactFeedOrder(lastPayload),
    sentIn: sentPayload && sentIn,
  };
}
