import "@shopify/shopify-app-remix/adapters/node";
import { LogSeverity } from "@shopify/shopify-api";
import { ApiVersion, AppDistribution, shopifyApp } from "@shopify/shopify-app-remix/server";
import { PrismaSessionStorage } from "@shopify/shopify-app-session-storage-prisma";
import type { Logger } from "pino";
import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import type { Config } from "#app/foundation/config.server.ts";

/**
 * Shopify's side of the app: embedded, access tokens by token exchange, offline tokens that expire
 * (apps made since April 2026 must use them). Webhooks are not its business: loading a session for
 * each would make it slow and can fail.
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
  return shopifyApp({
    apiKey: config.SHOPIFY_API_KEY,
    apiSecretKey: config.SHOPIFY_API_SECRET,
    appUrl: config.SHOPIFY_APP_URL,
    scopes: config.SCOPES,
    apiVersion: ApiVersion.October26,
    distribution: AppDistribution.AppStore,
    sessionStorage: new PrismaSessionStorage(prisma),
    future: {
      unstable_newEmbeddedAuthStrategy: true,
      expiringOfflineAccessTokens: true,
    },
    logger: {
      // Below this level the library logs session tokens.
      level: LogSeverity.Warning,
      log: async (severity, message) => {
        if (severity === LogSeverity.Error) log.error({ part: "shopify" }, message);
        else log.warn({ part: "shopify" }, message);
      },
    },
  });
}
