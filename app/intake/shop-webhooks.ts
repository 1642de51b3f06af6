import { recordDataRequest } from "#app/privacy/data-request.ts";
import { redactCustomer } from "#app/privacy/redact-customer.ts";
import { redactShop } from "#app/privacy/redact-shop.ts";
import type { Queue } from "#app/queue/queue.ts";
import {
  privacyTopics,
  readDataRequest,
  readRedaction,
  readScopesUpdate,
  readShopRedaction,
  readUninstalled,
} from "#app/shopify/webhooks/privacy-payload.ts";
import { askForScopes } from "#app/shops/scopes.ts";
import { isSameShop, requireSameShop } from "#app/shops/shop-id.ts";
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
 * shop/redact and app/scopes_update, noted so that it will be. It loads no session and calls nobody.
 * Nothing is done that the body itself does not say of this shop: the headers are not signed.
 *
 * @throws PayloadError when the payload is not of its topic's shape, or of another shop
 */
export async function takeShopWebhook(
  context: RunContext,
  queue: Pick<Queue, "wake" | "scan">,
  { shop, topic, webhookId, triggeredAt, payload }: InboxRow,
): Promise<void> {
  const { pool } = context;
  switch (topic as ShopTopic) {
    case "app/uninstalled":
      await requireSameShop(pool, shop, readUninstalled(payload));
      return await uninstall(context, shop, triggeredAt);
    case "app/scopes_update":
      await isSameShop(pool, shop, readScopesUpdate(payload));
      if (await askForScopes(pool, shop)) await queue.scan.wake([shop]);
      return;
    case "customers/data_request": {
      const request = readDataRequest(payload);
      await requireSameShop(pool, shop, request.shop);
      return await recordDataRequest(context, shop, webhookId, request, triggeredAt);
    }
    case "customers/redact": {
      const request = readRedaction(payload);
      await requireSameShop(pool, shop, request.shop);
      await redactCustomer(context, shop, webhookId, request);
      return await queue.wake([shop]);
    }
    case "shop/redact":
      await requireSameShop(pool, shop, readShopRedaction(payload));
      await redactShop(context, shop, triggeredAt);
      return await queue.wake([shop]);
  }
}
