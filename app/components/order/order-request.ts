import { z } from "zod";

const lineId = z.string().regex(/^\d{1,20}$/);
const hakunaId = z
  .string()
  .trim()
  .max(200)
  .transform((text) => text || null);

const keys = z.array(z.string().max(1000)).min(1).max(500);

/** What the page of an order may ask for. */
export const orderRequest = z.discriminatedUnion("action", [
  z.object({ action: z.literal("resend") }),
  z.object({
    action: z.literal("pair"),
    productLineId: lineId,
    planLineId: lineId,
    offerId: hakunaId,
    planId: hakunaId,
  }),
  z.object({ action: z.literal("unpair"), productLineId: lineId }),
  z.object({ action: z.literal("put_away"), keys }),
  z.object({ action: z.literal("bring_back"), keys }),
  z.object({ action: z.literal("skip") }),
  z.object({ action: z.literal("unskip") }),
  z.object({ action: z.literal("check") }),
  z.object({ action: z.literal("cancel") }),
]);

export type OrderRequest = z.infer<typeof orderRequest>;
