import { GraphQLError, type GraphQLResolveInfo } from "graphql";
import { currencyDecimals, decimalText, minorUnits } from "#app/order/money.ts";
import type { OrderBook } from "../order-book.ts";
import {
  buyersCurrency,
  costInRefund,
  costOf,
  paidBy,
  paymentsOf,
  priceOf,
  refundedUnits,
  taxesIncluded,
} from "../order-money.ts";
import { type AskedRefund, adjustmentOf, type RefundDesk } from "../refund-desk.ts";
import type {
  SimulatedOrder,
  SimulatedRefund,
  SimulatedReturn,
  Units,
} from "../simulated-order.ts";
import { type PageArguments, pageOf } from "./connection.ts";

type UnitsInput = {
  lineItemId: string;
  quantity: number;
  restockType?: AskedRefund["units"][number]["restockType"] | null;
};
type RefundCreateArguments = {
  input: {
    orderId: string;
    currency?: string | null;
    note?: string | null;
    notify?: boolean | null;
    allowOverRefunding?: boolean | null;
    refundLineItems?: UnitsInput[] | null;
    refundDuties?: object[] | null;
    transactions?: { amount: string; gateway: string; kind: string }[] | null;
  };
};

/** Both moneys of an amount in the buyer's minor units. Of the shop's, tests have no need to be exact. */
export function buyersMoney(order: SimulatedOrder, minor: number): object {
  const rate = order.money?.presentment?.rate ?? 1;
  return {
    shopMoney: money(Math.round(minor / rate), order.currency),
    presentmentMoney: money(minor, buyersCurrency(order)),
  };
}

/** The scalar Decimal has no trailing zeros but one. */
function money(minor: number, currencyCode: string): object {
  const text = decimalText(minor, currencyCode);
  const short = currencyDecimals(currencyCode) === 0 ? text : text.replace(/0+$/, "");
  const amount = short.endsWith(".") ? `${short}0` : short.includes(".") ? short : `${short}.0`;
  return { amount, currencyCode };
}

/** What an order says of its money and returns, beside what it is. */
export function orderMoneyFields(order: SimulatedOrder): object {
  const paid = paidBy(order);
  const total = (amounts: number[]) =>
    buyersMoney(
      order,
      amounts.reduce((sum, amount) => sum + amount, 0),
    );
  const back = order.refunds.flatMap((refund) => paymentsOf(order, refund));
  return {
    taxesIncluded: taxesIncluded(order),
    presentmentCurrencyCode: buyersCurrency(order),
    canNotifyCustomer: order.customer !== null,
    returnStatus: order.returnStatus ?? "NO_RETURN",
    totalReceivedSet: total(paid.map(({ amount }) => amount)),
    totalRefundedSet: total(
      back.filter(({ status }) => status === "SUCCESS").map(({ amount }) => amount),
    ),
    returns: (args: PageArguments) =>
      pageOf(
        (args.reverse ? (order.returns ?? []).toReversed() : (order.returns ?? [])).map(returnNode),
        args,
      ),
    suggestedRefund: (args: { refundLineItems?: UnitsInput[]; refundDuties?: object[] }) =>
      suggestion(order, args.refundLineItems ?? [], args.refundDuties ?? []),
  };
}

/** A return as the Admin API answers it, but for its order. */
export function returnNode({ id, status, isExchange, refundIds, units }: SimulatedReturn): object {
  return {
    ...{ __typename: "Return", id: gid("Return", id), status },
    exchangeLineItems: (args: PageArguments) =>
      pageOf(isExchange ? [{ id: "gid://shopify/ExchangeLineItem/1" }] : [], args),
    refunds: (args: PageArguments) =>
      pageOf(
        refundIds.map((refund) => ({ id: gid("Refund", refund) })),
        args,
      ),
    returnLineItems: (args: PageArguments) =>
      pageOf(
        units.map(({ line, quantity }) => ({
          ...{ __typename: "ReturnLineItem", id: gid("ReturnLineItem", line.id) },
          ...{ quantity, refundedQuantity: 0 },
          fulfillmentLineItem: { lineItem: { id: gid("LineItem", line.id) } },
        })),
        args,
      ),
  };
}

/** What a refund says of its money, beside when it was and of which order. */
export function refundMoneyFields(order: SimulatedOrder, refund: SimulatedRefund): object {
  const adjustment = adjustmentOf(order, refund);
  const payments = paymentsOf(order, refund).map(({ id, status, amount, gateway }) => ({
    id: gid("OrderTransaction", id),
    ...{ kind: "REFUND", status, gateway },
    amountSet: buyersMoney(order, amount),
  }));
  return {
    note: refund.note ?? null,
    duties: refund.units
      .map((units) => costInRefund(order, refund, units).duties)
      .filter((duties) => duties > 0)
      .map((duties) => ({ amountSet: buyersMoney(order, duties) })),
    orderAdjustments: (args: PageArguments) =>
      pageOf(adjustment === 0 ? [] : [{ id: gid("OrderAdjustment", refund.id) }], args),
    refundShippingLines: (args: PageArguments) => pageOf([], args),
    transactions: (args: PageArguments) => pageOf(payments, args),
  };
}

