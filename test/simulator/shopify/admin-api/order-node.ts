import { currencyDecimals } from "#app/order/money.ts";
import {
  emailOf,
  type SimulatedCustomer,
  type SimulatedFulfillment,
  type SimulatedLine,
  type SimulatedOrder,
  type SimulatedRefund,
  type Units,
  unitsLeft,
} from "../simulated-order.ts";
import { type PageArguments, pageOf } from "./connection.ts";
import { orderMoneyFields, refundLineFields, refundMoneyFields } from "./refund-nodes.ts";
import { agreementsOf, isEdited } from "./sales-agreements.ts";

/**
 * An order as the Admin API writes it, which is not how its webhooks do: amounts without trailing
 * zeros, times in UTC, words in capitals, the parts of a fulfillment or refund in an order of their
 * own, the newest fulfillment first, null where a webhook has "" or nothing.
 */
export function orderNode(order: SimulatedOrder): object {
  const { currency, customer } = order;
  const buyer = order.atTill ? null : customer;
  const lines = order.lines.map((line) => lineNode(order, line));
  const fulfillments = order.fulfillments
    .map((fulfillment) => fulfillmentNode(order, fulfillment))
    .reverse();
  const refunds = order.refunds.map((refund) => refundNode(order, refund));
  const total = order.lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
  return {
    __typename: "Order",
    id: gid("Order", order.id),
    legacyResourceId: String(order.id),
    name: `#${order.number}`,
    createdAt: utc(order.createdAt),
    updatedAt: utc(order.updatedAt),
    processedAt: utc(order.createdAt),
    edited: isEdited(order),
    agreements: (args: PageArguments) => pageOf(agreementsOf(order), args),
    cancelledAt: utcOrNull(order.cancelledAt),
    cancelReason: order.cancelledAt === null ? null : "CUSTOMER",
    closedAt: utcOrNull(order.closedAt),
    test: order.isTest,
    displayFinancialStatus: order.financialStatus.toUpperCase(),
    displayFulfillmentStatus: order.fulfillments.length > 0 ? "FULFILLED" : "UNFULFILLED",
    email: buyer && emailOf(buyer),
    phone: buyer?.phone ?? null,
    currencyCode: currency,
    totalPriceSet: moneyBag(total, currency),
    customer: customer && customerNode(customer),
    billingAddress: buyer && addressNode(buyer),
    shippingAddress: buyer && addressNode(buyer),
    customAttributes: [],
    lineItems: (args: PageArguments) => pageOf(lines, args),
    fulfillments: (args: PageArguments) => fulfillments.slice(0, args.first ?? undefined),
    fulfillmentsCount: { count: fulfillments.length, precision: "EXACT" },
    refunds: (args: PageArguments) => refunds.slice(0, args.first ?? undefined),
    ...orderMoneyFields(order),
  };
}

/** A fulfillment or refund of the order; undefined where it has none with the id. */
export function partOf(order: SimulatedOrder, partGid: string): object | undefined {
  const id = BigInt(partGid.slice(partGid.lastIndexOf("/") + 1));
  const fulfillment = order.fulfillments.find((one) => one.id === id);
  if (fulfillment) return fulfillmentNode(order, fulfillment);
  const refund = order.refunds.find((one) => one.id === id);
  return refund && refundNode(order, refund);
}

/** A line of the order; undefined where it has none with the id. */
export function lineOf(order: SimulatedOrder, lineGid: string): object | undefined {
  const line = order.lines.find(({ id }) => gid("LineItem", id) === lineGid);
  return line && lineNode(order, line);
}

