import type { RefundContext } from "#app/refunds/refund-context.ts";
import { withOrder } from "#app/refunds/refunded-order.ts";
import { noteReceipt, takeDueReceipt } from "./plan-request.ts";

const againMs = 10 * 60_000;
/** Two days of it. */
const mostTries = 288;

/**
 * Mails the receipt of the shop that is due first, to the address of the order. A process that ends
 * between the mail and its note sends it twice.
 *
 * @returns whether there was one
 */
export async function mailReceipt(context: RefundContext, shop: string): Promise<boolean> {
  const { pool, log, now, sendReceipt } = context;
  if (sendReceipt === null) return false;
  const request = await takeDueReceipt(pool, shop, now(), againMs);
  if (request === null) return false;
  const { id, orderId, units, language, planTitle: title, createdAt: at } = request;
  const known = await withOrder(context, shop, orderId, async ({ order, shop: row }) => ({
    to: order.state.head?.email ?? order.state.head?.customer?.email ?? null,
    order: order.name ?? orderId,
    timeZone: row.timeZone,
  }));
  if (!known?.to) {
    await noteReceipt(pool, shop, id, "no_address");
    return true;
  }
  const { to, order, timeZone } = known;
  const receipt = { id, units, language, title, at, shop, order, timeZone };
  const result = await sendReceipt(to, receipt);
  if (result === "sent") await noteReceipt(pool, shop, id, "sent");
  else if (result === "refused" || request.receiptTries >= mostTries) {
    await noteReceipt(pool, shop, id, "failed");
  }
  if (result !== "sent") log.warn({ shop, request: id, result }, "a receipt was not mailed");
  return true;
}
