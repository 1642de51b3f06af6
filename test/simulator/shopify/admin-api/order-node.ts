import type { Payload } from "../payload.ts";
import { type PageArguments, pageOf } from "./connection.ts";

/** An order as the Admin API shows it, from the very payload that its webhook would send. */
export function orderNode(payload: Payload): object {
  const currency = payload.currency;
  const lines = list(payload.line_items).map((line) => lineNode(line, currency));
  const lineById = new Map(lines.map((line) => [line.id, line]));
  const fulfillments = list(payload.fulfillments).map((one) => fulfillmentNode(one, lineById));
  const refunds = list(payload.refunds).map((one) => refundNode(one, lineById));
  return {
    __typename: "Order",
    id: gid("Order", payload.id),
    legacyResourceId: String(payload.id),
    name: payload.name,
    createdAt: utc(payload.created_at),
    updatedAt: utc(payload.updated_at),
    processedAt: utc(payload.processed_at ?? payload.created_at),
    cancelledAt: utc(payload.cancelled_at),
    cancelReason: upper(payload.cancel_reason),
    closedAt: utc(payload.closed_at),
    test: payload.test ?? false,
    displayFinancialStatus: upper(payload.financial_status),
    displayFulfillmentStatus: upper(payload.fulfillment_status) ?? "UNFULFILLED",
    email: payload.email ?? null,
    phone: payload.phone ?? null,
    currencyCode: currency,
    presentmentCurrencyCode: payload.presentment_currency ?? currency,
    totalPriceSet: moneyBag(payload.total_price_set, payload.total_price, currency),
    customer: customerNode(object(payload.customer)),
    billingAddress: addressNode(object(payload.billing_address)),
    shippingAddress: addressNode(object(payload.shipping_address)),
    customAttributes: attributes(payload.note_attributes),
    lineItems: (args: PageArguments) => pageOf(lines, args),
    fulfillments: (args: PageArguments) => fulfillments.slice(0, args.first ?? undefined),
    fulfillmentsCount: { count: fulfillments.length, precision: "EXACT" },
    refunds: (args: PageArguments) => refunds.slice(0, args.first ?? undefined),
  };
}

/** A fulfillment or refund of the order; undefined where it has none with the id. */
export function partOf(payload: Payload, partGid: string): object | undefined {
  const order = orderNode(payload) as { fulfillments: All; refunds: All };
  return [...order.fulfillments({}), ...order.refunds({})].find(({ id }) => id === partGid);
}
type All = (args: PageArguments) => { id: string }[];

function lineNode(line: Payload, currency: unknown) {
  const variant = line.variant_id ?? null;
  const product = line.product_id ?? null;
  return {
    __typename: "LineItem",
    id: gid("LineItem", line.id),
    quantity: line.quantity,
    currentQuantity: line.current_quantity ?? line.quantity,
    title: line.title,
    name: line.name ?? line.title,
    sku: line.sku ?? null,
    vendor: line.vendor ?? null,
    isGiftCard: line.gift_card ?? false,
    requiresShipping: line.requires_shipping ?? true,
    taxable: line.taxable ?? true,
    variant: variant === null ? null : { id: gid("ProductVariant", variant) },
    product: product === null ? null : { id: gid("Product", product) },
    originalUnitPriceSet: moneyBag(line.price_set, line.price, currency),
    discountAllocations: list(line.discount_allocations).map((allocation) => ({
      allocatedAmountSet: moneyBag(allocation.amount_set, allocation.amount, currency),
    })),
    customAttributes: attributes(line.properties),
  };
}

type Lines = Map<string, object>;

function fulfillmentNode(fulfillment: Payload, lines: Lines) {
  const units = list(fulfillment.line_items).map((item) => ({
    id: gid("FulfillmentLineItem", item.id),
    quantity: item.quantity,
    lineItem: lines.get(gid("LineItem", item.id)) ?? { id: gid("LineItem", item.id) },
  }));
  return {
    __typename: "Fulfillment",
    id: gid("Fulfillment", fulfillment.id),
    status: upper(fulfillment.status),
    createdAt: utc(fulfillment.created_at),
    updatedAt: utc(fulfillment.updated_at ?? fulfillment.created_at),
    fulfillmentLineItems: (args: PageArguments) => pageOf(units, args),
  };
}

function refundNode(refund: Payload, lines: Lines) {
  const units = list(refund.refund_line_items).map((item) => ({
    id: gid("RefundLineItem", item.id ?? item.line_item_id),
    quantity: item.quantity,
    restockType: upper(item.restock_type) ?? "NO_RESTOCK",
    lineItem: lines.get(gid("LineItem", item.line_item_id)) ?? {
      id: gid("LineItem", item.line_item_id),
    },
  }));
  return {
    __typename: "Refund",
    id: gid("Refund", refund.id),
    createdAt: utc(refund.created_at),
    updatedAt: utc(refund.processed_at ?? refund.created_at),
    processedAt: utc(refund.processed_at ?? refund.created_at),
    refundLineItems: (args: PageArguments) => pageOf(units, args),
  };
}

function customerNode(customer: Payload | null): object | null {
  if (!customer) return null;
  const { email, phone } = customer;
  return {
    id: gid("Customer", customer.id),
    firstName: customer.first_name ?? null,
    lastName: customer.last_name ?? null,
    defaultEmailAddress: email ? { emailAddress: email } : null,
    defaultPhoneNumber: phone ? { phoneNumber: phone } : null,
    defaultAddress: addressNode(object(customer.default_address)),
  };
}

function addressNode(address: Payload | null): object | null {
  return (
    address && {
      id: `gid://shopify/MailingAddress/${address.id ?? 1}?model_name=Address`,
      firstName: address.first_name ?? null,
      lastName: address.last_name ?? null,
      name: address.name ?? null,
      company: address.company ?? null,
      phone: address.phone ?? null,
      address1: address.address1 ?? null,
      address2: address.address2 ?? null,
      city: address.city ?? null,
      zip: address.zip ?? null,
      countryCodeV2: address.country_code ?? null,
    }
  );
}

/** Both moneys, from a `…_set` or from the shop's amount alone. */
function moneyBag(set: unknown, amount: unknown, currency: unknown): object {
  const { shop_money: shop, presentment_money: presentment } = (object(set) ?? {}) as {
    shop_money?: Payload;
    presentment_money?: Payload;
  };
  const own = { amount: amount ?? "0", currencyCode: currency };
  const money = (of: Payload | undefined) =>
    of ? { amount: of.amount, currencyCode: of.currency_code } : own;
  return { shopMoney: money(shop), presentmentMoney: money(presentment ?? shop) };
}

function attributes(properties: unknown): object[] {
  return list(properties).map(({ name, value }) => ({
    key: name,
    value: value === null || value === undefined ? null : String(value),
  }));
}

/** A REST id as a global one; it may be a bigint, a number or its digits. */
function gid(type: string, id: unknown): string {
  return `gid://shopify/${type}/${id}`;
}

/** The Admin API writes whole seconds in UTC. */
function utc(time: unknown): string | null {
  if (typeof time !== "string") return null;
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

function upper(text: unknown): string | null {
  return typeof text === "string" ? text.toUpperCase() : null;
}

function list(value: unknown): Payload[] {
  return Array.isArray(value) ? value : [];
}

function object(value: unknown): Payload | null {
  return typeof value === "object" && value !== null ? (value as Payload) : null;
}
