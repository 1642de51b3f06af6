import { canonicalJson, compareIds, compareText } from "./canonical.ts";
import { compareRanks, forgetDenied, joinHeads, withoutDenied } from "./join-heads.ts";
import type {
  Fulfillment,
  FulfillmentStatus,
  Head,
  OrderState,
  ProductFacts,
  Ranked,
  Refund,
} from "./state.ts";
import { stateVersion } from "./stored-state.ts";

/** What is known of an order before anything is known. */
export function emptyState(id: string): OrderState {
  return {
    schemaVersion: stateVersion,
    id,
    head: null,
    productFacts: {},
    cancelledAt: null,
    deletedAt: null,
    voidedAt: null,
    fulfillments: {},
    refunds: {},
    firstSeenAt: {},
    removedUnits: {},
    goneUnits: {},
    redacted: false,
  };
}

/**
 * The fold's table of rules: how each component of two partial states of one order joins. Each rule
 * is a maximum, a minimum, a union or an OR, so folding is commutative, associative and idempotent:
 * any permutation and repetition of an order's changes ends in the same state.
 */
const rules: Rules = {
  /**
   * the greater by (`updated_at`, Shopify's clock, content), but for what its answer was not allowed
   * to show; see joinHeads
   */
  head: orNull((a, b) => joinHeads(a, b, compareCores)),
  /** each of a line's facts: the greatest by rank that was not null */
  productFacts: byKey(joinFacts),
  /** the earliest: an order is never un-cancelled */
  cancelledAt: orNull(Math.min),
  /** the earliest */
  deletedAt: orNull(Math.min),
  /** the earliest `updated_at` that showed it voided */
  voidedAt: orNull(Math.min),
  /** by id the greater by (`updated_at`, status, content) */
  fulfillments: byKey(greater(compareFulfillments)),
  /** by id the greater by (Shopify's clock, content) */
  refunds: byKey(greater(compareRefunds)),
  /** by line the earliest `updated_at` that showed it */
  firstSeenAt: byKey(Math.min),
  /** by line and count the earliest `updated_at` that showed so many */
  removedUnits: byKey(byKey(Math.min)),
  /** by line the most */
  goneUnits: byKey(Math.max),
  /** all, sorted */
  knownPlans: (a, b) => (a && b ? [...new Set([...a, ...b])].sort(compareIds) : (a ?? b)),
  /** once is for ever */
  redacted: (a, b) => a || b,
  /** the latest */
  purgedThrough: (a, b) => (a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)),
};

type Component = Exclude<keyof OrderState, "schemaVersion" | "id">;
type Join<T> = (a: T, b: T) => T;
type Rules = { [name in Component]-?: Join<OrderState[name]> };

/** Joins two partial states of one order, component by component, as the table says. */
export function join(a: OrderState, b: OrderState): OrderState {
  const joined: Record<string, unknown> = { schemaVersion: stateVersion, id: a.id };
  for (const [name, rule] of table) {
    const part = rule(a[name], b[name]);
    if (part !== undefined) joined[name] = part;
  }
  return withoutPast(joined as OrderState);
}

const table = Object.entries(rules) as [Component, Join<unknown>][];

/** The state without customer data, now and after each later join. */
export function redact(state: OrderState): OrderState {
  return strip({ ...state, redacted: true });
}

/**
 * The state without customer data, now and whenever something comes again that Shopify said up to
 * `through` (an `updated_at`, epoch milliseconds). Later news is folded as ever.
 */
export function purge(state: OrderState, through: number): OrderState {
  const purged = { ...state, purgedThrough: Math.max(through, state.purgedThrough ?? 0) };
  return withoutPast(purged);
}

/** A purged state that takes in again what Shopify says: somebody asks for the order. */
export function unpurge({ purgedThrough: _, ...state }: OrderState): OrderState {
  return state;
}

/** The state without the customer data that must not be kept. */
function withoutPast(state: OrderState): OrderState {
  if (staysStripped(state)) return strip(state);
  const { head, purgedThrough } = state;
  if (head === null || purgedThrough === undefined) return state;
  return { ...state, head: forgetDenied(head, purgedThrough) };
}

