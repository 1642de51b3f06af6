import { customerFields } from "#app/order/customer-fields.ts";
import type { CustomerField } from "#app/order/state.ts";
import { unavailable } from "#app/shopify/access/admin-api.ts";
import type { Denied } from "#app/shopify/access/denied.ts";

/** What the query calls otherwise than our order does. */
const names: Record<string, string> = {
  "customer.defaultEmailAddress": "customer.email",
  "customer.defaultEmailAddress.emailAddress": "customer.email",
  "customer.defaultPhoneNumber": "customer.phone",
  "customer.defaultPhoneNumber.phoneNumber": "customer.phone",
};

/** Of a line item: each keeps what is known of it, as when a product is deleted. */
const factsOfLines = /^lineItems\.nodes\.\d+\.(variant|product|sku|vendor)(\.|$)/;

/**
 * The fields of our order that an answer was not allowed to show.
 *
 * @param at the path of the order in the answer
 * @throws AdminError where an order without the denied field would be another order
 */
export function deniedFields(
  denied: readonly Denied[],
  at: readonly (string | number)[],
): CustomerField[] {
  const prefix = `${at.join(".")}.`;
  const fields = denied.flatMap(({ path }) => {
    const whole = path.join(".");
    if (whole === "") throw unavailable("The app may not read a part of an order.");
    if (!whole.startsWith(prefix)) return [];
    const named = whole.slice(prefix.length);
    if (factsOfLines.test(named)) return [];
    const field = (names[named] ?? named).replace(/countryCodeV2$/, "countryCode");
    const hidden = customerFields.filter((one) => one === field || one.startsWith(`${field}.`));
    if (hidden.length === 0) throw unavailable(`The app may not read ${named} of an order.`);
    return hidden;
  });
  return [...new Set(fields)];
}
