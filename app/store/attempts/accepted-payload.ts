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
  sent: { payload: FeedOrder; attempt: string } | null;
};

/** What Hakuna accepted of an order, and what was sent since. */
export function payloadsOf(
  stored: StoredPayloads,
): Payloads & { reportedUnits: Record<string, number> } {
  const { acceptedAttempt, acceptedHash, sentIn } = stored;
  const lastPayload = stored.lastPayload as FeedOrder | null;
  const reportedUnits = stored.reportedUnits as Record<string, number>;
  if (sentIn === null || lastPayload === null) return { lastPayload, sent: null, reportedUnits };
  if (acceptedHash === null && sentIn !== acceptedAttempt) {
    const former = stored.formerPayload as FeedOrder | null;
    return { lastPayload: former, sent: { payload: lastPayload, attempt: sentIn }, reportedUnits };
  }
  const reported = reportedWith(reportedUnits, lastPayload) ?? reportedUnits;
  return { lastPayload, sent: null, reportedUnits: reported };
}

/** The same as it is stored. */
export function storedPayloads({
  lastPayload,
  sent,
}: Payloads): Pick<StoredPayloads, "lastPayload" | "formerPayload" | "sentIn"> {
  if (sent === null) return { lastPayload, formerPayload: null, sentIn: null };
  return {
    lastPayload: sent.payload,
    formerPayload: lastPayload && redactFeedOrder(lastPayload),
    sentIn: sent.attempt,
  };
}

/** The same without the customer. */
export function redactPayloads({ lastPayload, sent }: Payloads): Payloads {
  return {
    lastPayload: lastPayload && redactFeedOrder(lastPayload),
    sent: sent && { ...sent, payload: redactFeedOrder(sent.payload) },
  };
}
