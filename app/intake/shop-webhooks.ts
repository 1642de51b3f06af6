import { recordDataRequest } from "#app/privacy/data-request.ts";
import { redactCustomer } from "#app/privacy/redact-customer.ts";
import { redactShop } from "#app/privacy/redact-shop.ts";
import type { Queue } from "#app/queue/queue.ts";
import {
  privacyTopics,
  readDataRequest,
  readRedaction,
  readScopesUpdate,
  requireSameShop,
} from "#app/shopify/webhooks/privacy-payload.ts";
import { recordScopes } from "#app/shops/scopes.ts";
import { uninstall } from "#app/shops/uninstall.ts";
import type { RunContext } from "#app/store/run-context.ts";
import type { InboxRow } from "./inbox-writer.ts";

/** The doors of webhooks that are not about an order, and the topics that each takes. */
export const shopDoors = {
  "/webhooks/app/uninstalled": ["app/uninstalled"],
  "/webhooks/app/scopes_update": ["app/scopes_update"],
  "/webhooks/privacy": privacyTopics,
} as const;

export type ShopTopic = (typeof shopDoors)[keyof typeof shopDoors][number];

/**
 * Does what a verified webhook of these topics asks for. When it resolves, all is done or, for
 * shop/redact, noted so that it will be. It loads no session and calls nobody.
 *
 * @throws PayloadError when the payload lacks what is needed
 */
export async function takeShopWebhook(
  context: RunContext,
  queue: Pick<Queue, "wake">,
  { shop, topic, webhookId, triggeredAt, payload }: InboxRow,
): Promise<void> {
  requireSameShop(payload, shop);
  switch (topic as ShopTopic) {
    case "app/uninstalled":
      return await uninstall(context, shop, triggeredAt);
    case "app/scopes_update":
      return await recordScopes(context.pool, shop, readScopesUpdate(payload), triggeredAt);
    case "customers/data_request": {
      const request = readDataRequest(payload);
      return await recordDataRequest(context, shop, webhookId, request, triggeredAt);
    }
    case "customers/redact":
      return await redactCustomer(context, shop, readRedaction(payload));
    case "shop/redact":
      await redactShop(context, shop, triggeredAt);
      return await queue.wake([shop]);
  }
}
