import { failedOrders, resendOrders } from "../sync/order-actions.ts";
import { type Command, readArgs, shopDomain, UsageError } from "./command.ts";
import { operator, withDatabase } from "./with-database.ts";

/** Sends orders once more: those named, or with --failed all that were refused or are blocked. */
export const resend: Command = {
  usage: "resend <shop> <id>… | --failed",
  async run(args) {
    const { values, positionals } = readArgs(args, { failed: { type: "boolean" } });
    const shop = shopDomain(positionals[0]);
    const named = positionals.slice(1);
    if (named.length > 0 === (values.failed === true)) {
      throw new UsageError("Name the orders to send again, or give --failed for all that failed.");
    }
    return await withDatabase(async ({ run, services }) => {
      const ids = values.failed ? await failedOrders(run, shop) : named;
      const statuses = await resendOrders(run, shop, ids, operator);
      const unknown = ids.filter((id) => !statuses.has(id));
      if (unknown.length > 0) {
        throw new Error(
          `${shop} has no order ${unknown.join(", ")}. ${statuses.size} others are sent again.`,
        );
      }
      await services.queue.wake([shop]);
      const text = [...statuses].map(([id, status]) => `${id}: ${status}`).join("\n");
      return { data: Object.fromEntries(statuses), text: text || "No order has failed." };
    });
  },
};
