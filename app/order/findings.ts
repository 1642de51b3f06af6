/** error: Hakuna does not have it so (blocked or refused); warning and info: sent. */
export type Severity = "error" | "warning" | "info";

/**
 * Each finding's severity and sentence: what it is and what to do. `{{titles}}` names its lines;
 * `inShopify`: it is mended in Shopify's own order page.
 */
const catalog = {
  no_country: {
    severity: "error",
    inShopify: true,
    text: "No address of this order has a country. Add the country to the billing address in Shopify, or set the shop's country.",
  },
  several_currencies: {
    severity: "error",
    text: "This order mixes several currencies, which Hakuna does not take. Contact support to have it reported by hand.",
  },
  plan_without_product: {
    severity: "warning",
    inShopify: true,
    text: "{{titles}} protects no product of this order. Pair it with its product, or refund it.",
  },
  plan_not_in_order: {
    severity: "warning",
    inShopify: true,
    text: "{{titles}} names a plan that is not in this order. Pair it with a plan, or add the plan to the order.",
  },
  plan_without_offer: {
    severity: "warning",
    text: "{{titles}} bears no offer id or no plan id. Enter both where the plan is paired.",
  },
  more_plans_than_products: {
    severity: "warning",
    inShopify: true,
    text: "There are more units of {{titles}} than units it protects. Refund the units that are too many.",
  },
  several_plans_for_product: {
    severity: "warning",
    inShopify: true,
    text: "Several plans claim one product: {{titles}}. One plan protects it; refund the others.",
  },
  product_gone_plan_not: {
    severity: "warning",
    inShopify: true,
    text: "A product was refunded or removed, its plan was not: {{titles}}. Refund the plan too.",
  },
  refunded_by_money_only: {
    severity: "warning",
    inShopify: true,
    text: "The whole order was refunded as money without naming lines, so {{titles}} still counts as insured. Refund the line items in Shopify.",
  },
  fulfillment_withdrawn: {
    severity: "warning",
    inShopify: true,
    text: "{{titles}} was reported to Hakuna as fulfilled, and the fulfillment was withdrawn since. Check the order in Shopify.",
  },
  refunded_more_than_ordered: {
    severity: "warning",
    inShopify: true,
    text: "More units of {{titles}} were refunded than ordered. Check the refunds in Shopify.",
  },
  excess_decimals: {
    severity: "warning",
    inShopify: true,
    text: "The price of {{titles}} has more decimals than its currency and was rounded. Check the price in Shopify.",
  },
  discounted_plan: {
    severity: "warning",
    text: "{{titles}} was sold at a discount; plans must not be discounted. Exclude them from your discounts.",
  },
  redacted_changed: {
    severity: "warning",
    text: "This order changed after its customer's data was erased, so it can no longer be sent. Tell Hakuna about the change yourself.",
  },
  change_unread: {
    severity: "warning",
    inShopify: true,
    text: "Shopify told of a change of this order that could not be read since, so Hakuna may not know the latest state. Compare the order in Shopify with what was sent.",
  },
  invalid_request_parameters: {
    severity: "error",
    text: "Hakuna cannot read this order as the app sent it. There is nothing to mend in Shopify: contact support and name the order.",
  },
  product_unsupported: {
    severity: "error",
    text: "Hakuna does not insure a product of this order: by its category, by its price, or because its plan belongs to the other environment. Check the environment in the settings. If it is right, ask Hakuna's support, or refund the plan.",
  },
  country_unsupported: {
    severity: "error",
    inShopify: true,
    text: "Hakuna does not insure in the country of this order. Check the billing address in Shopify. If it is right, refund the plan.",
  },
  saleschannel_unsupported: {
    severity: "error",
    text: "Hakuna takes no plans from the sales channel of this order. Only Hakuna's support can open it for your account: ask there and resend the order afterwards, or refund the plan.",
  },
  location_unsupported: {
    severity: "error",
    inShopify: true,
    text: "No plan of this order covers the country of its customer. Check the billing address in Shopify. If it is right, refund the plan.",
  },
  incorrect_saleschannel: {
    severity: "error",
    text: "The plan was offered for another sales channel than the one of this order. Ask Hakuna's support to set it right, and resend the order afterwards.",
  },
  cancel_decline: {
    severity: "info",
    text: "Hakuna did not take the cancellation: it has the order as shipped or canceled already. What becomes of the plan is decided by Hakuna's support; ask there if it is to end.",
  },
  pair_suggested: {
    severity: "info",
    text: "{{titles}} probably belong together, but nothing links them. Confirm the pair to have it sent.",
  },
} satisfies Record<string, { severity: Severity; inShopify?: true; text: string }>;

/** What the mapping notices about an order. */
export type FindingCode = keyof typeof catalog;

/** The sentences by code, for the message files. */
export const findingTexts = Object.fromEntries(
  Object.entries(catalog).map(([code, { text }]) => [code, text]),
) as Record<FindingCode, string>;

/** Whether what is to be done about a finding is done in Shopify's own order page. */
export function isMendedInShopify(code: FindingCode): boolean {
  return "inShopify" in catalog[code];
}

export type Finding = {
  code: FindingCode;
  severity: Severity;
  /** the line items it is about, products first; empty: the whole order */
  lineItemIds: string[];
  /** the titles of those lines */
  titles: string[];
  /** what it is and what to do, for the merchant, in English; no customer data */
  message: string;
};

/** A finding about these lines. */
export function finding(
  code: FindingCode,
  lines: readonly { id: string; title: string }[],
): Finding {
  const { severity, text } = catalog[code];
  const titles = lines.map(({ title }) => title);
  const quoted = titles.map((title) => `“${title}”`).join(", ");
  return {
    code,
    severity,
    lineItemIds: lines.map(({ id }) => id),
    titles,
    message: text.replace("{{titles}}", () => quoted),
  };
}
