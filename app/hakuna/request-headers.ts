import type { FeedTarget } from "./feed-target.ts";

/**
 * The headers of a request to Hakuna's API; null where no header can carry the key. The contract
 * shows the key in a header named `Bearer`, other pages of Hakuna's documentation in
 * `Authorization`; both are sent.
 */
export function requestHeaders(
  { apiKey }: FeedTarget,
  request: { hasBody: boolean; idempotencyKey?: string; version?: string },
): Record<string, string> | null {
  if (!/^[\x21-\x7e]+$/.test(apiKey)) return null;
  const { hasBody, idempotencyKey, version } = request;
  return {
    Bearer: apiKey,
    Authorization: `Bearer ${apiKey}`,
    ...(hasBody && { "Content-Type": "application/json" }),
    ...(idempotencyKey !== undefined && { "Hakuna-Idempotency-Key": idempotencyKey }),
    ...(version !== undefined && { "Hakuna-Version": version }),
  };
}
