import { createHash } from "node:crypto";
import type pg from "pg";
import { mapForFeed } from "#app/hakuna/map-for-feed.ts";
import { canonicalJson } from "#app/order/canonical.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import { type Finding, type FindingCode, finding } from "#app/order/findings.ts";
import { staysStripped, strip } from "#app/order/fold.ts";
import { withKnownPlans } from "#app/order/lines.ts";
import type { Mapping, MappingContext } from "#app/order/map.ts";
import { knownOffers } from "#app/order/mapping/covers.ts";
import { redactFeedOrder, sameButCustomer } from "#app/order/redact-feed-order.ts";
import { saleOf } from "#app/order/sales/sale.ts";
import { skipReason } from "#app/order/share.ts";
import type { OrderState } from "#app/order/state.ts";
import { declinedKey, gravest } from "./attention.ts";
import type { ShopRow } from "./lease.ts";
import type { ReasonCode, StoredOrder } from "./order.ts";
import { offersOf } from "./plan-offers.ts";
import { forgetRefunds, noteRefunds } from "./refund-standing.ts";
import { dropRefusal, noteRefusal } from "./refusal.ts";
import { dayOf } from "./shop-day.ts";

/** SHA-256 of the canonical JSON of a feed order: equal hashes need no second delivery. */
export function payloadHash(feedOrder: FeedOrder): string {
  return createHash("sha256").update(canonicalJson(feedOrder)).digest("hex");
}

/** Reads what the plans of these orders are held against, before they are evaluated. */
export async function loadOffers(
  client: pg.PoolClient,
  { domain }: Pick<ShopRow, "domain">,
  orders: Iterable<StoredOrder>,
): Promise<void> {
  const all = [...orders];
  const offers = await offersOf(
    client,
    domain,
    all.map(({ state }) => state),
  );
  for (const order of all) order.offers = offers;
}

/** The state, which knows of the order's plans what their offers tell. */
export function knowPlans({ offers }: StoredOrder, state: OrderState): OrderState {
  return offers ? withKnownPlans(state, (id) => offers.ofPlan(id).length > 0) : state;
}

/** Counts a change of what the mapping reads; `evaluate` then says what it means. */
export function markChanged(order: StoredOrder, now: number): void {
  order.revision += 1;
  order.changedAt = now;
}

/**
 * Decides what is to be done with an order as it is known now, and writes it into `order`: status,
 * reason, findings and when it is due. Answers the feed order, or null where nothing can be sent.
 * An error in it, of the mapping or of what is noted beside it, blocks this order only. Its offers
 * must have been read (`loadOffers`).
 *
 * @param waitMs how long a part waits for its order before the Admin API is asked
 */
export function evaluate(order: StoredOrder, shop: ShopRow, waitMs: number): FeedOrder | null {
  if (order.state.head !== null && order.offers === null)
    throw new TypeError("Nobody has read the offers of the order's plans.");
  try {
    return decide(order, shop, waitMs);
  } catch (error) {
    return settle(order, "blocked", "mapping_failed", errorName(error));
  }
}

function decide(order: StoredOrder, shop: ShopRow, waitMs: number): FeedOrder | null {
  const { now } = shop;
  order.state = knowPlans(order, order.state);
  const { head } = order.state;
  order.redacted = order.state.redacted;
  const stripped = staysStripped(order.state);
  if (!stripped) order.purgedAt = null;
  if (head === null && stripped) {
    order.readAt = null;
    return settle(order, "skipped", order.redacted ? "redacted" : (order.reasonCode ?? "no_plan"));
  }
  if (head === null) {
    order.readAt ??= now + waitMs;
    return settle(order, "waiting", "parts_first");
  }
  order.name = head.name;
  order.placedAt = head.placedAt;
  order.isTest = head.isTest;
  order.customerId = head.customer?.id ?? order.customerId;

  dropRefusal(order);
  const mapping = mapForFeed(order.state, mappingContext(order, shop));
  order.coverIds = mapping.coverIds;
  order.planUnits = mapping.planUnits;
  order.planTotal = mapping.planTotal?.amount ?? null;
  order.currency = mapping.planTotal?.currency.toUpperCase() ?? null;
  order.findings = order.unread
    ? [finding("change_unread", []), ...mapping.findings]
    : mapping.findings;
  order.findingSeverity = gravest(order.findings);
  noteRefunds(order, mapping, shop);

  const wasSent = order.firstSentAt !== null;
  if (stripped && wasSent && !order.skippedByHand) {
    noteSale(order, mapping, shop, null);
    return keepAsSent(order, mapping);
  }
  // importing past orders is the shop's asking for them
  const installedAt = order.imported ? null : (shop.installedAt?.getTime() ?? null);
  const policy = { ...shop, installedAt };
  // what got no answer may be there; a former account's counts for nothing
  const mayHaveIt = order.acceptedEpoch === shop.epoch || (order.unanswered && !shop.reviewRefused);
  const skipped = order.skippedByHand
    ? "by_hand"
    : order.redacted
      ? "redacted"
      : skipReason(order.state, policy, mayHaveIt);
  noteSale(order, mapping, shop, skipped);
  if (skipped !== null) {
    order.state = strip(order.state);
    order.sent = null;
    order.customerId = null;
    // nothing of it is sent any more, or another account took it, if any did
    if (order.redacted || shop.reviewRefused) order.unanswered = false;
    // whoever told Hakuna of its plans, before the install or before the app was gone, does so no more
    const isMissed = skipped === "before_install" && head.rank.updatedAt >= (installedAt ?? 0);
    order.findings = isMissed ? aboutPlans(order, "plans_before_install") : [];
    order.findingSeverity = gravest(order.findings);
    forgetRefunds(order);
    return settle(order, "skipped", skipped);
  }
  if (head.stripped) {
    // it was skipped once: sent now, it would be sent without its customer
    order.readAt ??= now;
    return settle(order, "waiting", "read_again");
  }
  const { feedOrder } = mapping;
  if (feedOrder === null) {
    // its findings say why
    return settle(order, "blocked", null);
  }
  keepAccepted(order, mapping);
  const hash = payloadHash(feedOrder);
  // a refused order waits for a change or for a hand
  if (order.status === "rejected" && order.payloadHash === hash && !order.resend) {
    noteRefusal(order, feedOrder);
    return feedOrder;
  }
  order.payloadHash = hash;
  // by whichever connection: what a new one is to get of it is marked to be sent again
  const isAccepted = order.acceptedHash === hash;
  const isRepeat = order.repeatAt !== null && order.repeatAt <= now;
  if (isAccepted && !order.resend && !order.unanswered && !isRepeat) {
    const isConfirmed =
      order.confirmedAttempt !== null && order.confirmedAttempt === order.acceptedAttempt;
    order.status = isConfirmed ? "confirmed" : "sent";
    order.reasonCode = null;
    order.statusReason = null;
    order.dueAt = order.repeatAt;
    return feedOrder;
  }
  order.status = "pending";
  order.reasonCode = null;
  order.statusReason = null;
  order.dueAt = now;
  return feedOrder;
}

