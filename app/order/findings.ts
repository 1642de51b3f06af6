/** What the mapping noticed about an order; DESIGN's table, one code each. */
export type FindingCode =
	| "no_country"
	| "several_currencies"
	| "plan_without_product"
	| "plan_not_in_order"
	| "plan_without_offer"
	| "more_plans_than_products"
	| "several_plans_for_product"
	| "product_gone_plan_not"
	| "refunded_by_money_only"
	| "fulfillment_withdrawn"
	| "refunded_more_than_ordered"
	| "excess_decimals"
	| "discounted_plan"
	| "pair_suggested";

/** error: not sent (blocked); warning and info: sent. */
export type Severity = "error" | "warning" | "info";

export type Finding = {
	code: FindingCode;
	severity: Severity;
	/** the line items it is about, products first; empty: the whole order */
	lineItemIds: string[];
	/** what it is and what to do, in one or two sentences for the merchant */
	message: string;
};
