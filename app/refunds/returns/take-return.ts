import type { InboxRow } from "#app/intake/inbox-writer.ts";
import { type ReturnTopic, readReturnWebhook } from "#app/shopify/webhooks/return-payload.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { noteReturn } from "./return-store.ts";

/** The door of webhooks about returns, to which shops are subscribed one by one. */
export const returnsDoor = "/webhooks/returns";

/**
 * Takes the news of a return: it is noted, and read from Shopify by the lane of refunds. The body is
 * believed in nothing but which return it is.
 *
 * @param wake the lane of refunds
 * @throws PayloadError where the body is not of its topic's shape
 */
export async function takeReturnWebhook(
  { pool, now }: Pick<RunContext, "pool" | "now">,
  wake: (shops: readonly string[]) => Promise<void>,
  { shop, topic, payload }: InboxRow,
): Promise<void> {
  const named = readReturnWebhook(topic as ReturnTopic, payload);
  if (await noteReturn(pool, shop, named, now())) await wake([shop]);
}
