import { noteUnknownWord } from "#app/foundation/unknown-words.ts";
import type { Fulfillment, FulfillmentStatus, LineUnits, Refund } from "#app/order/state.ts";
import { unitsByLine } from "#app/order/units.ts";
import type { PayloadReader } from "./payload-reader.ts";

/** Fulfillments by id: those of an order, or one that came alone. */
export function readFulfillments(payloads: PayloadReader[]): Record<string, Fulfillment> {
  return Object.fromEntries(
    payloads.map((payload) => {
      payload.require("status", "line_items");
      const createdAt = payload.requiredTime("created_at");
      const fulfillment: Fulfillment = {
        createdAt,
        updatedAt: payload.time("updated_at") ?? createdAt,
        status: fulfillmentStatus(payload),
        units: units(payload.objects("line_items"), "id"),
      };
      return [payload.requiredId("id"), fulfillment];
    }),
  );
}

const statuses: readonly FulfillmentStatus[] = [
  "pending",
  "open",
  "success",
  "error",
  "failure",
  "cancelled",
];

/** A status that is not known is none that succeeded. */
function fulfillmentStatus(payload: PayloadReader): FulfillmentStatus {
  const text = payload.text("status")?.toLowerCase() ?? "pending";
  const status = statuses.find((known) => known === text);
  if (!status) noteUnknownWord("fulfillment.status", text);
  return status ?? "pending";
}

/** Refunds by id: those of an order, or one that came alone. */
export function readRefunds(payloads: PayloadReader[], observedAt: number): Record<string, Refund> {
  return Object.fromEntries(
    payloads.map((payload) => {
      payload.require("refund_line_items");
      const refund: Refund = {
        observedAt,
        refundedAt: payload.requiredTime("processed_at", "created_at"),
        units: units(payload.objects("refund_line_items"), "line_item_id"),
      };
      return [payload.requiredId("id"), refund];
    }),
  );
}

function units(payloads: PayloadReader[], idKey: "id" | "line_item_id"): LineUnits[] {
  const listed = payloads.map((payload) => {
    payload.require("quantity");
    return { lineItemId: payload.requiredId(idKey), quantity: payload.units("quantity") };
  });
  return unitsByLine(listed);
}
