import { z } from "zod";

const id = z.uuid();

/** What may be asked for with the views that the shop's staff saved. */
export const viewRequest = z.discriminatedUnion("action", [
  z.object({
    action: z.literal("save"),
    id,
    name: z.string().trim().min(1).max(40),
    /** search params of the list */
    query: z.string().max(2000),
  }),
  z.object({ action: z.literal("delete"), id }),
]);

export type ViewRequest = z.infer<typeof viewRequest>;
