import "@shopify/shopify-app-remix/adapters/node";
import { LogSeverity } from "@shopify/shopify-api";
import { ApiVersion, AppDistribution, shopifyApp } from "@shopify/shopify-app-remix/server";
import type { Logger } from "pino";
import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import type { Config } from "#app/foundation/config.server.ts";
import {
  isTokenSignedBy,
  SessionsOfEarlierSecret,
  sessionTokenOf,
} from "#app/shops/earlier-secret.ts";
import { SessionStorage } from "#app/shops/session-storage.ts";

/**
 * Shopify's side of the app: embedded, access tokens by token exchange, offline tokens that expire
 * (apps made since April 2026 must use them). Webhooks are not its business: loading a session for
 * each would make it slow and can fail.
 *
 * While the client secret is rotated, Shopify signs session tokens with the one or the other: those
 * of the secret before are verified by the library too, in an app of their own.
 */
export function createShopify({
  config,
  prisma,
  log,
}: {
  config: Config;
  prisma: PrismaClient;
  log: Logger;
}) {
  const options = {
    apiKey: config.SHOPIFY_API_KEY,
    apiSecretKey: config.SHOPIFY_API_SECRET,
    appUrl: config.SHOPIFY_APP_URL,
    scopes: config.SCOPES,
    apiVersion: ApiVersion.October26,
    distribution: AppDistribution.AppStore,
    sessionStorage: new SessionStorage(prisma),
    future: {
      unstable_newEmbeddedAuthStrategy: true,
      expiringOfflineAccessTokens: true,
    },
    logger: {
      // Below this level the library logs session tokens.
      level: LogSeverity.Warning,
      log: async (severity: LogSeverity, message: string) => {
        if (severity === LogSeverity.Error) log.error({ part: "shopify" }, message);
        else log.warn({ part: "shopify" }, message);
      },
    },
  } as const;
  const shopify = shopifyApp({ ...options });
  const earlier = config.SHOPIFY_API_SECRET_PREVIOUS;
  if (earlier === undefined) return shopify;

  const { admin } = shopify.authenticate;
  const sessions = new SessionsOfEarlierSecret(prisma, {
    apiKey: config.SHOPIFY_API_KEY,
    apiSecret: config.SHOPIFY_API_SECRET,
  });
  const before = shopifyApp({ ...options, apiSecretKey: earlier, sessionStorage: sessions });
  shopify.authenticate.admin = async (request) => {
    const token = sessionTokenOf(request);
    if (token === null || !isTokenSignedBy(earlier, token)) return await admin(request);
    return await sessions.with(token, () => before.authenticate.admin(request));
  };
  const { public: now } = shopify.authenticate;
  const { customerAccount } = now;
  now.customerAccount = async (request, options) => {
    const token = sessionTokenOf(request);
    const isEarlier = token !== null && isTokenSignedBy(earlier, token);
    const { public: then } = before.authenticate;
    return await (isEarlier ? then.customerAccount : customerAccount)(request, options);
  };
  return shopify;
}
