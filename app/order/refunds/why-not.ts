import type { Line } from "#app/order/lines.ts";
import type { ManualPair } from "#app/order/pair.ts";
import { sum } from "#app/order/units.ts";
import { type MoneyOrder, type MoneyRefund, paymentState } from "./money-order.ts";
import { type PlanStanding, windowFor } from "./owed.ts";
import { stateAt } from "./windows.ts";

/** Why a plan is not refunded by itself. */
export const whyNotReasons = [
  /** the merchant, or an operator, holds deliveries back */
  "shop_held",
  /** the order is not shared with Hakuna */
  "order_skipped",
  /** a person decides of cancelled orders */
  "order_cancelled",
  /** nothing certain says which product the plan protects, or which of its units protect none */
  "pair_uncertain",
  /** the money went back and the product stayed */
  "goodwill",
  "exchange",
  "return_open",
  /** a product was returned, and the app may not see the return */
  "return_unseen",
  /** an earlier refund holds money beside its lines: it may have paid the plan back */
  "earlier_refund_differs",
  "earlier_refund_unpaid",
  /** its windows, or those of one of its shipments, are over */
  "window_over",
  /** Shopify has no such order that the app may see */
  "order_unseen",
  /** Shopify's order is another one than ours */
  "order_differs",
  /** more lines or refunds than are read at once */
  "order_large",
  /** a person did not want it, or Shopify refused it */
  "refused_before",
  /** Shopify suggests another amount than the units cost */
  "not_the_price",
  /** the payment is one that the merchant makes by hand */
  "manual_payment",
  /** Shopify could not be asked, again and again */
  "look_failed",
] as const;

export type WhyNot = (typeof whyNotReasons)[number];

/** What may end without anything new of the order: a return is closed, a payment arrives. */
const passing: readonly WhyNot[] = [
  ...(["shop_held", "return_open", "return_unseen", "exchange"] as const),
  ...(["earlier_refund_unpaid", "order_differs"] as const),
];

/** Whether it is worth looking again though nothing new was told of the order. */
export function mayPass(reasons: readonly WhyNot[]): boolean {
  return reasons.length > 0 && reasons.every((reason) => passing.includes(reason));
}

/** What is known of the shop and the order besides their money. */
export type Circumstances = {
  now: number;
  /** paused, held, not connected or uninstalled */
  isShopHeld: boolean;
  isOrderSkipped: boolean;
  /** an intent for the plan ended without a refund, by a person's word or Shopify's */
  isRefusedBefore: boolean;
  /** line item id → when the line was first seen, epoch milliseconds */
  firstSeenAt: Readonly<Record<string, number>>;
  /** all lines of the order */
  lines: readonly Pick<Line, "id" | "left" | "isProtection">[];
  /** what people paired; a pair that the shop's setting accepted is as good, but not certain */
  manualPairs: readonly Pick<ManualPair, "productLineId" | "planLineId">[];
};

/**
 * Every reason for which the plan's owed units may not be refunded without a person; none: they may.
 *
 * @param money as Shopify told it right now
 */
export function whyNot(
  standing: PlanStanding,
  money: MoneyOrder,
  circumstances: Circumstances,
): WhyNot[] {
  const { plan, products, owed, windows } = standing;
  const found = new Set<WhyNot>();
  if (circumstances.isShopHeld) found.add("shop_held");
  if (circumstances.isOrderSkipped) found.add("order_skipped");
  if (circumstances.isRefusedBefore) found.add("refused_before");
  if (money.cancelled || owed?.reason === "order_cancelled") found.add("order_cancelled");
  const isCertain = isCertainFor(plan.id, circumstances);
  const protectable = products.reduce((total, { line }) => total + line.quantity, 0);
  // of more plans than products nobody knows which went with a product, and which never had one;
  // without any product nothing tells when the plan's days began
  if (!products.every(isCertain) || plan.quantity > protectable) found.add("pair_uncertain");
  if (money.isPartial) found.add("order_large");
  // another product that Shopify has and nobody told of may stand in the place of the one that went
  const isWhole = money.lines.every(({ id }) => circumstances.lines.some((line) => line.id === id));
  const seen = [plan, ...circumstances.lines.filter(({ isProtection }) => !isProtection)];
  const isAlike = isWhole && seen.every((line) => agrees(line, money));
  if (owed === null || !isAlike) found.add("order_differs");
  if (stateAt(windows, windowFor(owed), circumstances.now) !== "open") found.add("window_over");
  const gone = products.map(({ line }) => line).filter((line) => line.gone.units.length > 0);
  for (const reason of returnsSay(money)) found.add(reason);
  if (gone.some(({ id }) => isGoodwill(id, money))) found.add("goodwill");
  if (isReplaced(gone, money, circumstances)) found.add("exchange");
  for (const refund of money.refunds) {
    if (!equalsItsLines(refund, money)) found.add("earlier_refund_differs");
    if (paymentState(refund.payments) !== "succeeded") found.add("earlier_refund_unpaid");
  }
  return whyNotReasons.filter((reason) => found.has(reason));
}

