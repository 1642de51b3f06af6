import { z } from "zod";

const lineId = z.string().regex(/^\d{1,20}$/);
const refundId = z.uuid();

/** What the page of an order may ask for refunds. */
export const refundRequest = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("refund"),
    planLineId: lineId,
    units: z.int().min(1).max(100_000),
    left: z.int().min(1).max(100_000),
    notify: z.boolean(),
    amount: z.int().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/),
    /** absent: an extension of an earlier version asks */
    refunded: z.int().min(0).optional(),
  }),
  z.object({ action: z.literal("decline"), refundId }),
  z.object({ action: z.literal("decline_request"), planLineId: lineId }),
  z.object({ action: z.literal("was_paid"), refundId }),
  z.object({ action: z.literal("was_not_paid"), refundId }),
]);

export type RefundRequest = z.infer<typeof refundRequest>;

/** What the dialog asks for before: in the query, as text. */
export const previewRequest = z.object({
  plan: lineId,
  units: z.coerce.number().int().min(1).max(100_000),
});

/** Of which plan a cancelled order's payment is asked for. */
export const cancelledRequest = previewRequest.pick({ plan: true });
