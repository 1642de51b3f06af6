import { createHmac, randomUUID } from "node:crypto";
import { request } from "undici";
import { patienceMs } from "#test/world/patience.ts";
import { customersSent } from "./customers-sent.ts";

/** A webhook as Shopify would send it. `body` is the exact JSON text. */
export type Webhook = {
  topic: string;
  shop: string;
  body: string;
  webhookId: string;
  eventId: string;
  /** epoch milliseconds */
  triggeredAt: number;
};

/** Base64 of the HMAC-SHA256 of the raw body: the header X-Shopify-Hmac-Sha256. */
export function signWebhook(body: string | Uint8Array, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("base64");
}

/** What a webhook is sent with. */
export function webhookHeaders(webhook: Webhook, secret: string): Record<string, string> {
  customersSent.note(webhook.body);
  return {
    "content-type": "application/json",
    "user-agent": "Shopify-Captain-Hook",
    "x-shopify-topic": webhook.topic,
    "x-shopify-shop-domain": webhook.shop,
    "x-shopify-api-version": "2026-10",
    "x-shopify-hmac-sha256": signWebhook(webhook.body, secret),
    "x-shopify-webhook-id": webhook.webhookId,
    "x-shopify-event-id": webhook.eventId,
    "x-shopify-triggered-at": new Date(webhook.triggeredAt).toISOString().replace("Z", "000000Z"),
  };
}

/** Sends a webhook once, to one of the app's doors; answers the HTTP status. */
export async function sendWebhook(
  url: string,
  webhook: Webhook,
  secret: string,
  door = "/webhooks/orders",
): Promise<number> {
  const answer = await request(`${url}${door}`, {
    method: "POST",
    headers: webhookHeaders(webhook, secret),
    body: webhook.body,
  });
  await answer.body.dump();
  return answer.statusCode;
}

/** When the last webhook was taken, of any shop: where some are taken, others may wait. */
let takenAt = 0;

/**
 * Sends a webhook as Shopify does: again, after a pause, until it is taken. Shopify's nine tries take
 * four hours, so it is given up only where none at all is taken any more.
 *
 * @param url where several servers share the work: which of them takes this try
 */
export async function deliverWebhook(
  url: string | (() => string),
  webhook: Webhook,
  secret: string,
  retryMs = 200,
): Promise<void> {
  const began = Date.now();
  for (let attempt = 1; ; attempt += 1) {
    const to = typeof url === "string" ? url : url();
    const status = await sendWebhook(to, webhook, secret).catch(() => null);
    if (status === 200) {
      takenAt = Date.now();
      return;
    }
    if (status !== null && status < 500) throw new Error(`A webhook was refused with ${status}.`);
    if (Date.now() - Math.max(began, takenAt) > patienceMs) {
      throw new Error(`A webhook was given up after ${attempt} tries.`);
    }
    await new Promise((wait) => setTimeout(wait, retryMs * Math.min(attempt, 9)));
  }
}

/** A webhook about a payload that is at hand as an object. */
export function webhookOf(
  shop: string,
  topic: string,
  payload: unknown,
  triggeredAt: number,
): Webhook {
  const body = typeof payload === "string" ? payload : JSON.stringify(payload);
  return { shop, topic, body, triggeredAt, webhookId: randomUUID(), eventId: randomUUID() };
}
