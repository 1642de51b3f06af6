import type { OrderState } from "#app/order/state.ts";
import { type AdminAnswer, AdminError } from "#app/shopify/access/admin-api.ts";
import type { WholeOrder } from "./admin-order.ts";
import { stateOfOrder } from "./admin-state.ts";
import { deniedFields } from "./denied-fields.ts";
import { type ListedOrder, listSizes } from "./order-list-query.ts";

/**
 * The state of an order of a page; null: it is larger than what the page holds, or odd, which shall
 * not hold up the others. It is read by itself then, which says why.
 *
 * @param at the path of the order in the answer
 */
export function listedState(
  order: ListedOrder,
  at: readonly (string | number)[],
  { answeredAt, denied }: Pick<AdminAnswer<unknown>, "answeredAt" | "denied">,
): OrderState | null {
  if (!isWhole(order)) return null;
  try {
    return stateOfOrder(wholeOrder(order), deniedFields(denied, at), answeredAt);
  } catch (error) {
    if (error instanceof AdminError) return null;
    throw error;
  }
}

/** Whether the page holds all of the order. A list as long as asked for may be longer. */
function isWhole({ lineItems, fulfillments, fulfillmentsCount, refunds }: ListedOrder): boolean {
  return (
    !lineItems.pageInfo.hasNextPage &&
    fulfillmentsCount?.count === fulfillments.length &&
    refunds.length < listSizes.parts &&
    fulfillments.every(({ fulfillmentLineItems: units }) => !units.pageInfo.hasNextPage) &&
    refunds.every(({ refundLineItems: units }) => !units.pageInfo.hasNextPage)
  );
}

function wholeOrder(order: ListedOrder): WholeOrder {
  return {
    order,
    lines: order.lineItems.nodes,
    fulfillments: order.fulfillments.map((fulfillment) => ({
      fulfillment,
      units: fulfillment.fulfillmentLineItems.nodes,
    })),
    refunds: order.refunds.map((refund) => ({ refund, units: refund.refundLineItems.nodes })),
  };
}
