/** Asked for where a merchant wants to refund plans: without it the app pays nothing back. */
export const refundScope = "write_orders";

/** What refunds by themselves want beside it: without it a returned product is a person's. */
export const returnsScope = "read_returns";

export const refundScopes: readonly string[] = [refundScope, returnsScope];
