import type { Address, Customer, CustomerField, Head } from "./state.ts";

const addressKeys: readonly (keyof Address)[] = [
  ...(["firstName", "lastName", "phone", "address1", "address2"] as const),
  ...(["city", "zip", "countryCode"] as const),
];
const customerKeys = ["id", "firstName", "lastName", "email", "phone"] as const;
const addresses = ["customer.defaultAddress", "billingAddress", "shippingAddress"] as const;

/** Everything that a head says of its customer. */
export const customerFields: readonly CustomerField[] = [
  ...(["email", "phone"] as const),
  ...customerKeys.map((key) => `customer.${key}` as const),
  ...addresses.flatMap((address) => addressKeys.map((key) => `${address}.${key}` as const)),
];

export type CustomerValues = Record<CustomerField, string | null>;

/** Where a head keeps each of them. */
const places = customerFields.map((field) => {
  const at = field.lastIndexOf(".");
  return { field, owner: at === -1 ? "head" : field.slice(0, at), key: field.slice(at + 1) };
});

export function customerValues(head: Head): CustomerValues {
  const { customer, billingAddress, shippingAddress } = head;
  const owners: Record<string, object | null | undefined> = {
    head,
    customer,
    "customer.defaultAddress": customer?.defaultAddress,
    billingAddress,
    shippingAddress,
  };
  const values: Record<string, string | null> = {};
  for (const { field, owner, key } of places) {
    values[field] = (owners[owner] as Record<string, string | null> | null)?.[key] ?? null;
  }
  return values as CustomerValues;
}

/** The head with other words about its customer; a customer or address of whom nothing is known is null. */
export function withCustomerValues(head: Head, values: CustomerValues): Head {
  const address = (owner: (typeof addresses)[number]): Address | null => {
    const parts = addressKeys.map((key) => [key, values[`${owner}.${key}`]] as const);
    if (parts.every(([, value]) => value === null)) return null;
    return Object.fromEntries(parts) as Address;
  };
  const parts = customerKeys.map((key) => [key, values[`customer.${key}`]] as const);
  const defaultAddress = address("customer.defaultAddress");
  const isUnknown = defaultAddress === null && parts.every(([, value]) => value === null);
  return {
    ...head,
    email: values.email,
    phone: values.phone,
    customer: isUnknown ? null : ({ ...Object.fromEntries(parts), defaultAddress } as Customer),
    billingAddress: address("billingAddress"),
    shippingAddress: address("shippingAddress"),
  };
}

/** The head of an answer that was not allowed to show these fields: what they hold is not known. */
export function deny(head: Head, fields: readonly CustomerField[]): Head {
  if (fields.length === 0) return head;
  const nothing = fields.map((field) => [field, null]);
  const values = { ...customerValues(head), ...Object.fromEntries(nothing) };
  return { ...withCustomerValues(head, values), denied: Object.fromEntries(nothing) };
}
