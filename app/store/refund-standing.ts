import type { Mapping } from "#app/order/map.ts";
import { keptUnits } from "#app/order/refunds/kept-money.ts";
import {
  owedTogether,
  type PlanStanding,
  plansOf,
  stillRequested,
} from "#app/order/refunds/owed.ts";
import { findingKey } from "./attention.ts";
import type { ShopRow } from "./lease.ts";
import type { StoredOrder } from "./order.ts";

/** How the plans of a stored order stand; see `plansOf`. */
export function standingsOf(
  {
    state,
    cancelledByHandAt,
    requests,
  }: Pick<StoredOrder, "state" | "cancelledByHandAt" | "requests">,
  mapping: Pick<Mapping, "lines" | "pairing">,
  timeZone: string,
): PlanStanding[] {
  const isVoided = state.head?.voided ?? false;
  const isCancelled = (state.cancelledAt ?? cancelledByHandAt) !== null;
  return plansOf(mapping, { cancelled: isCancelled && !isVoided, requests, timeZone });
}

/**
 * Writes into `order` what of its plans is to be refunded because their product is gone, or because
 * the order was cancelled and its payment kept, but for what the merchant has put away, or because
 * the buyer asked for it, and when it is to be looked at whether that may go by itself.
 */
export function noteRefunds(order: StoredOrder, mapping: Mapping, shop: ShopRow): void {
  const { now } = shop;
  const putAway = putAwayPlans(order);
  const standings = standingsOf(order, mapping, shop.timeZone);
  forgetDone(order, standings);
  // of a cancelled order what was kept is counted instead
  const asked = standings.filter(
    ({ plan, owed, requestedAt }) =>
      owed !== null &&
      owed.reason !== "order_cancelled" &&
      (requestedAt !== null || !putAway.has(plan.id)),
  );
  const { units: owed, until } = owedTogether(asked, now);
  const kept = standings
    .filter(({ plan }) => !putAway.has(plan.id))
    .reduce((total, { plan }) => total + keptUnits(order.state, plan), 0);
  const units = owed + kept;
  if (units === 0) {
    forgetRefunds(order);
    return;
  }
  // an order of which something was a person's before stays that person's
  order.refundSince ??= now;
  order.refundUnits = units;
  order.refundUntil = until;
  if (!mayGoAlone(order, shop)) order.refundLookAt = null;
  else if (order.refundLooked !== order.revision) order.refundLookAt = now;
}

/** Whether the shop's setting is about what is to be refunded of the order: it came after it. */
export function mayGoAlone(
  { refundSince }: Pick<StoredOrder, "refundSince">,
  { refundsAlone, refundsAloneSince }: Pick<ShopRow, "refundsAlone" | "refundsAloneSince">,
): boolean {
  const since = refundsAloneSince?.getTime() ?? Number.POSITIVE_INFINITY;
  return refundsAlone && refundSince !== null && refundSince >= since;
}

/** Line ids of the plans of which the merchant put away that their product, or their order, is gone. */
export function putAwayPlans({
  findings,
  dismissed,
}: Pick<StoredOrder, "findings" | "dismissed">): Set<string> {
  return new Set(
    findings
      .filter((finding) => dismissed.includes(findingKey(finding)))
      .filter(({ code }) => code === "product_gone_plan_not" || code === "cancelled_not_refunded")
      .flatMap(({ lineItemIds }) => lineItemIds.at(-1) ?? []),
  );
}

/** What the buyer asked to give back and what is gone is not asked for any more. */
function forgetDone(order: StoredOrder, standings: readonly PlanStanding[]): void {
  const isOpen = ([id, request]: [string, StoredOrder["requests"][string]]) =>
    standings.some(({ plan }) => plan.id === id && stillRequested(plan, request) > 0);
  const all = Object.entries(order.requests);
  if (!all.every(isOpen)) order.requests = Object.fromEntries(all.filter(isOpen));
}

/** Nothing of the order is to be refunded. */
export function forgetRefunds(order: StoredOrder): void {
  Object.assign(order, {
    ...{ refundUnits: 0, refundUntil: null, refundSince: null, refundLookAt: null },
    refundWhyNot: {},
  });
}
