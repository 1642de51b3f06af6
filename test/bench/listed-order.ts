import { listSizes } from "#app/shopify/orders/order-list-query.ts";
import { orderNode } from "#test/simulator/shopify/admin-api/order-node.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";

type Part = Record<string, unknown>;
type Sized = (size: { first: number }) => unknown;

/** An order as a page of the Admin API's list of orders writes it. */
export function listedOrder(order: SimulatedOrder): object {
  const node = orderNode(order) as Part;
  const { lines, parts, units } = listSizes;
  const sized = (list: unknown, first: number) => (list as Sized)({ first });
  const withUnits = (all: unknown, name: string) =>
    (sized(all, parts) as Part[]).map((part) => ({ ...part, [name]: sized(part[name], units) }));
  return {
    ...node,
    lineItems: sized(node.lineItems, lines),
    fulfillments: withUnits(node.fulfillments, "fulfillmentLineItems"),
    refunds: withUnits(node.refunds, "refundLineItems"),
  };
}
