import { z } from "zod";
import { saveRequest } from "#app/shops/settings.ts";

/** What the page of settings may ask for. */
export const settingsRequest = z.discriminatedUnion("intent", [
  saveRequest.extend({ intent: z.literal("save") }),
  z.object({
    intent: z.literal("test"),
    environment: z.enum(["sandbox", "production"]),
    apiKey: z.string().trim().max(500).nullable(),
  }),
  z.object({ intent: z.literal("pause") }),
  z.object({ intent: z.literal("resume") }),
  z.object({ intent: z.literal("disconnect") }),
  z.object({ intent: z.literal("import") }),
  z.object({ intent: z.literal("cancel") }),
]);
