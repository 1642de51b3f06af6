import { noteUnknownWord } from "#app/foundation/unknown-words.ts";
import { compareIds } from "#app/order/canonical.ts";
import type {
  Address,
  Customer,
  Head,
  LineItem,
  Money,
  OrderState,
  ProductFacts,
  Rank,
  Ranked,
  Refund,
} from "#app/order/state.ts";
import { readFulfillments, readRefunds } from "./fulfillment-payload.ts";
import { readProperties } from "./line-item-properties.ts";
import type { PayloadReader } from "./payload-reader.ts";

/**
 * The state that an order's own payload tells of.
 *
 * @param observedAt Shopify's clock, epoch milliseconds
 */
export function readOrderPayload(payload: PayloadReader, observedAt: number): Partial<OrderState> {
  payload.require("line_items");
  const updatedAt = payload.requiredTime("updated_at");
  const rank: Rank = { updatedAt, observedAt };
  const financialStatus = readFinancialStatus(payload);
  const voided = financialStatus === "voided";
  const lines = payload.objects("line_items");
  const refunds = readRefunds(payload.objects("refunds"), observedAt);
  const lineItems = lines.map((line) => readLine(line, payload));
  const head: Head = {
    rank,
    name: payload.text("name"),
    placedAt: payload.requiredTime("processed_at", "created_at"),
    isTest: payload.flag("test"),
    voided,
    fullyRefunded: financialStatus === "refunded",
    ...(payload.time("cancelled_at") !== null &&
      keeping.includes(financialStatus ?? "") && { moneyKept: true as const }),
    email: payload.text("email"),
    phone: payload.text("phone"),
    customer: readCustomer(payload.object("customer")),
    billingAddress: readAddress(payload.object("billing_address")),
    shippingAddress: readAddress(payload.object("shipping_address")),
    lineItems: lineItems.toSorted((a, b) => compareIds(a.id, b.id)),
    refundIds: payload.value("refunds") === null ? null : Object.keys(refunds).sort(compareIds),
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
    firstSeenAt: Object.fromEntries(lineItems.map(({ id }) => [id, updatedAt])),
    ...readGone(lines, refunds, updatedAt),
  };
}

function readLine(line: PayloadReader, order: PayloadReader): LineItem {
  line.require("quantity", "title");
  const moneys = line.object("price_set");
  return {
    id: line.requiredId("id"),
    quantity: line.units("quantity"),
    currentQuantity: readCurrentQuantity(line),
    title: line.text("title") ?? "",
    shopPrice: readPrice(moneys?.object("shop_money") ?? null) ?? readPlainPrice(line, order),
    presentmentPrice: readPresentmentPrice(moneys?.object("presentment_money") ?? null),
    discounted: isDiscounted(line),
    giftCard: line.flag("gift_card"),
    requiresShipping: line.flag("requires_shipping"),
    properties: readProperties(line.value("properties")),
  };
}

function readCurrentQuantity(line: PayloadReader): number | null {
  return line.value("current_quantity") === null ? null : line.units("current_quantity");
}

function readPlainPrice(line: PayloadReader, order: PayloadReader): Money {
  const amount = line.decimal("price");
  const currency = order.text("currency");
  if (amount === null) line.noteMissing("price_set", "price");
  else if (currency === null) order.noteMissing("currency");
  return { amount: amount ?? "", currency: currency?.toUpperCase() ?? "" };
}

function readPrice(money: PayloadReader | null): Money | null {
  const amount = money?.decimal("amount") ?? null;
  const currency = money?.text("currency_code")?.toUpperCase() ?? null;
  return amount === null || currency === null ? null : { amount, currency };
}

/** What the customer saw; unknown in a currency of Shopify's that is none of ISO 4217 (USDC). */
function readPresentmentPrice(money: PayloadReader | null): Money | null {
  const price = readPrice(money);
  if (price === null || /^[A-Z]{3}$/.test(price.currency)) return price;
  noteUnknownWord("currency", price.currency);
  return null;
}

const financialStatuses: readonly string[] = [
  ...["pending", "authorized", "expired", "paid", "partially_paid"],
  ...["partially_refunded", "refunded", "voided"],
];

/** The words of an order of whose payment something is there. */
const keeping: readonly string[] = ["paid", "partially_paid", "partially_refunded"];

/** One that is not known is neither voided nor refunded. */
function readFinancialStatus(payload: PayloadReader): string | null {
  const status = payload.text("financial_status")?.toLowerCase() ?? null;
  if (status !== null && !financialStatuses.includes(status)) {
    noteUnknownWord("order.financial_status", status);
  }
  return status;
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

/** What is gone of each line (ordered − left), and what of it no refund in this payload accounts for. */
function readGone(
  lines: PayloadReader[],
  refunds: Record<string, Refund>,
  updatedAt: number,
): Pick<OrderState, "removedUnits" | "goneUnits"> {
  const removedUnits: OrderState["removedUnits"] = {};
  const goneUnits: OrderState["goneUnits"] = {};
  const refunded = new Map<string, number>();
  for (const { lineItemId, quantity } of Object.values(refunds).flatMap(({ units }) => units)) {
    refunded.set(lineItemId, (refunded.get(lineItemId) ?? 0) + quantity);
  }
  for (const line of lines) {
    const id = line.id("id") ?? "";
    const quantity = line.units("quantity");
    const gone = quantity - line.units("current_quantity", quantity);
    const removed = gone - (refunded.get(id) ?? 0);
    if (gone > 0) goneUnits[id] = gone;
    if (removed > 0) removedUnits[id] = { [removed]: updatedAt };
  }
  return { removedUnits, goneUnits };
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

/** An address in which nothing is known counts as none. */
function readAddress(address: PayloadReader | null): Address | null {
  if (address === null) return null;
  const read: Address = {
    firstName: address.text("first_name"),
    lastName: address.text("last_name"),
    phone: address.text("phone"),
    address1: address.text("address1"),
    address2: address.text("address2"),
    city: address.text("city"),
    zip: address.text("zip"),
    countryCode: address.text("country_code")?.toUpperCase() ?? null,
  };
  return Object.values(read).some((value) => value !== null) ? read : null;
}
