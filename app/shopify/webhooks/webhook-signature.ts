import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether `signature` (the header X-Shopify-Hmac-Sha256: base64 of the HMAC-SHA256 of the raw body)
 * was made with one of the secrets. During a rotation of the app's client secret two are valid.
 * Compared in constant time.
 * https://shopify.dev/docs/apps/build/webhooks/subscribe/https#step-5-verify-the-webhook
 */
export function isSignedBy(
  secrets: readonly string[],
  body: Uint8Array,
  signature: string,
): boolean {
  const given = Buffer.from(signature, "base64");
  let signed = false;
  for (const secret of secrets) {
    const expected = createHmac("sha256", secret).update(body).digest();
    if (given.length === expected.length && timingSafeEqual(given, expected)) signed = true;
  }
  return signed;
}