/** What the shop's setting paired stays, whatever becomes of the setting and of the order's other lines. */
function keepAccepted(order: StoredOrder, { pairing: { accepted } }: Mapping): void {
  if (accepted.length > 0) order.agreedPairs = [...order.agreedPairs, ...accepted];
}

/** A finding about all plans of an order; none where it holds none. */
export function aboutPlans({ planUnits }: StoredOrder, code: FindingCode): Finding[] {
  return planUnits > 0 ? [{ ...finding(code, []), units: planUnits }] : [];
}

/**
 * An order that reached Hakuna and whose customer's data is gone since: it keeps its status and is
 * never sent again, because it would be sent emptied. A change that Hakuna does not know of becomes
 * a finding.
 */
function keepAsSent(order: StoredOrder, { feedOrder }: Mapping): null {
  const isKnown =
    feedOrder !== null &&
    order.lastPayload !== null &&
    sameButCustomer(feedOrder, order.lastPayload);
  // what was put away is one change, and no later one
  const change = () =>
    feedOrder === null ? "unmapped" : payloadHash(redactFeedOrder(feedOrder)).slice(0, 12);
  order.findings = isKnown ? [] : [{ ...finding("redacted_changed", []), change: change() }];
  order.findingSeverity = gravest(order.findings);
  if (order.redacted) order.customerId = null;
  const { status } = order;
  const keeps = status === "confirmed" || status === "rejected";
  if (!keeps) Object.assign(order, { status: "sent", reasonCode: null, statusReason: null });
  if (status === "rejected") noteRefusal(order, feedOrder ?? order.lastPayload);
  order.unanswered = false;
  return unplan(order);
}

/**
 * Writes into `order` what it is in the shop's figures. Tests that nobody wants sent, and what was
 * placed before the app was there to sell a plan, are not counted.
 */
export function noteSale(
  order: StoredOrder,
  mapping: Mapping,
  { timeZone }: Pick<ShopRow, "timeZone">,
  skipped: ReasonCode | null,
): void {
  const isCounted = skipped !== "test_order" && skipped !== "before_install";
  order.sale = saleOf(mapping, order.offers ?? knownOffers([]), {
    day: isCounted ? dayOf(order.placedAt, timeZone) : null,
    before: order.sale,
    isStripped: order.state.head?.stripped ?? staysStripped(order.state),
  });
}

/** What an order's mapping depends on besides its state. */
export function mappingContext(order: StoredOrder, shop: ShopRow): MappingContext {
  return {
    shopCountry: staysStripped(order.state) ? knownCountry(order, shop) : shop.country,
    productIdentifier: shop.productIdentifier,
    manualPairs: order.manualPairs,
    acceptSuggestions: shop.acceptSuggestions,
    isDeclined: (pair) => order.dismissed.includes(declinedKey(pair)),
    reportedUnits: order.reportedUnits,
    agreedPairs: order.agreedPairs,
    coverIds: order.coverIds,
    offers: order.offers ?? undefined,
    cancelledByHandAt: order.cancelledByHandAt,
    goneCaps: order.goneCaps,
  };
}

/** Where nothing is known of the customer's country any more, the one that Hakuna was told. */
function knownCountry({ lastPayload }: StoredOrder, { country }: ShopRow): string | null {
  return lastPayload?.customer_billing_address.country ?? country;
}

function settle(
  order: StoredOrder,
  status: StoredOrder["status"],
  reasonCode: ReasonCode | null,
  detail: string | null = null,
): null {
  order.status = status;
  order.reasonCode = reasonCode;
  order.statusReason = detail;
  order.payloadHash = null;
  // what is blocked or waits is sent again when it can be
  const resend = order.resend && status !== "skipped";
  unplan(order);
  order.resend = resend;
  return null;
}

/** Nothing is to be done with the order until it changes. */
function unplan(order: StoredOrder): null {
  order.dueAt = null;
  order.repeatAt = null;
  order.resend = false;
  return null;
}

/** Names the error without its message, which may quote the order. */
function errorName(error: unknown): string {
  return error instanceof Error ? error.name : "unknown error";
}
