import {
  type CustomerValues,
  customerValues,
  withCustomerValues,
} from "#app/order/customer-fields.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import type { Address, Head } from "#app/order/state.ts";
import { officialCountry } from "./countries.ts";

/**
 * The customer as the feed takes it: "" where nothing is known, names as a pair from one place. What
 * neither the order, the customer nor the billing address knows comes from the address that is sent.
 */
export function customerOf(head: Head): FeedOrder["customer"] {
  const told = withoutBlanks(head);
  const { customer, billingAddress, email, phone } = told;
  const used = usedAddress(told);
  const named = [customer, billingAddress, used].find(hasName);
  return {
    first_name: named?.firstName ?? "",
    last_name: named?.lastName ?? "",
    email: email ?? customer?.email ?? "",
    phone: phone ?? customer?.phone ?? billingAddress?.phone ?? used?.phone ?? "",
  };
}

/** `isShops`: no address of the order has a country, so it is the shop's. */
export type BuyerAddress = {
  address: FeedOrder["customer_billing_address"];
  countryIsShops: boolean;
};

/**
 * One whole address, not a mix. Its country is its own, else that of another address of the order,
 * else the shop's; null where none of them is known.
 *
 * @param shopCountry ISO 3166-1 alpha-2, in any case
 */
export function addressOf(head: Head, shopCountry: string | null): BuyerAddress | null {
  const told = withoutBlanks(head);
  const used = usedAddress(told);
  const own = [used, ...addressesOf(told)]
    .map((address) => officialCountry(address?.countryCode ?? null))
    .find((code) => code !== null);
  const country = own ?? officialCountry(shopCountry);
  if (country === null) return null;
  return {
    address: {
      address_line_1: used?.address1 ?? "",
      address_line_2: used?.address2 ?? "",
      city: used?.city ?? "",
      country,
      zip: used?.zip ?? "",
    },
    countryIsShops: own === undefined,
  };
}

/** The head with nothing where a text about its customer is white space, which older states hold. */
function withoutBlanks(head: Head): Head {
  const values = Object.entries(customerValues(head));
  const isBlank = (value: string | null) => value !== null && value.trim() === "";
  if (!values.some(([, value]) => isBlank(value))) return head;
  const told = values.map(([field, value]) => [field, isBlank(value) ? null : value]);
  return withCustomerValues(head, Object.fromEntries(told) as CustomerValues);
}

/**
 * The first address that tells where somebody lives, of billing, shipping and the customer's default
 * one: draft orders and some channels give a billing address of nothing but a name and a country.
 */
function usedAddress(head: Head): Address | null {
  return (
    addressesOf(head).find(({ address1, address2, city, zip }) =>
      [address1, address2, city, zip].some((part) => part !== null),
    ) ?? null
  );
}

function addressesOf({ billingAddress, shippingAddress, customer }: Head): Address[] {
  return [billingAddress, shippingAddress, customer?.defaultAddress ?? null].filter(
    (address) => address !== null,
  );
}

function hasName(person: { firstName: string | null; lastName: string | null } | null): boolean {
  return person !== null && (person.firstName !== null || person.lastName !== null);
}
