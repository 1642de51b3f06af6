import type { IncomingHttpHeaders } from "node:http";

/** What a webhook's headers say of it; only the body is signed. `shop` is in lower case. */
export type WebhookHeaders = { signature: string; topic: string; shop: string; webhookId: string };

/** Shopify's rule for shop domains: https://shopify.dev/docs/apps/build/authentication-authorization */
const shopDomain = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

/**
 * Reads a webhook's headers, which can be done before a byte of its body is.
 *
 * @param topics the topics that are taken
 * @returns a sentence where they are missing or nothing that Shopify sends
 */
export function readWebhookHeaders(
  headers: IncomingHttpHeaders,
  topics: ReadonlySet<string>,
): WebhookHeaders | string {
  const signature = headers["x-shopify-hmac-sha256"];
  const topic = headers["x-shopify-topic"];
  const shop = headers["x-shopify-shop-domain"];
  const webhookId = headers["x-shopify-webhook-id"];
  if (
    typeof signature !== "string" ||
    typeof topic !== "string" ||
    typeof shop !== "string" ||
    typeof webhookId !== "string"
  ) {
    return "Missing headers: X-Shopify-Hmac-Sha256, X-Shopify-Topic, X-Shopify-Shop-Domain and X-Shopify-Webhook-Id are needed.";
  }
  const domain = shop.toLowerCase();
  if (!shopDomain.test(domain)) return "X-Shopify-Shop-Domain is not a shop's domain.";
  if (!topics.has(topic)) return "This topic is not taken here.";
  if (webhookId === "" || webhookId.length > 255) {
    return "X-Shopify-Webhook-Id must have 1 to 255 characters.";
  }
  return { signature, topic, shop: domain, webhookId };
}
