import type {
  Address,
  Customer,
  Head,
  LineItem,
  OrderState,
  Price,
  ProductFacts,
  Rank,
  Ranked,
  Refund,
} from "#app/order/state.ts";
import { readFulfillments, readRefunds } from "./fulfillment-payload.ts";
import { readProperties } from "./line-item-properties.ts";
import { PayloadError, type PayloadReader } from "./payload-reader.ts";

/**
 * The state that an order's own payload tells of. Required: updated_at, processed_at or created_at,
 * line_items, and of each line id, quantity, title and a price. Customer and addresses are often
 * absent (point of sale, drafts, redaction).
 *
 * @param observedAt Shopify's clock, epoch milliseconds
 */
export function readOrder(payload: PayloadReader, observedAt: number): Partial<OrderState> {
  payload.require("updated_at");
  payload.require("processed_at", "created_at");
  payload.require("line_items");
  const updatedAt = payload.time("updated_at") ?? 0;
  const rank: Rank = { updatedAt, observedAt };
  const financialStatus = payload.text("financial_status");
  const voided = financialStatus === "voided";
  const lines = payload.objects("line_items");
  const refunds = readRefunds(payload.objects("refunds"), observedAt);
  const lineItems = lines.map((line) => readLine(line, payload));
  const head: Head = {
    rank,
    name: payload.text("name"),
    placedAt: payload.time("processed_at") ?? payload.time("created_at") ?? 0,
    isTest: payload.flag("test"),
    voided,
    fullyRefunded: financialStatus === "refunded",
    email: payload.text("email"),
    phone: payload.text("phone"),
    customer: readCustomer(payload.object("customer")),
    billingAddress: readAddress(payload.object("billing_address")),
    shippingAddress: readAddress(payload.object("shipping_address")),
    lineItems,
  };
  return {
    head,
    productFacts: Object.fromEntries(
      lines.map((line, index) => [lineItems[index]?.id ?? "", readFacts(line, rank)]),
    ),
    cancelledAt: payload.time("cancelled_at"),
    voidedAt: voided ? updatedAt : null,
    fulfillments: readFulfillments(payload.objects("fulfillments")),
    refunds,
    removedUnits: readRemoved(lines, refunds, updatedAt),
  };
}

function readLine(line: PayloadReader, order: PayloadReader): LineItem {
  line.require("quantity");
  line.require("title");
  line.require("price_set", "price");
  const shopPrice = readPrice(line.object("price_set")?.object("shop_money") ?? null);
  return {
    id: line.requiredId("id"),
    quantity: line.units("quantity"),
    title: line.text("title") ?? "",
    shopPrice: shopPrice ?? {
      amount: line.decimal("price") ?? "0",
      currency: order.text("currency") ?? noCurrency(line),
    },
    presentmentPrice: readPrice(line.object("price_set")?.object("presentment_money") ?? null),
    discounted: isDiscounted(line),
    giftCard: line.flag("gift_card"),
    requiresShipping: line.flag("requires_shipping"),
    properties: readProperties(line.value("properties")),
  };
}

function noCurrency(line: PayloadReader): never {
  throw new PayloadError(line.field("price"), "has no currency.");
}

function readPrice(money: PayloadReader | null): Price | null {
  const amount = money?.decimal("amount") ?? null;
  const currency = money?.text("currency_code")?.toUpperCase() ?? null;
  return amount === null || currency === null ? null : { amount, currency };
}

function isDiscounted(line: PayloadReader): boolean {
  const amounts = line.objects("discount_allocations").map((part) => part.decimal("amount"));
  return [line.decimal("total_discount"), ...amounts].some((amount) => Number(amount ?? 0) > 0);
}

function readFacts(line: PayloadReader, rank: Rank): ProductFacts {
  const ranked = (value: string | null): Ranked<string> | null =>
    value === null ? null : { value, rank };
  return {
    variantId: ranked(line.id("variant_id")),
    productId: ranked(line.id("product_id")),
    sku: ranked(line.text("sku")),
    vendor: ranked(line.text("vendor")),
  };
}

/** What an order edit took away: ordered, not left, and not refunded in this same payload. */
function readRemoved(
  lines: PayloadReader[],
  refunds: Record<string, Refund>,
  updatedAt: number,
): OrderState["removedUnits"] {
  const removed: OrderState["removedUnits"] = {};
  const refunded = new Map<string, number>();
  for (const { lineItemId, quantity } of Object.values(refunds).flatMap(({ units }) => units)) {
    refunded.set(lineItemId, (refunded.get(lineItemId) ?? 0) + quantity);
  }
  for (const line of lines) {
    const id = line.id("id") ?? "";
    const quantity = line.units("quantity");
    const count = quantity - line.units("current_quantity", quantity) - (refunded.get(id) ?? 0);
    if (count > 0) removed[id] = { [count]: updatedAt };
  }
  return removed;
}

function readCustomer(customer: PayloadReader | null): Customer | null {
  if (customer === null) return null;
  return {
    id: customer.id("id"),
    firstName: customer.text("first_name"),
    lastName: customer.text("last_name"),
    email: customer.text("email"),
    phone: customer.text("phone"),
    defaultAddress: readAddress(customer.object("default_address")),
  };
}

function readAddress(address: PayloadReader | null): Address | null {
  if (address === null) return null;
  return {
    firstName: address.text("first_name"),
    lastName: address.text("last_name"),
    phone: address.text("phone"),
    address1: address.text("address1"),
    address2: address.text("address2"),
    city: address.text("city"),
    zip: address.text("zip"),
    countryCode: address.text("country_code")?.toUpperCase() ?? null,
  };
}