function lineNode(order: SimulatedOrder, line: SimulatedLine) {
  return {
    __typename: "LineItem",
    id: gid("LineItem", line.id),
    quantity: line.quantity,
    currentQuantity: unitsLeft(order, line),
    title: line.title,
    name: line.title,
    sku: line.sku || null,
    vendor: line.vendor,
    isGiftCard: false,
    requiresShipping: !line.isPlan,
    taxable: !line.isPlan,
    variant: line.variantId === null ? null : { id: gid("ProductVariant", line.variantId) },
    product: line.productId === null ? null : { id: gid("Product", line.productId) },
    originalUnitPriceSet: moneyBag(line.price, order.currency),
    discountAllocations: [],
    duties: line.duty === undefined ? [] : [{ id: gid("Duty", line.id) }],
    customAttributes: line.properties.map(({ name, value }) => ({ key: name, value })),
  };
}

function fulfillmentNode(order: SimulatedOrder, fulfillment: SimulatedFulfillment) {
  const units = backwards(fulfillment.units).map(({ line, quantity }) => ({
    id: gid("FulfillmentLineItem", line.id),
    quantity,
    lineItem: lineNode(order, line),
  }));
  return {
    __typename: "Fulfillment",
    id: gid("Fulfillment", fulfillment.id),
    status: fulfillment.status.toUpperCase(),
    createdAt: utc(fulfillment.createdAt),
    updatedAt: utc(fulfillment.updatedAt),
    fulfillmentLineItems: (args: PageArguments) => pageOf(units, args),
  };
}

export function refundNode(order: SimulatedOrder, refund: SimulatedRefund) {
  const units = backwards(refund.units).map(({ line, quantity, ...more }) => ({
    id: gid("RefundLineItem", line.id + 1n),
    quantity,
    ...refundLineFields(order, refund, { line, quantity, ...more }),
    lineItem: lineNode(order, line),
  }));
  return {
    __typename: "Refund",
    id: gid("Refund", refund.id),
    // may be null; processedAt is not: https://shopify.dev/docs/api/admin-graphql/latest/objects/Refund
    createdAt: refund.units.length > 0 ? utc(refund.createdAt) : null,
    updatedAt: utc(refund.createdAt),
    processedAt: utc(refund.createdAt),
    ...refundMoneyFields(order, refund),
    refundLineItems: (args: PageArguments) => pageOf(units, args),
  };
}

function customerNode(customer: SimulatedCustomer): object {
  return {
    id: gid("Customer", customer.id),
    firstName: customer.first,
    lastName: customer.last,
    defaultEmailAddress: { emailAddress: emailOf(customer) },
    defaultPhoneNumber: customer.phone === undefined ? null : { phoneNumber: customer.phone },
    defaultAddress: addressNode(customer),
  };
}

function addressNode(customer: SimulatedCustomer): object {
  return {
    id: `gid://shopify/MailingAddress/${customer.id}?model_name=Address`,
    firstName: customer.first,
    lastName: customer.last,
    name: `${customer.first} ${customer.last}`,
    company: null,
    phone: customer.phone ?? null,
    address1: customer.street,
    address2: customer.more ?? null,
    city: customer.city,
    zip: customer.zip,
    countryCodeV2: customer.country,
  };
}

/** A list comes sorted by another key than in the webhooks. */
function backwards(units: readonly Units[]): Units[] {
  return units.toSorted((a, b) => (a.line.id < b.line.id ? 1 : -1));
}

/** Both moneys: the simulated shops sell in their own currency. */
function moneyBag(hundredths: number, currency: string): object {
  const money = { amount: decimal(hundredths, currency), currencyCode: currency };
  return { shopMoney: money, presentmentMoney: money };
}

/** The scalar Decimal has no trailing zeros but one: "10.0", "179.5", "2999.0". */
function decimal(hundredths: number, currency: string): string {
  const amount = String(currencyDecimals(currency) === 0 ? hundredths : hundredths / 100);
  return amount.includes(".") ? amount : `${amount}.0`;
}

function gid(type: string, id: bigint): string {
  return `gid://shopify/${type}/${id}`;
}

/** The Admin API writes whole seconds in UTC. */
function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function utcOrNull(ms: number | null): string | null {
  return ms === null ? null : utc(ms);
}
