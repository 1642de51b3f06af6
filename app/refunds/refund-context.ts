import type { SendReceipt } from "#app/refunds/requests/receipt-mail.ts";
import type { AdminAccess } from "#app/shopify/access/admin-api.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** What refunds work with. */
export type RefundContext = Pick<RunContext, "pool" | "config" | "log" | "now" | "door"> & {
  admin: AdminAccess;
  /** queues a sync run: an order changed */
  wake(shops: readonly string[]): Promise<void>;
  /** null: there is no mail server, or the process is no worker */
  sendReceipt: SendReceipt | null;
};
