import { join, staysStripped } from "#app/order/fold.ts";
import { agrees, rebuild, type WholeRead } from "#app/order/rebuild.ts";
import type { OrderState } from "#app/order/state.ts";
import { evaluate, markChanged, payloadHash } from "#app/store/evaluate.ts";
import type { ShopRow } from "#app/store/lease.ts";
import type { StoredOrder } from "#app/store/order.ts";
import type { Difference } from "./differences.ts";

/**
 * What a proof says of an order: that it is no business of its, that it is to be looked at another
 * time, or what differed; `null` of the read is no difference.
 */
export type Verdict = "never" | "later" | Difference[];

/**
 * Holds an order against a fresh read of it and against what Hakuna has, and mends in `order` what
 * differs: the state becomes the join with the read or, where no join can take the fault back, is
 * rebuilt from it; what Hakuna lacks is made due. The caller has read its offers, the read's included.
 *
 * @param read null: it could not be read
 * @param hasFailed its processing at Hakuna, which had gone well, has failed since
 * @param settledMs what changed less long ago is left to webhooks and to the reconciliation
 */
export function proveOrder(
  order: StoredOrder,
  { read, hasFailed }: { read: OrderState | null; hasFailed: boolean },
  shop: ShopRow,
  { settledMs, waitMs }: { settledMs: number; waitMs: number },
): Verdict {
  if (order.redacted || order.purgedAt !== null || staysStripped(order.state)) return "never";
  // an account or environment of before has it: the change of it decided what is to be sent again
  if (order.acceptedEpoch !== null && order.acceptedEpoch !== shop.epoch) return "never";
  if (isUnderWay(order) || order.changedAt > shop.now - settledMs) return "later";
  if (read !== null && !hasSettled(read, settledMs)) return "later";
  const found: Difference[] = [];
  if (read !== null && mendState(order, read)) found.push("state");
  if (hasFailed) {
    order.confirmedAttempt = null;
    order.acceptedHash = null;
    found.push("processing");
  }
  const { status } = order;
  evaluate(order, shop, waitMs);
  const hasNews = found.length > 0;
  if (!hasNews && order.status !== status) found.push("payload");
  else if (!isSentAsNoted(order)) {
    order.resend = true;
    evaluate(order, shop, waitMs);
    if (!hasNews) found.push("payload");
  }
  if (found.length > 0) markChanged(order, shop.now);
  return found;
}

/** Something is done about the order by itself. */
function isUnderWay({ status, dueAt, readAt, repeatAt, unanswered }: StoredOrder): boolean {
  if (status === "waiting" || status === "pending" || unanswered) return true;
  return dueAt !== null || readAt !== null || repeatAt !== null;
}

function hasSettled({ head }: OrderState, settledMs: number): boolean {
  return head !== null && head.rank.observedAt - head.rank.updatedAt >= settledMs;
}

function mendState(order: StoredOrder, read: OrderState): boolean {
  const { state } = order;
  const rebuilt = rebuild(state, read as WholeRead);
  if (agrees(state, rebuilt)) return false;
  const joined = join(state, read);
  order.state = agrees(joined, rebuilt) ? joined : rebuilt;
  return true;
}

/** Whether what was sent last is what its hash says: of an order that waits for nothing. */
function isSentAsNoted({ status, lastPayload, acceptedHash }: StoredOrder): boolean {
  if (status !== "sent" && status !== "confirmed") return true;
  return lastPayload !== null && payloadHash(lastPayload) === acceptedHash;
}
