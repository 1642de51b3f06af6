import { z } from "zod";

/** What may be asked of the rule at checkout. */
export const ruleRequest = z.object({ intent: z.enum(["on", "off"]) });
