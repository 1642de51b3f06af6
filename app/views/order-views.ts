/** The tabs of the orders page. */
export const views = ["all", "pending", "synced", "attention", "refund", "skipped"] as const;
export type View = (typeof views)[number];
