/**
 * One order as Hakuna's Order feed takes it. The contract's own examples are the reference for the
 * shape; app/hakuna/feed-schema.ts checks it. Times are epoch milliseconds, amounts integers in the
 * currency's minor unit, currencies and countries lower case.
 */
export type FeedOrder = {
  id: string;
  status: "placed" | "cancelled";
  placed_at: number;
  cancelled_at: number | null;
  customer: {
    first_name: string;
    last_name: string;
    email: string;
    phone: string;
  };
  customer_billing_address: {
    address_line_1: string;
    address_line_2: string;
    city: string;
    country: string;
    zip: string;
  };
  line_items: FeedLineItem[];
};

export type FeedLineItem = {
  id: string;
  quantity: number;
  product_data: {
    id: string;
    price: FeedPrice;
    brand: string;
    title: string;
  };
  custom_properties: {
    protection_line_item_id?: string;
    offer_id?: string;
    plan_id?: string;
  };
  fulfillments: { quantity: number; fulfilled_at: number }[];
  refunds: { quantity: number; refunded_at: number }[];
};

/** In the currency's minor unit; the currency in lower case. */
export type FeedPrice = { amount: number; currency: string };

/** Line item id → how many of its units a feed order reports as fulfilled. */
export function reportedUnits(feedOrder: FeedOrder): Record<string, number> {
  return Object.fromEntries(
    feedOrder.line_items.map(({ id, fulfillments }) => [
      id,
      fulfillments.reduce((total, { quantity }) => total + quantity, 0),
    ]),
  );
}

/**
 * What was reported at most once a feed order is accepted; null: what was before.
 *
 * @param before line item id → the most fulfilled units that were accepted so far
 */
export function reportedWith(
  before: Readonly<Record<string, number>>,
  feedOrder: FeedOrder,
): Record<string, number> | null {
  const more = Object.entries(reportedUnits(feedOrder)).filter(
    ([lineId, units]) => units > (before[lineId] ?? 0),
  );
  return more.length === 0 ? null : { ...before, ...Object.fromEntries(more) };
}
