/** A field of an answer that the app may not see: it is null there, and that says nothing. */
export type Denied = { path: readonly (string | number)[]; access: MissingAccess };

/**
 * What would let the app see a field: an access scope, which the merchant grants (`read_customers`),
 * or an approval for protected customer data, which Shopify gives the app (`protected:name`).
 * https://shopify.dev/docs/apps/launch/protected-customer-data
 */
export type MissingAccess = string;

/** What is read of an error of the Admin API. */
export type GraphqlError = {
  message?: string;
  path?: (string | number)[];
  extensions?: { code?: string; requiredAccess?: string };
};

const approvals: Record<string, string> = {
  firstName: "name",
  lastName: "name",
  email: "email",
  defaultEmailAddress: "email",
  emailAddress: "email",
  phone: "phone",
  defaultPhoneNumber: "phone",
  phoneNumber: "phone",
  address1: "address",
  address2: "address",
  city: "address",
  zip: "address",
};

/** Where the access is denied, and which; null: it is another error. */
export function deniedBy({ path = [], message = "", extensions }: GraphqlError): Denied | null {
  if (extensions?.code !== "ACCESS_DENIED") return null;
  const named = /\b(?:read|write)_[a-z_]+/.exec(extensions.requiredAccess ?? message)?.[0];
  const field = path.findLast((step) => typeof step === "string") ?? "";
  return { path, access: named ?? `protected:${approvals[field] ?? "customer_data"}` };
}

/** What the denied fields miss, each once, sorted. */
export function accessOf(denied: readonly Denied[]): MissingAccess[] {
  return [...new Set(denied.map(({ access }) => access))].sort();
}
