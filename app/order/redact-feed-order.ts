import { canonicalJson } from "./canonical.ts";
import type { FeedOrder } from "./feed-order.ts";

/** The feed order without names, email, phone and address. The country stays: many share it. */
export function redactFeedOrder(feedOrder: FeedOrder): FeedOrder {
  return {
    ...feedOrder,
    customer: { first_name: "", last_name: "", email: "", phone: "" },
    customer_billing_address: {
      ...{ address_line_1: "", address_line_2: "", city: "", zip: "" },
      country: feedOrder.customer_billing_address.country,
    },
  };
}

/** Whether two feed orders say the same of everything but the customer. */
export function sameButCustomer(a: FeedOrder, b: FeedOrder): boolean {
  return contentOf(a) === contentOf(b);
}

function contentOf({ customer, customer_billing_address, ...content }: FeedOrder): string {
  return canonicalJson(content);
}
