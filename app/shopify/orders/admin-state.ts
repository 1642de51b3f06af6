import { deny } from "#app/order/customer-fields.ts";
import type { CustomerField, OrderState } from "#app/order/state.ts";
import { unavailable } from "#app/shopify/access/admin-api.ts";
import { PayloadError } from "#app/shopify/webhooks/payload-reader.ts";
import { readWebhook } from "#app/shopify/webhooks/webhook-payload.ts";
import { type WholeOrder, webhookShape } from "./admin-order.ts";

/**
 * The state of an order that the Admin API gave whole. The webhook's own reader reads it, so that
 * both ways give the same state.
 *
 * @param denied what the answer was not allowed to show: null there says nothing
 * @param observedAt when the API answered, epoch milliseconds by its clock
 * @throws AdminError naming what the answer lacks
 */
export function stateOfOrder(
  whole: WholeOrder,
  denied: readonly CustomerField[],
  observedAt: number,
): OrderState {
  try {
    const { state, missing } = readWebhook(
      "orders/updated",
      JSON.stringify(webhookShape(whole)),
      observedAt,
    );
    if (state) return { ...state, head: state.head && deny(state.head, denied) };
    throw unavailable(`Its answer lacks ${missing.join(", ")}.`);
  } catch (error) {
    if (error instanceof PayloadError) throw unavailable(`Its answer's ${error.message}`);
    throw error;
  }
}
