import { numericId } from "#app/shopify/global-id.ts";
import type {
  AdminAddress,
  AdminFulfillment,
  AdminLine,
  AdminOrder,
  AdminRefund,
  AdminUnits,
} from "./order-query.ts";

/** An order of the Admin API, paged to its end. */
export type WholeOrder = {
  order: Omit<AdminOrder, "lineItems" | "fulfillments" | "refunds">;
  lines: AdminLine[];
  fulfillments: { fulfillment: AdminFulfillment; units: AdminUnits[] }[];
  refunds: { refund: AdminRefund; units: AdminUnits[] }[];
};

/**
 * The order in the shape of an orders/updated webhook, so that one reader serves both and an order
 * is the same whichever way it came. Holds only the keys that this reader knows.
 * https://shopify.dev/docs/api/admin-rest/latest/resources/order
 */
export function webhookShape({ order, lines, fulfillments, refunds }: WholeOrder): object {
  const { customer } = order;
  return {
    id: numericId(order.id),
    name: order.name,
    created_at: order.createdAt,
    updated_at: order.updatedAt,
    processed_at: order.processedAt,
    cancelled_at: order.cancelledAt,
    test: order.test,
    financial_status: order.displayFinancialStatus?.toLowerCase() ?? null,
    email: order.email,
    phone: order.phone,
    customer: customer && {
      id: numericId(customer.id),
      first_name: customer.firstName,
      last_name: customer.lastName,
      email: customer.defaultEmailAddress?.emailAddress ?? null,
      phone: customer.defaultPhoneNumber?.phoneNumber ?? null,
      default_address: address(customer.defaultAddress),
    },
    billing_address: address(order.billingAddress),
    shipping_address: address(order.shippingAddress),
    line_items: lines.map(line),
    fulfillments: fulfillments.map(({ fulfillment, units }) => ({
      id: numericId(fulfillment.id),
      status: fulfillment.status.toLowerCase(),
      created_at: fulfillment.createdAt,
      updated_at: fulfillment.updatedAt,
      line_items: units.map(({ lineItem, quantity }) => ({ id: numericId(lineItem.id), quantity })),
    })),
    refunds: refunds.map(({ refund, units }) => ({
      id: numericId(refund.id),
      created_at: refund.createdAt,
      processed_at: refund.processedAt,
      refund_line_items: units.map(({ lineItem, quantity }) => ({
        line_item_id: numericId(lineItem.id),
        quantity,
      })),
    })),
  };
}

function line(item: AdminLine): object {
  const { shopMoney, presentmentMoney } = item.originalUnitPriceSet;
  return {
    id: numericId(item.id),
    quantity: item.quantity,
    current_quantity: item.currentQuantity,
    title: item.title,
    sku: item.sku,
    vendor: item.vendor,
    variant_id: item.variant && numericId(item.variant.id),
    product_id: item.product && numericId(item.product.id),
    gift_card: item.isGiftCard,
    requires_shipping: item.requiresShipping,
    price_set: {
      shop_money: { amount: shopMoney.amount, currency_code: shopMoney.currencyCode },
      presentment_money: {
        amount: presentmentMoney.amount,
        currency_code: presentmentMoney.currencyCode,
      },
    },
    discount_allocations: item.discountAllocations.map(({ allocatedAmountSet }) => ({
      amount: allocatedAmountSet.shopMoney.amount,
    })),
    properties: item.customAttributes.map(({ key, value }) => ({ name: key, value })),
  };
}

function address(from: AdminAddress | null): object | null {
  return (
    from && {
      first_name: from.firstName,
      last_name: from.lastName,
      phone: from.phone,
      address1: from.address1,
      address2: from.address2,
      city: from.city,
      zip: from.zip,
      country_code: from.countryCodeV2,
    }
  );
}
