import { createHash } from "node:crypto";
import { type Payload, samplePayload } from "./payload.ts";
import { type Webhook, webhookOf } from "./webhook.ts";

/** The shop's numeric id: every one has its own. */
export function shopIdOf(domain: string): number {
  return createHash("sha256").update(domain).digest().readUInt32BE();
}

/** app/uninstalled: the shop itself. Shopify's sample leaves out what real ones bear, the domains. */
export function uninstalledWebhook(domain: string, at: number): Webhook {
  const named = { id: shopIdOf(domain), domain, myshopify_domain: domain };
  return webhookOf(
    domain,
    "app/uninstalled",
    { ...samplePayload("app/uninstalled"), ...named },
    at,
  );
}

/** app/scopes_update names its shop by its global id alone. */
export function scopesWebhook(domain: string, current: readonly string[], at: number): Webhook {
  const shop_id = `gid://shopify/Shop/${shopIdOf(domain)}`;
  const updated_at = new Date(at).toISOString();
  const payload = { ...samplePayload("app/scopes_update"), shop_id, current, updated_at };
  return webhookOf(domain, "app/scopes_update", payload, at);
}

/** shop/redact */
export function shopRedactWebhook(domain: string, at: number): Webhook {
  return webhookOf(domain, "shop/redact", privacyPayload("shop/redact", domain), at);
}

/** What the privacy topics say, for `more` of their own. */
export function privacyPayload(topic: string, domain: string, more: Payload = {}): Payload {
  const named = { shop_id: shopIdOf(domain), shop_domain: domain };
  return { ...samplePayload(topic), ...named, ...more };
}
