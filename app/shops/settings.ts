import { z } from "zod";
import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { holdingShop } from "#app/store/lease.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { connectShop } from "./connect.ts";
import { beginEpoch } from "./epoch.ts";

/** What the settings page shows. The API key itself never leaves the server. */
export type Settings = {
  form: SettingsForm;
  connection: "none" | "connected" | "key_refused" | "wrong_address" | "feed_refuses";
  keyLastFour: string | null;
  paused: boolean;
};

/** The part that is saved together. `country`: ISO 3166-1 alpha-2, lower case. */
export const settingsForm = z.object({
  environment: z.enum(["sandbox", "production"]),
  share: z.enum(["protected", "all"]),
  sendTestOrders: z.boolean(),
  sendOlderOrders: z.boolean(),
  acceptSuggestions: z.boolean(),
  productIdentifier: z.enum(["variant", "sku"]),
  country: z
    .string()
    .regex(/^[a-z]{2}$/)
    .nullable(),
});
export type SettingsForm = z.infer<typeof settingsForm>;

/** What becomes of orders that Hakuna has already, when environment or account change. */
export const sentOrdersChoices = ["same_account", "send", "from_now_on"] as const;

export const saveRequest = z.object({
  settings: settingsForm,
  /** a new key; null: the stored one stays */
  apiKey: z.string().trim().max(500).nullable(),
  sentOrders: z.enum(sentOrdersChoices).nullable(),
  /** save a key although Hakuna does not answer */
  untested: z.boolean(),
});
export type SaveRequest = z.infer<typeof saveRequest>;

export type Saved =
  | { result: "saved" }
  /** Hakuna refuses the key: nothing was changed */
  | { result: "wrong_key" }
  /** Hakuna does not answer: nothing was changed, unless it is asked for again as `untested` */
  | { result: "unreachable" }
  /** what answers there is not the feed: the same */
  | { result: "wrong_address" }
  /** `orders` are at Hakuna: what is to become of them? Nothing was changed */
  | { result: "ask"; orders: number; isOtherEnvironment: boolean };

/** Reads a shop's settings. Bound to the shop of the session token. */
export async function readSettings(prisma: PrismaClient, domain: string): Promise<Settings> {
  const { apiKeyLastFour, connection, paused, ...form } = await prisma.shop.findUniqueOrThrow({
    where: { domain },
    select: {
      environment: true,
      share: true,
      sendTestOrders: true,
      sendOlderOrders: true,
      acceptSuggestions: true,
      productIdentifier: true,
      country: true,
      connection: true,
      paused: true,
      apiKeyLastFour: true,
    },
  });
  return { form, connection, paused, keyLastFour: apiKeyLastFour };
}

type Context = Pick<RunContext, "pool" | "feed" | "secrets">;

/**
 * Saves the settings, all or nothing. A key, or the stored key for another environment, is tried at
 * Hakuna first. Settings that decide what is sent have the shop's orders looked at once more: wake
 * the shop afterwards.
 */
export async function saveSettings(
  context: Context,
  domain: string,
  { settings, apiKey, sentOrders, untested }: SaveRequest,
): Promise<Saved> {
  const stored = await storedConnection(context, domain);
  const isOtherEnvironment = stored.environment !== settings.environment;
  const key = apiKey || (isOtherEnvironment ? stored.apiKey : null);
  if (key !== null) {
    const { environment } = settings;
    const tested = await context.feed.testConnection({ environment, apiKey: key });
    if (tested.result === "wrong_key") return { result: "wrong_key" };
    if (tested.result !== "works" && !untested) return { result: tested.result };
    if (stored.ordersSent > 0 && sentOrders === null) {
      return { result: "ask", orders: stored.ordersSent, isOtherEnvironment };
    }
    await connectShop(context, {
      shop: domain,
      environment,
      apiKey: key,
      newAccount: sentOrders !== null && sentOrders !== "same_account",
      sendAgain: sentOrders === "send",
    });
    if (tested.result === "works") {
      await context.pool.query(`UPDATE "Shop" SET "testedAt" = now() WHERE "domain" = $1`, [
        domain,
      ]);
    }
  }
  await holdingShop(context.pool, domain, async (client) => {
    // without a key nothing tells connectShop afterwards that the environment is another one
    if (key === null && isOtherEnvironment) await beginEpoch(client, domain);
    await client.query(
      `UPDATE "Shop" SET "environment" = $2::"Environment", "share" = $3::"Share",
              "sendTestOrders" = $4, "acceptSuggestions" = $5,
              "productIdentifier" = $6::"ProductIdentifier", "country" = $7, "sendOlderOrders" = $8, "reviewAfter" = ''
        WHERE "domain" = $1`,
      [
        domain,
        settings.environment,
        settings.share,
        settings.sendTestOrders,
        settings.acceptSuggestions,
        settings.productIdentifier,
        settings.country,
        settings.sendOlderOrders,
      ],
    );
  });
  return { result: "saved" };
}

async function storedConnection(
  { pool, secrets }: Context,
  domain: string,
): Promise<{ environment: string; apiKey: string | null; ordersSent: number }> {
  const { rows } = await pool.query<{
    environment: string;
    apiKeySealed: string | null;
    ordersSent: number;
  }>(
    `SELECT "environment", "apiKeySealed", (SELECT coalesce(sum("count"), 0)::int FROM "OrderCount"
        WHERE "shop" = $1 AND "status" IN ('sent', 'confirmed')) AS "ordersSent"
       FROM "Shop" WHERE "domain" = $1`,
    [domain],
  );
  const [shop] = rows;
  if (!shop) throw new Error(`There is no shop ${domain}.`);
  const { environment, apiKeySealed, ordersSent } = shop;
  const apiKey = apiKeySealed === null ? null : secrets.open(apiKeySealed, domain);
  return { environment, apiKey, ordersSent };
}

/** Holds delivery back, or lets it go on. Orders are taken in all the while. */
export async function setPaused(
  { pool }: Pick<RunContext, "pool">,
  domain: string,
  paused: boolean,
): Promise<void> {
  await pool.query(`UPDATE "Shop" SET "paused" = $2 WHERE "domain" = $1`, [domain, paused]);
}

/** Forgets the API key: nothing is sent any more, and nothing is lost. */
export async function disconnect(
  { pool }: Pick<RunContext, "pool">,
  domain: string,
): Promise<void> {
  await holdingShop(pool, domain, async (client) => {
    await client.query(
      `UPDATE "Shop" SET "connection" = 'none', "connectionSince" = now(), "connectionReason" = NULL,
              "apiKeySealed" = NULL, "apiKeyLastFour" = NULL, "testedAt" = NULL, "backoffCount" = 0,
              "backoffUntil" = NULL, "backoffReason" = NULL, "backoffSince" = NULL
        WHERE "domain" = $1`,
      [domain],
    );
  });
}