/** By hand, by ref, or by a link that both lines confirm. */
function isCertainFor(planLineId: string, { manualPairs }: Circumstances) {
  const byHand = new Set(
    manualPairs
      .filter((pair) => pair.planLineId === planLineId)
      .map(({ productLineId }) => productLineId),
  );
  return ({ line, tier }: PlanStanding["products"][number]) =>
    tier === 1 || tier === 2 || byHand.has(line.id);
}

/** Whether Shopify counts as many units of the line as we do. */
function agrees(line: { id: string; left: number }, { lines }: MoneyOrder): boolean {
  return lines.find(({ id }) => id === line.id)?.currentQuantity === line.left;
}

function returnsSay({ returnStatus, returns }: MoneyOrder): WhyNot[] {
  const reasons: WhyNot[] = [];
  const isSettled = returnStatus === "NO_RETURN" || returnStatus === "RETURNED";
  if (!isSettled) reasons.push("return_open");
  if (returns === null) {
    // an exchange is told of in the return alone
    if (returnStatus !== "NO_RETURN") reasons.push("return_unseen");
    return reasons;
  }
  if (returns.some(({ status }) => status === "OPEN" || status === "REQUESTED")) {
    reasons.push("return_open");
  }
  if (returns.some(({ isExchange, status }) => isExchange && status !== "CANCELED")) {
    reasons.push("exchange");
  }
  return reasons;
}

const restocked = ["RETURN", "CANCEL", "LEGACY_RESTOCK"];

/** Units whose money went back without anything being sent back, restocked or removed. */
function isGoodwill(lineItemId: string, { refunds, returns }: MoneyOrder): boolean {
  const returned = new Set(returns?.flatMap(({ refundIds }) => refundIds));
  return refunds.some(
    ({ id, units }) =>
      !returned.has(id) &&
      units.some((one) => one.lineItemId === lineItemId && !restocked.includes(one.restockType)),
  );
}

/**
 * Whether a product may stand in the place of one that went: it came into the order later, or more
 * units of it did. What one edit removes and adds is of one age, and units that were added show in no
 * age at all: that Shopify alone tells (`added`).
 */
function isReplaced(
  gone: readonly Pick<Line, "id">[],
  { added, lines }: MoneyOrder,
  { firstSeenAt, lines: known }: Circumstances,
): boolean {
  const seenAt = (id: string) => firstSeenAt[id] ?? Number.POSITIVE_INFINITY;
  const isLeft = (id: string) => lines.some((line) => line.id === id && line.currentQuantity > 0);
  const isAdded = (id: string) => added === null || added.includes(id);
  const others = known.filter(({ isProtection }) => !isProtection);
  return gone.some(({ id }) =>
    others.some(
      ({ id: other }) =>
        seenAt(other) > seenAt(id) || (other !== id && isAdded(other) && isLeft(other)),
    ),
  );
}

/** Whether what was paid back is the price of the lines, and of shipping and duties, that it names. */
function equalsItsLines(
  { units, shipping, duties, isAdjusted, payments }: MoneyRefund,
  { taxesIncluded }: MoneyOrder,
): boolean {
  if (isAdjusted || units.length === 0) return false;
  const lines = units.reduce(
    (total, { subtotal, tax }) => total + subtotal + (taxesIncluded ? 0 : tax),
    0,
  );
  const paid = sum(payments.map(({ amount }) => ({ quantity: amount })));
  return paid === lines + shipping + duties;
}
