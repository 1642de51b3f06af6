import type { Finding } from "#app/order/findings.ts";
import { emptyState } from "#app/order/fold.ts";
import type { CoverIds, KnownOffers } from "#app/order/mapping/covers.ts";
import type { AgreedPair, ManualPair } from "#app/order/pair.ts";
import type { RequestedPlan } from "#app/order/refunds/owed.ts";
import type { WhyNot } from "#app/order/refunds/why-not.ts";
import type { Sale } from "#app/order/sales/sale.ts";
import type { OrderState } from "#app/order/state.ts";
import type { Payloads } from "#app/store/attempts/accepted-payload.ts";

export type OrderStatus =
  | "waiting"
  | "pending"
  | "sent"
  | "confirmed"
  | "blocked"
  | "rejected"
  | "skipped";

/** Why an order has its status; `detail` of its text are Hakuna's or Shopify's own words. */
export type ReasonCode =
  /** waiting: a fulfillment or refund came before its order */
  | "parts_first"
  /** waiting, and there is no session to read the order with */
  | "no_session"
  /** waiting, and Shopify could not be asked */
  | "shopify_unavailable"
  /** waiting: it was skipped and is to be sent now; its customer's data is read from Shopify again */
  | "read_again"
  /** skipped: Shopify has no such order, or one that is older than the app may read */
  | "not_in_shopify"
  | "no_plan"
  | "test_order"
  | "before_install"
  /** skipped: its customer's data was erased before it was sent */
  | "redacted"
  /** skipped: the merchant said so */
  | "by_hand"
  /** blocked: an error of ours */
  | "mapping_failed";

/** An order's row and document together. Times are epoch milliseconds. */
export type StoredOrder = Payloads & {
  id: string;
  name: string | null;
  status: OrderStatus;
  reasonCode: ReasonCode | null;
  /** Hakuna's or Shopify's own words */
  statusReason: string | null;
  /** of a waiting order: when it was first heard of */
  placedAt: number;
  changedAt: number;
  customerId: string | null;
  planUnits: number;
  /** minor units of `currency` */
  planTotal: number | null;
  currency: string | null;
  isTest: boolean;
  redacted: boolean;
  /** its document was reduced to a tombstone; see purge.ts */
  purgedAt: number | null;
  findings: Finding[];
  findingSeverity: string | null;
  /** keys of findings that were put away; see attention.ts */
  dismissed: string[];
  skippedByHand: boolean;
  /** a person cancelled it at Hakuna, because it was deleted in Shopify */
  cancelledByHandAt: number | null;
  /** an import of past orders brought it: it may be older than the install */
  imported: boolean;
  revision: number;
  payloadHash: string | null;
  acceptedHash: string | null;
  acceptedEpoch: number | null;
  acceptedRevision: number | null;
  acceptedAttempt: string | null;
  /** the latest attempt whose processing is known to have gone well */
  confirmedAttempt: string | null;
  firstSentAt: number | null;
  sentAt: number | null;
  dueAt: number | null;
  resend: boolean;
  unanswered: boolean;
  repeatAt: number | null;
  readAt: number | null;
  readAttempts: number;
  /** Shopify told of a change that could not be read; until something newer of the order is known */
  unread: boolean;
  /** units of plans that are to be refunded because their product is gone; see refund-standing.ts */
  refundUnits: number;
  /** the nearest end of a window for that, when it was evaluated last; null: none */
  refundUntil: number | null;
  /** since when there are any */
  refundSince: number | null;
  /** when it is looked at whether they may be refunded without a person */
  refundLookAt: number | null;
  /** the revision of which that was looked at last */
  refundLooked: number;
  /** plan line's id → why they may not, as it was then */
  refundWhyNot: Record<string, WhyNot[]>;
  /** what it is counted as in the shop's figures; null: nobody has looked yet */
  sale: Sale | null;
  state: OrderState;
  manualPairs: ManualPair[];
  reportedUnits: Record<string, number>;
  /** line item id → ids that are sent in the place of those that a plan was sold with */
  coverIds: Record<string, CoverIds>;
  /** accepted by Hakuna when a pairing rule changed */
  agreedPairs: AgreedPair[];
  /** line item id → as many units are reported as gone at most; see `MappingContext.goneCaps` */
  goneCaps: Record<string, number>;
  /** plan line's id → what the buyer asked to give back of it, until it is done or declined */
  requests: Record<string, RequestedPlan>;
  /** what plans of its are held against, where somebody has read it (`offersOf`); not stored with it */
  offers: KnownOffers | null;
};

/** An order that was never heard of before. */
export function newOrder(id: string, now: number): StoredOrder {
  return {
    id,
    name: null,
    status: "waiting",
    reasonCode: null,
    statusReason: null,
    placedAt: now,
    changedAt: now,
    customerId: null,
    planUnits: 0,
    planTotal: null,
    currency: null,
    isTest: false,
    redacted: false,
    purgedAt: null,
    findings: [],
    findingSeverity: null,
    dismissed: [],
    skippedByHand: false,
    cancelledByHandAt: null,
    imported: false,
    revision: 0,
    payloadHash: null,
    acceptedHash: null,
    acceptedEpoch: null,
    acceptedRevision: null,
    acceptedAttempt: null,
    confirmedAttempt: null,
    firstSentAt: null,
    sentAt: null,
    dueAt: null,
    resend: false,
    unanswered: false,
    repeatAt: null,
    readAt: null,
    readAttempts: 0,
    unread: false,
    refundUnits: 0,
    refundUntil: null,
    refundSince: null,
    refundLookAt: null,
    refundLooked: 0,
    refundWhyNot: {},
    sale: null,
    state: emptyState(id),
    manualPairs: [],
    lastPayload: null,
    sent: null,
    reportedUnits: {},
    coverIds: {},
    agreedPairs: [],
    goneCaps: {},
    requests: {},
    offers: null,
  };
}
