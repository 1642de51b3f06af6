import { z } from "zod";

/** What the setup guide may ask for. */
export const homeRequest = z.object({ intent: z.enum(["test", "block", "dismiss"]) });
