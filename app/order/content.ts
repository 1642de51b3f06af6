import { canonicalJson } from "./canonical.ts";
import { linesOf } from "./lines.ts";
import type { OrderState } from "./state.ts";

/**
 * Whether two states say the same of an order, whenever and however they said it: news of what is
 * known already carries nothing but a later moment.
 */
export function sameContent(a: OrderState, b: OrderState): boolean {
  return canonicalJson(contentOf(a)) === canonicalJson(contentOf(b));
}

/** What a state means, without the moments by which the fold decides. */
function contentOf(state: OrderState): unknown {
  const { head } = state;
  return {
    head: head && headContent(state, head),
    /** a line's facts may come without the line */
    productFacts: mapValues(state.productFacts, (facts) =>
      mapValues(facts, (fact) => fact?.value ?? null),
    ),
    cancelledAt: toSecond(state.cancelledAt),
    deletedAt: state.deletedAt,
    voidedAt: head?.voided ? toSecond(state.voidedAt) : null,
    fulfillments: mapValues(state.fulfillments, ({ status, units, createdAt }) => ({
      ...{ status, units, at: toSecond(createdAt) },
    })),
    refunds: mapValues(state.refunds, ({ units, refundedAt }) => ({
      ...{ units, at: toSecond(refundedAt) },
    })),
    redacted: state.redacted,
    purgedThrough: state.purgedThrough,
  };
}

function headContent(state: OrderState, head: NonNullable<OrderState["head"]>): unknown {
  const { rank, refundIds, denied, placedAt, lineItems, ...content } = head;
  const lines = linesOf(state, head);
  const ages = [...new Set(lines.map(({ firstSeenAt }) => firstSeenAt))].sort((a, b) => a - b);
  return {
    ...content,
    placedAt: toSecond(placedAt),
    lineItems: lines.map(({ currentQuantity, firstSeenAt, gone, ...line }) => ({
      ...line,
      gone: gone.units.map(({ quantity, at }) => ({ quantity, at: toSecond(at) })),
      /** which lines are older than which; since when says nothing more */
      age: ages.indexOf(firstSeenAt),
    })),
  };
}

/** Shopify writes one time with its milliseconds here and without them there. */
function toSecond(at: number | null): number | null {
  return at === null ? null : Math.floor(at / 1000);
}

function mapValues<K extends string, T, U>(record: Record<K, T>, change: (value: T) => U) {
  return Object.fromEntries(Object.entries<T>(record).map(([key, value]) => [key, change(value)]));
}
