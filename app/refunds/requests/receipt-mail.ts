import type { PlanRequest } from "./plan-request.ts";

/** What the buyer gets in writing: what they asked for, and when. */
export type Receipt = Pick<PlanRequest, "id" | "units" | "language"> & {
  shop: string;
  /** the order's name, "#1001" */
  order: string;
  title: string;
  /** epoch milliseconds */
  at: number;
  /** IANA name */
  timeZone: string;
};

/** `refused`: for good; `failed` and `down`: worth another try. Never rejects. */
export type SendReceipt = (
  to: string,
  receipt: Receipt,
) => Promise<"sent" | "refused" | "failed" | "down">;
