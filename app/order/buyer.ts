import type { FeedOrder } from "./feed-order.ts";
import type { Address, Head } from "./state.ts";

/** The customer as the feed takes it: "" where nothing is known, names as a pair from one place. */
export function customerOf({
  customer,
  billingAddress,
  email,
  phone,
}: Head): FeedOrder["customer"] {
  const named = hasName(customer) ? customer : hasName(billingAddress) ? billingAddress : null;
  return {
    first_name: named?.firstName ?? "",
    last_name: named?.lastName ?? "",
    email: email ?? customer?.email ?? "",
    phone: phone ?? customer?.phone ?? billingAddress?.phone ?? "",
  };
}

/**
 * One whole address, not a mix: billing, else shipping, else the customer's default one. The country
 * is the shop's where the address has none; null where neither has one.
 */
export function addressOf(
  { billingAddress, shippingAddress, customer }: Head,
  shopCountry: string | null,
): FeedOrder["customer_billing_address"] | null {
  const address: Address | null =
    billingAddress ?? shippingAddress ?? customer?.defaultAddress ?? null;
  const country = [address?.countryCode, shopCountry]
    .map((code) => code?.toLowerCase() ?? "")
    .find((code) => /^[a-z]{2}$/.test(code));
  if (country === undefined) return null;
  return {
    address_line_1: address?.address1 ?? "",
    address_line_2: address?.address2 ?? "",
    city: address?.city ?? "",
    country,
    zip: address?.zip ?? "",
  };
}

function hasName(
  person: { firstName: string | null; lastName: string | null } | null,
): person is { firstName: string | null; lastName: string | null } {
  return person !== null && (person.firstName !== null || person.lastName !== null);
}