/** The money of a refund's line. */
export function refundLineFields(
  order: SimulatedOrder,
  refund: SimulatedRefund,
  units: Units,
): object {
  const { subtotal, tax } = costInRefund(order, refund, units);
  return {
    restockType: units.restockType ?? "NO_RESTOCK",
    subtotalSet: buyersMoney(order, subtotal),
    totalTaxSet: buyersMoney(order, tax),
  };
}

function suggestion(order: SimulatedOrder, asked: UnitsInput[], duties: object[]): object {
  const costs = asked.map(({ lineItemId, quantity }) => {
    const line = order.lines.find(({ id }) => gid("LineItem", id) === lineItemId);
    if (!line) throw new GraphQLError("Line item does not exist");
    const cost = costOf(order, line, quantity, refundedUnits(order, line));
    return duties.length > 0 ? cost : { ...cost, duties: 0 };
  });
  const sum = (of: (cost: (typeof costs)[number]) => number) =>
    costs.reduce((total, cost) => total + of(cost), 0);
  const paid = paidBy(order);
  const maximum = paid.reduce((total, { left }) => total + left, 0);
  const amount = Math.min(
    sum((cost) => priceOf(order, cost)),
    maximum,
  );
  const back: object[] = [];
  let left = amount;
  for (const [index, { gateway, isManual, isUnlinked, isLeftOut, left: most }] of paid.entries()) {
    const taken = Math.min(left, most);
    if (taken === 0) continue;
    left -= taken;
    if (isLeftOut) continue;
    back.push({
      gateway,
      formattedGateway: gateway === "bogus" ? "Bogus Gateway" : gateway,
      amountSet: buyersMoney(order, taken),
      parentTransaction: isUnlinked
        ? null
        : {
            id: gid("OrderTransaction", order.id + BigInt(index)),
            manualPaymentGateway: isManual,
          },
    });
  }
  const set = (minor: number) => buyersMoney(order, minor);
  return {
    amountSet: set(amount),
    subtotalSet: set(sum(({ subtotal }) => subtotal)),
    totalTaxSet: set(sum(({ tax }) => tax)),
    totalDutiesSet: set(sum((cost) => cost.duties)),
    totalCartDiscountAmountSet: set(sum(({ discount }) => discount)),
    maximumRefundableSet: set(maximum),
    suggestedTransactions: back,
  };
}

/** `refundNode`: a refund as the Admin API answers it. */
export function refundMutations(
  desk: RefundDesk,
  orders: OrderBook,
  refundNode: (order: SimulatedOrder, refund: SimulatedRefund) => object,
  now: number,
): object {
  return {
    refundCreate({ input }: RefundCreateArguments, _access: unknown, info: GraphQLResolveInfo) {
      const key = idempotencyKey(info);
      if (key === null || key.trim() === "") {
        throw new GraphQLError("The @idempotent directive is required for this mutation.", {
          extensions: { code: "BAD_REQUEST" },
        });
      }
      const orderId = numericId(input.orderId);
      const known = orders.get(orderId);
      const currency = known ? buyersCurrency(known) : "EUR";
      if (input.currency && input.currency !== currency) {
        return refusal("Currency must be the order's presentment currency");
      }
      const { refund, order, problem } = desk.create(
        key,
        {
          orderId,
          note: input.note ?? null,
          notify: input.notify ?? false,
          allowOverRefunding: input.allowOverRefunding ?? false,
          units: (input.refundLineItems ?? []).map(({ lineItemId, quantity, restockType }) => ({
            ...{
              lineId: numericId(lineItemId),
              quantity,
              restockType: restockType ?? "NO_RESTOCK",
            },
          })),
          payments: (input.transactions ?? [])
            .filter(({ kind }) => kind === "REFUND")
            .map(({ amount, gateway }) => ({
              gateway,
              amount: minorUnits(String(amount), currency).amount,
            })),
        },
        now,
      );
      if (problem !== null || refund === null || order === null) return refusal(problem ?? "");
      return { refund: refundNode(order, refund), userErrors: [] };
    },
  };
}

function refusal(message: string): object {
  return { refund: null, userErrors: [{ field: null, message }] };
}

/** The key of the field's @idempotent, a value or a variable; null: it has none. */
function idempotencyKey({ fieldNodes, variableValues }: GraphQLResolveInfo): string | null {
  const directive = fieldNodes[0]?.directives?.find(({ name }) => name.value === "idempotent");
  const value = directive?.arguments?.find(({ name }) => name.value === "key")?.value;
  if (value?.kind === "StringValue") return value.value;
  return value?.kind === "Variable" ? String(variableValues[value.name.value] ?? "") : null;
}

function numericId(globalId: string): string {
  return globalId.slice(globalId.lastIndexOf("/") + 1);
}

function gid(type: string, id: bigint): string {
  return `gid://shopify/${type}/${id}`;
}
