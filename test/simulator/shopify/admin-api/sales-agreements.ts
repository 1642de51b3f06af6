import type { SimulatedLine, SimulatedOrder, Units } from "../simulated-order.ts";
import { type PageArguments, pageOf } from "./connection.ts";

type Sold = Pick<Units, "line" | "quantity">;

/** Whether the order's lines were edited. */
export function isEdited({ lines, edits = [] }: SimulatedOrder): boolean {
  return edits.length > 0 || lines.some(({ removed }) => removed > 0);
}

/**
 * An order's sales agreements, as the Admin API has them: one for its placement, one for each edit
 * and each refund. What was bought is of type ORDER, what was removed or refunded of type RETURN:
 * https://shopify.dev/docs/api/admin-graphql/2026-10/enums/SaleActionType
 */
export function agreementsOf(order: SimulatedOrder): object[] {
  const { lines, edits = [], refunds, createdAt, updatedAt } = order;
  const placed = lines.map((line) => ({ line, quantity: line.quantity - addedOf(line, order) }));
  const removed = lines.map((line) => ({ line, quantity: line.removed }));
  const told = [
    { at: createdAt, reason: "ORDER", bought: placed, gone: [] },
    ...edits.map(({ at, added }) => ({ at, reason: "ORDER_EDIT", bought: added, gone: [] })),
    { at: updatedAt, reason: "ORDER_EDIT", bought: [], gone: removed },
    ...refunds.map(({ createdAt: at, units }) => ({
      ...{ at, reason: "REFUND", bought: [], gone: units },
    })),
  ];
  return told.flatMap(({ at, reason, bought, gone }, index) => {
    const sales = [...salesOf(bought, "ORDER"), ...salesOf(gone, "RETURN")];
    if (sales.length === 0) return [];
    return [
      {
        __typename: types[reason],
        id: `gid://shopify/SalesAgreement/${order.id}${index}`,
        happenedAt: new Date(at).toISOString(),
        reason,
        sales: (args: PageArguments) => pageOf(sales, args),
      },
    ];
  });
}

const types: Record<string, string> = {
  ORDER: "OrderAgreement",
  ORDER_EDIT: "OrderEditAgreement",
  REFUND: "RefundAgreement",
};

function addedOf(line: SimulatedLine, { edits = [] }: SimulatedOrder): number {
  return edits
    .flatMap(({ added }) => added)
    .filter((units) => units.line === line)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

function salesOf(units: readonly Sold[], actionType: "ORDER" | "RETURN"): object[] {
  return units
    .filter(({ quantity }) => quantity > 0)
    .map(({ line, quantity }) => ({
      ...{ __typename: "ProductSale", lineType: "PRODUCT", actionType, quantity },
      id: `gid://shopify/ProductSale/${line.id}`,
      lineItem: { id: `gid://shopify/LineItem/${line.id}` },
    }));
}
