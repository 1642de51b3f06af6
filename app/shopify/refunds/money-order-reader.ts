import type { MoneyOrder, MoneyRefund } from "#app/order/refunds/money-order.ts";
import { type AskAdmin, unavailable } from "#app/shopify/access/admin-api.ts";
import { numericId } from "#app/shopify/global-id.ts";
import { minorOf, paymentsOf } from "./admin-money.ts";
import { readPayments } from "./refund-payments.ts";
import {
  moneySizes,
  type OrderMoneyData,
  type OrderReturnsData,
  type OrderSalesData,
  orderMoneyQuery,
  orderReturnsQuery,
  orderSalesQuery,
  salesSizes,
} from "./refund-queries.ts";

const mostReturns = 10;

/**
 * Reads what Shopify says of an order's money now.
 *
 * @param seesReturns the app was granted `read_returns`
 * @returns null where there is no such order that the app may see
 * @throws AdminError
 */
export async function readMoneyOrder(
  ask: AskAdmin,
  orderId: string,
  { seesReturns }: { seesReturns: boolean },
): Promise<MoneyOrder | null> {
  const id = `gid://shopify/Order/${orderId}`;
  const { data, denied } = await ask<OrderMoneyData>(orderMoneyQuery, { order: id, ...moneySizes });
  if (denied.length > 0) throw unavailable("The app may not read all of an order's refunds.");
  const { order } = data;
  if (order === null) return null;
  const currency = order.presentmentCurrencyCode.toUpperCase();
  const returns = seesReturns ? await readReturns(ask, id) : null;
  const added = order.edited ? await readAdded(ask, id) : [];
  const parts = order.refunds.flatMap((refund) => [
    ...[refund.refundLineItems, refund.refundShippingLines],
  ]);
  const refunds: MoneyRefund[] = [];
  for (const refund of order.refunds) refunds.push(await refundOf(ask, refund, currency));
  return {
    id: numericId(order.id),
    edited: order.edited,
    added,
    cancelled: order.cancelledAt !== null,
    currency,
    taxesIncluded: order.taxesIncluded,
    received: minorOf(order.totalReceivedSet, currency),
    refunded: minorOf(order.totalRefundedSet, currency),
    returnStatus: order.returnStatus,
    lines: order.lineItems.nodes.map(({ id, quantity, currentQuantity }) => ({
      ...{ id: numericId(id), quantity, currentQuantity },
    })),
    refunds,
    returns: returns?.returns ?? null,
    isPartial:
      order.lineItems.pageInfo.hasNextPage ||
      order.refunds.length >= moneySizes.refunds ||
      parts.some(({ pageInfo }) => pageInfo.hasNextPage) ||
      (returns?.isPartial ?? false),
  };
}

type AdminRefund = NonNullable<OrderMoneyData["order"]>["refunds"][number];

async function refundOf(
  ask: AskAdmin,
  refund: AdminRefund,
  currency: string,
): Promise<MoneyRefund> {
  const minor = (money: Parameters<typeof minorOf>[0]) => minorOf(money, currency);
  const total = (amounts: number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
  return {
    id: numericId(refund.id),
    note: refund.note,
    units: refund.refundLineItems.nodes.map((unit) => ({
      lineItemId: numericId(unit.lineItem.id),
      quantity: unit.quantity,
      restockType: unit.restockType,
      subtotal: minor(unit.subtotalSet),
      tax: minor(unit.totalTaxSet),
    })),
    shipping: total(
      refund.refundShippingLines.nodes.map(
        ({ subtotalAmountSet, taxAmountSet }) => minor(subtotalAmountSet) + minor(taxAmountSet),
      ),
    ),
    duties: total((refund.duties ?? []).map(({ amountSet }) => minor(amountSet))),
    isAdjusted: refund.orderAdjustments.nodes.length > 0,
    payments: await allPayments(ask, refund, currency),
  };
}

async function allPayments(ask: AskAdmin, { id, transactions }: AdminRefund, currency: string) {
  if (!transactions.pageInfo.hasNextPage) return paymentsOf(transactions.nodes, currency);
  const all = await readPayments(ask, numericId(id), currency);
  if (all === null) throw unavailable("The app may not read all of an order's refunds.");
  return all;
}

/**
 * The lines of which units came into the order later: an exchange in one edit shows there alone. Null:
 * the app may not see that, there are more edits than are read, or sales of a kind that is not known.
 */
async function readAdded(ask: AskAdmin, order: string): Promise<string[] | null> {
  const { data, denied } = await ask<OrderSalesData>(orderSalesQuery, { order, ...salesSizes });
  if (data.order === null || denied.length > 0) return null;
  const { nodes, pageInfo } = data.order.agreements;
  const later = nodes.filter(({ reason }) => reason !== "ORDER");
  const bought = later
    .flatMap(({ sales }) => sales.nodes)
    .filter(({ actionType }) => actionType !== "RETURN" && actionType !== "UPDATE");
  const ids = bought.flatMap(({ lineItem }) => (lineItem ? [numericId(lineItem.id)] : []));
  const isUnknown = bought.some(
    ({ lineItem, lineType }) => !lineItem && !withoutLines.includes(lineType),
  );
  const isCut = pageInfo.hasNextPage || later.some(({ sales }) => sales.pageInfo.hasNextPage);
  return isCut || isUnknown ? null : [...new Set(ids)];
}

/** Sales that bring no units: a parcel, a fee. */
const withoutLines = ["SHIPPING", "FEE", "ADDITIONAL_FEE", "ADJUSTMENT", "DUTY", "TIP"];

async function readReturns(
  ask: AskAdmin,
  order: string,
): Promise<{ returns: NonNullable<MoneyOrder["returns"]>; isPartial: boolean } | null> {
  const variables = { order, first: mostReturns };
  const { data, denied } = await ask<OrderReturnsData>(orderReturnsQuery, variables);
  if (data.order === null || denied.length > 0) return null;
  const { nodes, pageInfo } = data.order.returns;
  return {
    returns: nodes.map(({ status, exchangeLineItems, refunds }) => ({
      status,
      isExchange: exchangeLineItems.nodes.length > 0,
      refundIds: refunds.nodes.map(({ id }) => numericId(id)),
    })),
    isPartial: pageInfo.hasNextPage || nodes.some(({ refunds }) => refunds.pageInfo.hasNextPage),
  };
}
