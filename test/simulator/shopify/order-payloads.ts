import { decimalText } from "#app/order/money.ts";
import { priceText } from "./catalog.ts";
import { buyersCurrency, buyersMinor } from "./order-money.ts";
import { moneySet, type Payload, payloadTime, samplePayload } from "./payload.ts";
import {
  emailOf,
  type SimulatedCustomer,
  type SimulatedFulfillment,
  type SimulatedLine,
  type SimulatedOrder,
  type SimulatedRefund,
  type Units,
  unitsLeft,
} from "./simulated-order.ts";

const orderSample = samplePayload("orders/create");
const lineSample = (orderSample.line_items as Payload[])[0];
const fulfillmentSample = samplePayload("fulfillments/create");
const refundSample = samplePayload("refunds/create");
const refundLineSample = (refundSample.refund_line_items as Payload[])[0];
const refundTransactionSample = (refundSample.transactions as Payload[])[0];
const addressSample = orderSample.billing_address as Payload;
const customerSample = orderSample.customer as Payload;
const shippingSample = (orderSample.shipping_lines as Payload[])[0];

/** The order as orders/create, orders/updated and orders/cancelled send it. */
export function orderPayload(order: SimulatedOrder): Payload {
  const { currency, customer } = order;
  const total = priceText(
    order.lines.reduce((sum, { price, quantity }) => sum + price * quantity, 0),
    currency,
  );
  const email = customer && emailOf(customer);
  const phone = customer?.phone ?? null;
  const address = customer && addressPayload(customer);
  return {
    ...orderSample,
    id: order.id,
    admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
    name: `#${order.number}`,
    number: order.number - 1000,
    order_number: order.number,
    created_at: payloadTime(order.createdAt),
    processed_at: payloadTime(order.createdAt),
    updated_at: payloadTime(order.updatedAt),
    cancelled_at: order.cancelledAt === null ? null : payloadTime(order.cancelledAt),
    closed_at: order.closedAt === null ? null : payloadTime(order.closedAt),
    cancel_reason: order.cancelledAt === null ? null : "customer",
    financial_status: order.financialStatus,
    test: order.isTest,
    currency,
    presentment_currency: buyersCurrency(order),
    total_price: total,
    total_price_set: moneySet(total, currency),
    email: order.atTill ? null : email,
    contact_email: email,
    phone: order.atTill ? null : phone,
    customer: customer && {
      ...customerSample,
      id: customer.id,
      admin_graphql_api_id: `gid://shopify/Customer/${customer.id}`,
      first_name: customer.first,
      last_name: customer.last,
      email,
      phone,
      default_address: {
        ...(customerSample.default_address as Payload),
        ...{ ...address, id: customer.id + 1n, customer_id: customer.id },
      },
    },
    billing_address: order.atTill ? null : address,
    shipping_address: order.atTill ? null : address,
    shipping_lines: [{ ...shippingSample, id: order.id + 900n }],
    line_items: order.lines.map((line) => linePayload(order, line)),
    fulfillments: order.fulfillments.map((fulfillment) => fulfillmentPayload(order, fulfillment)),
    refunds: order.refunds.map((refund) => refundPayload(order, refund)),
  };
}

export function fulfillmentPayload(order: SimulatedOrder, shipped: SimulatedFulfillment): Payload {
  return {
    ...fulfillmentSample,
    id: shipped.id,
    order_id: order.id,
    admin_graphql_api_id: `gid://shopify/Fulfillment/${shipped.id}`,
    name: `#${order.number}.1`,
    email: null,
    destination: null,
    status: shipped.status,
    created_at: payloadTime(shipped.createdAt),
    updated_at: payloadTime(shipped.updatedAt),
    line_items: shipped.units.map(({ line, quantity }) => ({
      ...linePayload(order, line),
      quantity,
    })),
  };
}

export function refundPayload(order: SimulatedOrder, refund: SimulatedRefund): Payload {
  return {
    ...refundSample,
    id: refund.id,
    order_id: order.id,
    admin_graphql_api_id: `gid://shopify/Refund/${refund.id}`,
    created_at: payloadTime(refund.createdAt),
    processed_at: payloadTime(refund.createdAt),
    refund_line_items: refund.units.map((units) => refundLinePayload(order, units)),
    ...(refund.note && { note: refund.note }),
    transactions: (refund.payments ?? []).map(({ id, status, amount, gateway }) => ({
      ...refundTransactionSample,
      ...{ id, order_id: order.id, status: status.toLowerCase(), gateway },
      amount: decimalText(amount, buyersCurrency(order)),
    })),
  };
}

function refundLinePayload(
  order: SimulatedOrder,
  { line, quantity, restockType = "NO_RESTOCK" }: Units,
): Payload {
  return {
    ...refundLineSample,
    restock_type: restockType.toLowerCase(),
    id: line.id + 1n,
    line_item_id: line.id,
    quantity,
    line_item: linePayload(order, line),
  };
}

function linePayload(order: SimulatedOrder, line: SimulatedLine): Payload {
  const price = priceText(line.price, order.currency);
  return {
    ...lineSample,
    id: line.id,
    admin_graphql_api_id: `gid://shopify/LineItem/${line.id}`,
    title: line.title,
    name: line.title,
    vendor: line.vendor,
    sku: line.sku,
    variant_id: line.variantId,
    product_id: line.productId,
    product_exists: line.productId !== null,
    quantity: line.quantity,
    current_quantity: unitsLeft(order, line),
    price,
    price_set: {
      ...moneySet(price, order.currency),
      presentment_money: {
        amount: decimalText(buyersMinor(order, line.price), buyersCurrency(order)),
        currency_code: buyersCurrency(order),
      },
    },
    total_discount: "0",
    discount_allocations: [],
    requires_shipping: !line.isPlan,
    taxable: !line.isPlan,
    properties: line.properties,
  };
}

function addressPayload(customer: SimulatedCustomer): Payload {
  return {
    ...addressSample,
    first_name: customer.first,
    last_name: customer.last,
    name: `${customer.first} ${customer.last}`,
    address1: customer.street,
    address2: customer.more ?? null,
    city: customer.city,
    zip: customer.zip,
    country_code: customer.country,
    phone: customer.phone ?? null,
  };
}
