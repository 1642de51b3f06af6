import { canonicalJson } from "./canonical.ts";
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

/** What is known of an order before anything is known. */
export function emptyState(id: string): OrderState {
  return {
    schemaVersion: 1,
    id,
    head: null,
    productFacts: {},
    cancelledAt: null,
    deletedAt: null,
    voidedAt: null,
    fulfillments: {},
    refunds: {},
    removedUnits: {},
    goneUnits: {},
    redacted: false,
  };
}

/**
 * Joins two partial states of one order, component by component. Each component's join is a
 * maximum, a minimum, a union or an OR, so folding is commutative, associative and idempotent: any
 * permutation and repetition of an order's changes ends in the same state.
 */
export function join(a: OrderState, b: OrderState): OrderState {
  const joined: OrderState = {
    schemaVersion: 1,
    id: a.id,
    head: a.head && b.head ? joinHeads(a.head, b.head, compareCores) : (a.head ?? b.head),
    productFacts: joinRecords(a.productFacts, b.productFacts, joinFacts),
    cancelledAt: earlier(a.cancelledAt, b.cancelledAt),
    // states of before have none
    deletedAt: earlier(a.deletedAt ?? null, b.deletedAt ?? null),
    voidedAt: earlier(a.voidedAt, b.voidedAt),
    fulfillments: joinRecords(a.fulfillments, b.fulfillments, (x, y) =>
      compareFulfillments(x, y) >= 0 ? x : y,
    ),
    refunds: joinRecords(a.refunds, b.refunds, (x, y) => (compareRefunds(x, y) >= 0 ? x : y)),
    removedUnits: joinRecords(a.removedUnits, b.removedUnits, (x, y) =>
      joinRecords(x, y, Math.min),
    ),
    goneUnits: joinRecords(a.goneUnits, b.goneUnits, Math.max),
    redacted: a.redacted || b.redacted,
  };
  const purged = [a, b].flatMap(({ purgedThrough }) => purgedThrough ?? []);
  if (purged.length > 0) joined.purgedThrough = Math.max(...purged);
  return withoutPast(joined);
}

/** The state without customer data, now and after each later join. */
export function redact(state: OrderState): OrderState {
  return emptied({ ...state, redacted: true });
}

/**
 * The state without customer data, now and whenever something comes again that Shopify said up to
 * `through` (an `updated_at`, epoch milliseconds). Later news is folded as ever.
 */
export function purge(state: OrderState, through: number): OrderState {
  const purged = { ...state, purgedThrough: Math.max(through, state.purgedThrough ?? 0) };
  return withoutPast(purged);
}

/** The state without the customer data that must not be kept. */
function withoutPast(state: OrderState): OrderState {
  if (isEmptied(state)) return emptied(state);
  const { head, purgedThrough } = state;
  if (head === null || purgedThrough === undefined) return state;
  return { ...state, head: forgetDenied(head, purgedThrough) };
}

/** Whether the head is without customer data for good, unless Shopify has news of a purged order. */
export function isEmptied({ redacted, purgedThrough, head }: OrderState): boolean {
  if (redacted) return true;
  if (purgedThrough === undefined) return false;
  return head === null || head.rank.updatedAt <= purgedThrough;
}

function emptied(state: OrderState): OrderState {
  return { ...state, head: state.head && withoutCustomer(state.head) };
}

/**
 * Whether two states claim different things of the same moment: `updated_at` and Shopify's clock are
 * equal, the contents are not. The fold picks one of them; the Admin API knows which is right.
 */
export function headsConflict(a: OrderState, b: OrderState): boolean {
  if (a.head === null || b.head === null) return false;
  if (compareRanks(a.head.rank, b.head.rank) !== 0) return false;
  const isBare = a.head.stripped || b.head.stripped;
  const heads = [a.head, b.head];
  const [x, y] = isBare ? heads.map(withoutCustomer) : withoutDenied(heads);
  return canonicalJson(x) !== canonicalJson(y);
}

/** The head without names, addresses, email and phone, and marked so. */
export function withoutCustomer({ denied: _, ...head }: Head): Head {
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

/** The order of heads without regard to their customers; a stripped one is less than one that is not. */
function compareCores(a: Head, b: Head): number {
  return (
    compareRanks(a.rank, b.rank) ||
    compareText(canonicalJson(withoutCustomer(a)), canonicalJson(withoutCustomer(b))) ||
    Number(!a.stripped) - Number(!b.stripped)
  );
}

function joinFacts(a: ProductFacts, b: ProductFacts): ProductFacts {
  return {
    variantId: greater(a.variantId, b.variantId, compareRanked),
    productId: greater(a.productId, b.productId, compareRanked),
    sku: greater(a.sku, b.sku, compareRanked),
    vendor: greater(a.vendor, b.vendor, compareRanked),
  };
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

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function greater<T>(a: T | null, b: T | null, compare: (a: T, b: T) => number): T | null {
  if (a === null) return b;
  if (b === null) return a;
  return compare(a, b) >= 0 ? a : b;
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null) return b;
  return b === null ? a : Math.min(a, b);
}

function joinRecords<T>(
  a: Record<string, T>,
  b: Record<string, T>,
  joinValues: (a: T, b: T) => T,
): Record<string, T> {
  const joined = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const other = joined[key];
    joined[key] = other === undefined ? value : joinValues(other, value);
  }
  return joined;
}
