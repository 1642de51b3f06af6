import { z } from "zod";
import { AdminError, shutOut, unavailable } from "./admin-api.ts";

/** The app's client id and its client secret of now. */
export type AppSecrets = { apiKey: string; apiSecret: string };

/** A pair of tokens for a shop's Admin API. Times are epoch milliseconds. */
export type AccessTokens = {
  accessToken: string;
  expiresAt: number;
  refreshToken: string;
  refreshExpiresAt: number;
  scope: string;
};

const grantedSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
  refresh_token: z.string().min(1),
  refresh_token_expires_in: z.number().positive(),
  scope: z.string(),
});
const refusedSchema = z.object({ error: z.string() });

/** What Shopify says of a refresh token that cannot be used any more. */
const ended = ["invalid_request", "invalid_grant", "invalid_subject_token"];

const timeLimitMs = 10_000;

/**
 * Exchanges a refresh token for a new pair. Shopify takes the old refresh token again until the new
 * pair is used, so an answer that is lost loses nothing.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/offline-access-tokens
 *
 * @throws AdminError: `no_session` where the refresh token has ended
 */
export async function renewAccess(
  app: AppSecrets,
  shop: string,
  refreshToken: string,
): Promise<AccessTokens> {
  return await askForTokens(app, shop, {
    grant_type: "refresh_token",
    refresh_token: refreshToken,
  });
}

/**
 * Exchanges a session token, which was verified, for the first pair.
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/token-exchange
 *
 * @throws AdminError: `no_session` where Shopify does not take the session token
 */
export async function exchangeSessionToken(
  app: AppSecrets,
  shop: string,
  sessionToken: string,
): Promise<AccessTokens> {
  return await askForTokens(app, shop, { ...exchangeOf(sessionToken, "offline"), expiring: "1" });
}

/**
 * Exchanges a session token, which was verified, for a token of the staff member who got it.
 *
 * @returns Shopify's answer
 * @throws AdminError: `no_session` where Shopify does not take the session token
 */
export async function exchangeForOnline(
  app: AppSecrets,
  shop: string,
  sessionToken: string,
): Promise<unknown> {
  return await askOnce(app, shop, exchangeOf(sessionToken, "online"));
}

function exchangeOf(sessionToken: string, kind: "online" | "offline"): Record<string, string> {
  return {
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: sessionToken,
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    requested_token_type: `urn:shopify:params:oauth:token-type:${kind}-access-token`,
  };
}

async function askForTokens(
  app: AppSecrets,
  shop: string,
  grant: Record<string, string>,
): Promise<AccessTokens> {
  const granted = grantedSchema.safeParse(await askOnce(app, shop, grant)).data;
  if (!granted) throw unavailable("Its answer held no access.");
  const now = Date.now();
  return {
    accessToken: granted.access_token,
    expiresAt: now + granted.expires_in * 1000,
    refreshToken: granted.refresh_token,
    refreshExpiresAt: now + granted.refresh_token_expires_in * 1000,
    scope: granted.scope,
  };
}

/** Answers what Shopify answers with status 2xx. */
async function askOnce(
  app: AppSecrets,
  shop: string,
  grant: Record<string, string>,
): Promise<unknown> {
  const answer = await fetch(`https://${shop}/admin/oauth/access_token`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({
      client_id: app.apiKey,
      client_secret: app.apiSecret,
      ...grant,
    }),
    redirect: "error",
    signal: AbortSignal.timeout(timeLimitMs),
  }).catch(() => {
    throw unavailable("It could not be reached to get access.");
  });
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body;
  const reason = refusedSchema.safeParse(body).data?.error;
  if ([400, 401].includes(answer.status) && reason !== undefined && ended.includes(reason)) {
    throw new AdminError({ kind: "no_session" });
  }
  if (answer.status === 403) throw new AdminError(shutOut);
  throw unavailable(`It answered with HTTP status ${answer.status} when it was asked for access.`);
}
