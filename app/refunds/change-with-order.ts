import type { PlanRefund, RefundState } from "./plan-refund.ts";
import type { RefundContext } from "./refund-context.ts";
import { changeRefund, type RefundChanges } from "./refund-store.ts";
import { type OrderInHand, withOrder } from "./refunded-order.ts";

/**
 * Changes a refund that is in one of the states `from`, and its order with it. Where the app has no
 * such order any more the refund is changed alone: what became of it is written down all the same.
 *
 * @param changesAt what is changed; `now`: epoch milliseconds
 * @param then done with the order, in the same transaction, if the refund was changed
 * @returns whether it was: somebody else may have gone on with it meanwhile
 */
export async function changeWithOrder(
  context: RefundContext,
  shop: string,
  { id, orderId }: Pick<PlanRefund, "id" | "orderId">,
  from: readonly RefundState[],
  changesAt: (now: number) => RefundChanges,
  then: (inHand: OrderInHand) => void | Promise<void>,
): Promise<boolean> {
  const isChanged = await withOrder(context, shop, orderId, async (inHand) => {
    const { client, shop: row } = inHand;
    if (!(await changeRefund(client, shop, id, from, changesAt(row.now)))) return false;
    await then(inHand);
    return true;
  });
  return isChanged ?? (await changeRefund(context.pool, shop, id, from, changesAt(context.now())));
}
