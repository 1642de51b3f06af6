import { sameContent } from "./content.ts";
import { emptyState, join, strip } from "./fold.ts";
import { withoutDenied } from "./join-heads.ts";
import type { Head, OrderState, Rank, Ranked } from "./state.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** A read that holds the order itself, as a fresh one does. */
export type WholeRead = OrderState & { head: Head };

/**
 * What a stored state should be, by a fresh and whole read of the same order: the read, with what
 * it cannot know taken from what is stored. That is what people and retention set, when lines and
 * removals were first seen (where these moments can be true), what is known of products that were
 * deleted meanwhile, and what the read was not allowed to show. Anything else that the read does not
 * tell of is no part of the order, and goes: no join could take it back.
 *
 * The read must be of later than all that is stored.
 */
export function rebuild(stored: OrderState, read: WholeRead): OrderState {
  const { head } = read;
  const lines = new Set(head.lineItems.map(({ id }) => id));
  const isPossible = (at: number) =>
    at >= head.placedAt - dayMs && Math.floor(at / 1000) <= Math.floor(head.rank.updatedAt / 1000);
  const { redacted, deletedAt, purgedThrough, knownPlans } = stored;
  return join(
    {
      ...emptyState(stored.id),
      ...{ redacted, deletedAt },
      ...(purgedThrough !== undefined && { purgedThrough }),
      ...(knownPlans && { knownPlans: knownPlans.filter((id) => lines.has(id)) }),
      head: stored.head && { ...stored.head, rank: before(head.rank) },
      productFacts: factsOfDeleted(stored, read),
      cancelledAt: sameSecond(stored.cancelledAt, read.cancelledAt) ? stored.cancelledAt : null,
      voidedAt: stored.voidedAt !== null && isPossible(stored.voidedAt) ? stored.voidedAt : null,
      firstSeenAt: agesOf(stored, lines, isPossible),
      removedUnits: datesOfRemovals(stored, head, isPossible),
    },
    read,
  );
}

/**
 * Whether a stored state says what the rebuilt one says. What Shopify may change without changing
 * the order (the customer's own record) or was not allowed to show is left out, and so is the customer of a stripped state.
 */
export function agrees(stored: OrderState, rebuilt: OrderState): boolean {
  if (stored.head === null || rebuilt.head === null) return stored.head === rebuilt.head;
  if (isAhead(stored, rebuilt)) return false;
  const told = stored.head.stripped ? strip(rebuilt) : rebuilt;
  const [a, b] = withoutDenied([stored.head, told.head ?? rebuilt.head]).map(withoutRecord);
  return (
    a !== undefined && b !== undefined && sameContent({ ...stored, head: a }, { ...told, head: b })
  );
}

/** Whether something stored claims to be newer than Shopify says: it would win over all news. */
function isAhead(stored: OrderState, rebuilt: OrderState): boolean {
  const isLater = (a: number | undefined, b: number | undefined) =>
    a !== undefined && b !== undefined && Math.floor(a / 1000) > Math.floor(b / 1000);
  if (isLater(stored.head?.rank.updatedAt, rebuilt.head?.rank.updatedAt)) return true;
  return (
    Object.entries(stored.fulfillments).some(([id, { updatedAt }]) =>
      isLater(updatedAt, rebuilt.fulfillments[id]?.updatedAt),
    ) ||
    Object.entries(stored.refunds).some(([id, { observedAt }]) =>
      isLater(observedAt, rebuilt.refunds[id]?.observedAt),
    )
  );
}

function withoutRecord(head: Head): Head {
  if (head.customer === null) return head;
  const record = { firstName: null, lastName: null, email: null, phone: null };
  return { ...head, customer: { ...head.customer, ...record, defaultAddress: null } };
}

/** A rank that every other one is newer than. */
function before({ updatedAt }: Rank): Rank {
  return { updatedAt, observedAt: Number.MIN_SAFE_INTEGER };
}

function notAfter(rank: Rank, latest: Rank): Rank {
  return rank.updatedAt > latest.updatedAt ? before(latest) : rank;
}

/** Of the order's own lines what the read says nothing of: Shopify forgets ids of deleted products. */
function factsOfDeleted(stored: OrderState, read: WholeRead): OrderState["productFacts"] {
  const kept = read.head.lineItems.flatMap(({ id }) => {
    const [facts, told] = [stored.productFacts[id], read.productFacts[id]];
    if (!facts) return [];
    const unless = (known: Ranked<string> | null | undefined, fact: Ranked<string> | null) =>
      known || fact === null ? null : { ...fact, rank: notAfter(fact.rank, read.head.rank) };
    return [
      [
        id,
        {
          variantId: unless(told?.variantId, facts.variantId),
          productId: unless(told?.productId, facts.productId),
          sku: unless(told?.sku, facts.sku),
          vendor: unless(told?.vendor, facts.vendor),
        },
      ] as const,
    ];
  });
  return Object.fromEntries(kept);
}

/** A line whose age cannot be true is as old as the oldest: most lines are of one checkout. */
function agesOf(
  { firstSeenAt }: OrderState,
  lines: ReadonlySet<string>,
  isPossible: (at: number) => boolean,
): OrderState["firstSeenAt"] {
  const own = Object.entries(firstSeenAt).filter(([id]) => lines.has(id));
  const oldest = Math.min(...own.map(([, at]) => at).filter(isPossible));
  return Object.fromEntries(
    own
      .map(([id, at]) => [id, isPossible(at) ? at : oldest] as const)
      .filter(([, at]) => Number.isFinite(at)),
  );
}

function datesOfRemovals(
  { removedUnits }: OrderState,
  { lineItems }: Head,
  isPossible: (at: number) => boolean,
): OrderState["removedUnits"] {
  const kept = lineItems.flatMap(({ id, quantity }) => {
    const dates = Object.entries(removedUnits[id] ?? {}).filter(
      ([count, at]) => Number(count) <= quantity && isPossible(at),
    );
    return dates.length === 0 ? [] : [[id, Object.fromEntries(dates)] as const];
  });
  return Object.fromEntries(kept);
}

function sameSecond(a: number | null, b: number | null): boolean {
  return a !== null && b !== null && Math.floor(a / 1000) === Math.floor(b / 1000);
}
