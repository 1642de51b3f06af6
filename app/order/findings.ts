/** error: Hakuna does not have it so (blocked or refused); warning and info: sent. */
export type Severity = "error" | "warning" | "info";

type Entry = { severity: Severity; inShopify?: true; text: string };

/**
 * What the mapping notices: each finding's severity and sentence, what it is and what to do.
 * `{{titles}}` names its lines; `inShopify`: it is mended in Shopify's own order page.
 */
const mappingFindings = {
  no_country: {
    severity: "error",
    inShopify: true,
    text: "No address of this order has a country. Add the country to the billing address in Shopify, or set the shop's country.",
  },
  several_currencies: {
    severity: "error",
    text: "This order mixes several currencies, which Hakuna does not accept. Contact support to have it reported by hand.",
  },
  field_refused: {
    severity: "error",
    inShopify: true,
    text: "Hakuna cannot accept this order as it is. {{field}}: {{value}}. Correct it in Shopify; where that is not possible, contact support.",
  },
  line_field_refused: {
    severity: "error",
    inShopify: true,
    text: "Hakuna cannot accept {{titles}} as it is. {{field}}: {{value}}. Correct it in Shopify; where that is not possible, contact support.",
  },
  deleted_in_shopify: {
    severity: "warning",
    text: "This order was deleted in Shopify without being canceled, so its plans are still insured. If it is over, cancel it at Hakuna.",
  },
  plan_without_product: {
    severity: "warning",
    inShopify: true,
    text: "{{titles}} protects no product of this order. Pair it with its product, or refund it.",
  },
  plan_not_in_order: {
    severity: "warning",
    inShopify: true,
    text: "{{titles}} refers to a plan that is not in this order. Pair it with a plan, or add the plan to the order.",
  },
  plan_used_up: {
    severity: "warning",
    inShopify: true,
    text: "{{titles}} is not covered: the plan that it refers to is used up by other products. Pair it with another plan, or add a plan for it to the order.",
  },
  plan_without_offer: {
    severity: "warning",
    text: "{{titles}} has no offer ID or no plan ID. Enter both where the plan is paired.",
  },
  more_plans_than_products: {
    severity: "warning",
    inShopify: true,
    text: "There are more units of {{titles}} than products that they protect. Refund the extra units.",
  },
  several_plans_for_product: {
    severity: "warning",
    inShopify: true,
    text: "Several plans are linked to one product: {{titles}}. Only one protects it; refund the others.",
  },
  plans_split: {
    severity: "warning",
    text: "The plans of one product are spread over several lines: {{titles}}. Only one of these lines can be reported to Hakuna. Nothing is wrong with the order; ask Hakuna's support to add the others.",
  },
  product_gone_plan_not: {
    severity: "warning",
    inShopify: true,
    text: "A product was refunded or removed, but its plan was not: {{titles}}. Refund the plan too.",
  },
  cancelled_not_refunded: {
    severity: "warning",
    inShopify: true,
    text: "The order was canceled, and its payment was not paid back, or only in part. What was paid for {{titles}} belongs to the customer: pay it back in Shopify.",
  },
  refunded_by_money_only: {
    severity: "warning",
    inShopify: true,
    text: "The whole order was refunded as an amount, without naming lines, so {{titles}} still counts as insured. Refund the line items in Shopify.",
  },
  voided_but_shipped: {
    severity: "warning",
    inShopify: true,
    text: "The payment of this order was voided, so Hakuna counts it as canceled, but what {{titles}} protects was shipped. If it was paid for in another way, mark the order as paid in Shopify; if it is over, cancel it there.",
  },
  fulfillment_withdrawn: {
    severity: "warning",
    inShopify: true,
    text: "{{titles}} was reported to Hakuna as fulfilled, but the fulfillment has been canceled since. Check the order in Shopify.",
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
  exchange_suggested: {
    severity: "info",
    text: "{{titles}} may belong together since an exchange: one of them was added when the other's partner was gone. If so, confirm the pair, and the plan covers that product; if not, refund the plan.",
  },
  pair_suggested: {
    severity: "info",
    text: "{{titles}} probably belong together, but nothing links them. Confirm the pair to have it sent.",
  },
  plan_ids_differ: {
    severity: "warning",
    inShopify: true,
    text: "{{titles}} was sold with the offer or plan ID of another plan. The IDs that it was offered with were sent instead. Check that the customer got what they paid for.",
  },
  plan_not_hakuna: {
    severity: "warning",
    text: "{{titles}} was sold as a protection plan, but it is not one of Hakuna's plans in this shop. Refund it, or ask Hakuna whether it covers anything.",
  },
  plan_for_other_product: {
    severity: "warning",
    inShopify: true,
    text: "The plan was offered for a different product than the one it is paired with: {{titles}}. Pair it with its own product, or refund it.",
  },
  plan_price_differs: {
    severity: "warning",
    text: "{{titles}} was sold at a different price than Hakuna offered it for. Set the plan's price back to the offer's, and ask Hakuna whether this one is covered.",
  },
  country_differs: {
    severity: "warning",
    inShopify: true,
    text: "{{titles}} is valid only in the country that the plan was offered for, and the billing address is in another. Correct the address, or refund the plan.",
  },
  country_is_shops: {
    severity: "info",
    inShopify: true,
    text: "No address of this order has a country, so the shop's country is sent. If the customer lives elsewhere, add the country to the billing address in Shopify.",
  },
} satisfies Record<string, Entry>;

/** What the sync notices of an order as it was stored and sent before. */
const syncFindings = {
  redacted_changed: {
    severity: "warning",
    text: "This order changed after its customer's data was erased, so it can no longer be sent. Tell Hakuna about the change yourself.",
  },
  change_unread: {
    severity: "warning",
    inShopify: true,
    text: "Shopify reported a change to this order that could not be read afterwards, so Hakuna may not know the latest state. Compare the order in Shopify with what was sent.",
  },
  plans_before_install: {
    severity: "warning",
    text: "This order holds plans, was placed before the app was installed, and changed since, so it is not sent. If Hakuna has these plans or should have them, import past orders in the settings.",
  },
  plans_unread: {
    severity: "warning",
    text: "This order holds plans, and it could not be read from Shopify to be sent, so Hakuna does not know of them. If the order is right, ask Hakuna's support to add it.",
  },
} satisfies Record<string, Entry>;

/** What Hakuna's refusals mean, by its own codes: see app/hakuna/refusal.ts. */
const refusalFindings = {
  invalid_request_parameters: {
    severity: "error",
    text: "Hakuna cannot read this order as the app sent it. There is nothing to fix in Shopify: contact support and name the order.",
  },
  product_unsupported: {
    severity: "error",
    text: "Hakuna does not insure a product of this order: because of its category or its price, or because its plan belongs to the other environment. Check the environment in the settings. If it is right, ask Hakuna's support, or refund the plan.",
  },
  country_unsupported: {
    severity: "error",
    inShopify: true,
    text: "Hakuna does not insure in the country of this order. Check the billing address in Shopify. If it is right, refund the plan.",
  },
  saleschannel_unsupported: {
    severity: "error",
    text: "Hakuna accepts no plans from the sales channel of this order. Only Hakuna's support can open it for your account: ask there and resend the order afterwards, or refund the plan.",
  },
  location_unsupported: {
    severity: "error",
    inShopify: true,
    text: "No plan of this order covers the country of its customer. Check the billing address in Shopify. If it is right, refund the plan.",
  },
  incorrect_saleschannel: {
    severity: "error",
    text: "The plan was offered for a different sales channel than that of this order. Ask Hakuna's support to correct it, and resend the order afterwards.",
  },
  cancel_decline: {
    severity: "info",
    text: "Hakuna did not accept the cancellation: it has the order as already shipped or canceled. Hakuna's support decides what happens to the plan; ask there if it is to end.",
  },
} satisfies Record<string, Entry>;

const catalog = { ...mappingFindings, ...syncFindings, ...refusalFindings };

export type FindingCode = keyof typeof catalog;

/** A field that Hakuna refuses, by the merchant's words. */
const fieldWords = {
  placed: "Order placed",
  cancelled: "Order canceled",
  lineItems: "Duplicate line items",
  quantity: "Quantity",
  price: "Price",
  currency: "Currency",
  fulfilled: "Fulfilled",
  refunded: "Refunded",
  other: "Field",
};

/** `value` is as the merchant knows it, and holds no customer data. */
export type RefusedField = { field: keyof typeof fieldWords; value: string };

/** The words for fields, for the message files. */
export const fieldTexts: Record<RefusedField["field"], string> = fieldWords;

/** The sentences by code, for the message files. */
export const findingTexts = Object.fromEntries(
  Object.entries(catalog).map(([code, { text }]) => [code, text]),
) as Record<FindingCode, string>;

/** Whether what is to be done about a finding is done in Shopify's own order page. */
export function isMendedInShopify(code: FindingCode): boolean {
  // a newer version that runs beside this one may have found more
  return code in catalog && "inShopify" in catalog[code];
}

export type Finding = {
  code: FindingCode;
  severity: Severity;
  /** the line items it is about, products first; empty: the whole order */
  lineItemIds: string[];
  /** the titles of those lines */
  titles: string[];
  /** of a field that Hakuna refuses */
  refused?: RefusedField;
  /** how many units it is about, where it may come to be about more; absent: one, or it may not */
  units?: number;
  /** which change of the order it is about, where it may come to be about another one */
  change?: string;
  /** what it is and what to do, for the merchant, in English; no customer data */
  message: string;
};

/** A finding about these lines. */
export function finding(
  code: FindingCode,
  lines: readonly { id: string; title: string }[],
  refused?: RefusedField,
): Finding {
  const { severity, text } = catalog[code];
  const titles = lines.map(({ title }) => title);
  const words: Record<string, string> = {
    titles: titles.map((title) => `“${title}”`).join(", "),
    field: refused ? fieldTexts[refused.field] : "",
    value: refused?.value ?? "",
  };
  return {
    code,
    severity,
    lineItemIds: lines.map(({ id }) => id),
    titles,
    ...(refused && { refused }),
    message: text.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => words[word] ?? ""),
  };
}
