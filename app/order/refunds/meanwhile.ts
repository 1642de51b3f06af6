import { sum } from "#app/order/units.ts";
import type { MoneyOrder } from "./money-order.ts";

/** What was seen of an order when a refund of its plan was written down, before it was sent. */
export type SeenMoney = Pick<MoneyOrder, "cancelled" | "edited" | "refunded" | "returnStatus"> & {
  /** line item id → units that were left */
  left: Record<string, number>;
  refundIds: string[];
};

export function seenOf({ lines, refunds, ...money }: MoneyOrder): SeenMoney {
  const { cancelled, edited, refunded, returnStatus } = money;
  return {
    ...{ cancelled, edited, refunded, returnStatus },
    left: Object.fromEntries(lines.map(({ id, currentQuantity }) => [id, currentQuantity])),
    refundIds: refunds.map(({ id }) => id),
  };
}

/**
 * Whether the order is as it was seen, but for refunds of other lines that the app made itself: only
 * then is a refund whose answer was lost sent once more. Refunded, returned, cancelled or edited
 * meanwhile, or more than can be read, it is not.
 *
 * @param isOurs whether a refund with this note is one that the app made of another plan
 */
export function isAsSeen(
  seen: SeenMoney,
  money: MoneyOrder,
  isOurs: (note: string | null) => boolean,
): boolean {
  const { cancelled, edited, returnStatus, lines, refunds, isPartial } = money;
  const isSame =
    cancelled === seen.cancelled && edited === seen.edited && returnStatus === seen.returnStatus;
  const newer = refunds.filter(({ id }) => !seen.refundIds.includes(id));
  if (isPartial || !isSame || !newer.every(({ note }) => isOurs(note))) return false;
  // the payment of an older one may have arrived meanwhile
  const paid = newer
    .flatMap(({ payments }) => payments)
    .filter(({ status }) => status === "SUCCESS");
  const back = paid.reduce((total, { amount }) => total + amount, 0);
  if (money.refunded !== seen.refunded + back) return false;
  const units = newer.flatMap((refund) => refund.units);
  return (
    lines.length === Object.keys(seen.left).length &&
    lines.every(({ id, currentQuantity }) => {
      const gone = sum(units.filter(({ lineItemId }) => lineItemId === id));
      return currentQuantity + gone === seen.left[id];
    })
  );
}