/** Whether the head is stripped for good: redacted, or purged and Shopify has no news of it. */
export function staysStripped({ redacted, purgedThrough, head }: OrderState): boolean {
  if (redacted) return true;
  if (purgedThrough === undefined) return false;
  return head === null || head.rank.updatedAt <= purgedThrough;
}

/** The state without customer data, for now: the next head brings it back. */
export function strip(state: OrderState): OrderState {
  return { ...state, head: state.head && stripHead(state.head) };
}

/** The head without names, addresses, email and phone, and marked so. */
function stripHead({ denied: _, ...head }: Head): Head {
  return {
    ...head,
    stripped: true,
    email: null,
    phone: null,
    customer: null,
    billingAddress: null,
    shippingAddress: null,
  };
}

/**
 * Whether two states claim different things of the same moment: `updated_at` and Shopify's clock are
 * equal, the contents are not. The fold picks one of them; the Admin API knows which is right.
 */
export function headsConflict(a: OrderState, b: OrderState): boolean {
  if (a.head === null || b.head === null) return false;
  if (compareRanks(a.head.rank, b.head.rank) !== 0) return false;
  const isStripped = a.head.stripped || b.head.stripped;
  const isOld = isOfVersion1(a.head) || isOfVersion1(b.head);
  const [x, y] = withoutDenied([a.head, b.head]).map((head) => {
    const told = isStripped ? stripHead(head) : head;
    return canonicalJson(isOld ? asOfVersion1(told) : told);
  });
  return x !== y;
}

function isOfVersion1({ refundIds }: Head): boolean {
  return refundIds === undefined;
}

/** What a head of version 1 would say. */
function asOfVersion1({ refundIds, ...head }: Head): Head {
  const lineItems = head.lineItems.map(({ currentQuantity, ...item }) => item);
  return { ...head, lineItems };
}

/**
 * The order of heads without regard to their customers, so that the join of redacted states is the
 * redaction of the join. A head of version 1 says less than a newer one of the same moment, a
 * stripped one less than one that is not.
 */
function compareCores(a: Head, b: Head): number {
  return (
    compareRanks(a.rank, b.rank) ||
    Number(isOfVersion1(b)) - Number(isOfVersion1(a)) ||
    compareText(canonicalJson(stripHead(a)), canonicalJson(stripHead(b))) ||
    Number(!a.stripped) - Number(!b.stripped)
  );
}

function joinFacts(a: ProductFacts, b: ProductFacts): ProductFacts {
  return {
    variantId: newest(a.variantId, b.variantId),
    productId: newest(a.productId, b.productId),
    sku: newest(a.sku, b.sku),
    vendor: newest(a.vendor, b.vendor),
  };
}

function newest(a: Ranked<string> | null, b: Ranked<string> | null): Ranked<string> | null {
  if (a === null || b === null) return a ?? b;
  return compareRanked(a, b) >= 0 ? a : b;
}

function compareRanked(a: Ranked<string>, b: Ranked<string>): number {
  return compareRanks(a.rank, b.rank) || compareText(a.value, b.value);
}

const statusOrder: readonly FulfillmentStatus[] = [
  "pending",
  "open",
  "success",
  "error",
  "failure",
  "cancelled",
];

function compareFulfillments(a: Fulfillment, b: Fulfillment): number {
  return (
    a.updatedAt - b.updatedAt ||
    statusOrder.indexOf(a.status) - statusOrder.indexOf(b.status) ||
    compareText(canonicalJson(a), canonicalJson(b))
  );
}

function compareRefunds(a: Refund, b: Refund): number {
  return a.observedAt - b.observedAt || compareText(canonicalJson(a), canonicalJson(b));
}

function greater<T>(compare: (a: T, b: T) => number): Join<T> {
  return (a, b) => (compare(a, b) >= 0 ? a : b);
}

function orNull<T>(join: Join<T>): Join<T | null> {
  return (a, b) => (a === null || b === null ? (a ?? b) : join(a, b));
}

function byKey<T>(join: Join<T>): Join<Record<string, T>> {
  return (a, b) => {
    const joined = { ...a };
    for (const [key, value] of Object.entries(b)) {
      const other = joined[key];
      joined[key] = other === undefined ? value : join(other, value);
    }
    return joined;
  };
}
