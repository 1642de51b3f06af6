/** The tabs of the orders page. */
export const views = ["all", "pending", "synced", "attention", "skipped"] as const;
export type View = (typeof views)[number];
