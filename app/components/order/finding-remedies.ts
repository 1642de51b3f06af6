import type { FindingCode } from "#app/order/findings.ts";

/** Where a remedy is that is not on the order's page: the app's pages, and Shopify's. */
export const places = {
  settings: "/app/settings",
  plans: "/app/plans",
  support: "/app/help#support",
  discounts: "shopify:admin/discounts",
} as const;

/** What mends a finding. */
export type Remedy = "accept" | "pair" | "refund" | "resend" | keyof typeof places;

/**
 * Of each finding the nearest remedy; those that are left out are mended in Shopify's own order page
 * (`isMendedInShopify`), or by a button of their own.
 */
export const remedies: Partial<Record<FindingCode, Remedy>> = {
  no_country: "settings",
  several_currencies: "support",
  pair_suggested: "accept",
  exchange_suggested: "accept",
  plan_without_product: "pair",
  plan_not_in_order: "pair",
  plan_used_up: "pair",
  plan_without_offer: "pair",
  plan_for_other_product: "pair",
  more_plans_than_products: "refund",
  several_plans_for_product: "refund",
  plans_split: "support",
  product_gone_plan_not: "refund",
  discounted_plan: "discounts",
  plan_not_hakuna: "refund",
  plan_price_differs: "plans",
  redacted_changed: "support",
  plans_unread: "support",
  plans_before_install: "settings",
  invalid_request_parameters: "support",
  product_unsupported: "settings",
  country_unsupported: "refund",
  location_unsupported: "refund",
  country_differs: "refund",
  incorrect_saleschannel: "resend",
  saleschannel_unsupported: "resend",
  cancel_decline: "support",
};
