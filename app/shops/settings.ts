import type pg from "pg";
import { z } from "zod";
import type { PrismaClient } from "#app/database/generated/prisma/client.ts";
import type { SecretBox } from "#app/foundation/secrets.server.ts";
import type { ConnectionTest } from "#app/hakuna/client.ts";
import { countryCodes } from "#app/order/mapping/countries.ts";
import { type CountryAnswers, mostSellingCountries } from "#app/store/country-answers.ts";
import { holdingShop, type ShopRow } from "#app/store/lease.ts";
import { dropPlannedRefunds } from "#app/store/refund-news.ts";
import type { RunContext } from "#app/store/run-context.ts";
import { connectedTo, connectHeld } from "./connect.ts";
import { saveMails, shopMailKinds, wantedMails } from "./shop-mails.ts";

/** What the settings page shows. The API key itself never leaves the server. */
export type Settings = {
  form: SettingsForm;
  /** in which Hakuna lately made no offers, because it sells no plans there */
  refusedCountries: string[];
  connection: "none" | "connected" | "key_refused" | "wrong_address" | "feed_refuses";
  keyLastFour: string | null;
  paused: boolean;
  /** the shop owner's address, as Shopify tells it: where mails go; null: not known */
  mailTo: string | null;
};

/** A month: Hakuna's windows are longer, and a wait may be changed. */
const mostWaitHours = 720;

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
  /** where plans are offered too, beside `country`; the same form, none twice; left out: as they are */
  sellingCountries: z
    .array(z.string().refine((code) => countryCodes.includes(code)))
    .max(mostSellingCountries)
    .transform((codes) => [...new Set(codes)])
    .optional(),
  /** left out, as by a page that was opened before there were refunds: as they are */
  refunds: z
    .object({
      /** plans whose product is gone are refunded without a person, where nothing is unclear */
      alone: z.boolean(),
      waitHours: z.int().min(0).max(mostWaitHours),
      notify: z.boolean(),
    })
    .optional(),
  /** which mails are wanted; left out, as by a page that was opened before there were any: as they are */
  mails: z.record(z.enum(shopMailKinds), z.boolean()).optional(),
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
  const { apiKeyLastFour, connection, paused, countryAnswers, contactEmail, ...stored } =
    await prisma.shop.findUniqueOrThrow({
      where: { domain },
      select: {
        environment: true,
        share: true,
        sendTestOrders: true,
        sendOlderOrders: true,
        acceptSuggestions: true,
        productIdentifier: true,
        country: true,
        sellingCountries: true,
        countryAnswers: true,
        connection: true,
        paused: true,
        apiKeyLastFour: true,
        refundsAlone: true,
        refundWaitHours: true,
        refundNotify: true,
        contactEmail: true,
      },
    });
  const answers = Object.entries(countryAnswers as CountryAnswers);
  const refusedCountries = answers.flatMap(([country, { sells }]) => (sells ? [] : [country]));
  const { refundsAlone: alone, refundWaitHours: waitHours, refundNotify: notify, ...rest } = stored;
  const form = {
    ...rest,
    refunds: { alone, waitHours, notify },
    mails: await wantedMails(prisma, domain),
  };
  const keyLastFour = apiKeyLastFour;
  return { form, refusedCountries, connection, paused, keyLastFour, mailTo: contactEmail };
}

type Context = Pick<RunContext, "pool" | "feed" | "secrets">;

/** Times that somebody else may change the connection while a key is being tried. */
const mostTries = 5;

/**
 * Saves the settings in one transaction, all or nothing. A key, or the stored key for another
 * environment, is tried at Hakuna first. Settings that decide what is sent have the shop's orders
 * looked at once more: wake the shop afterwards.
 */
export async function saveSettings(
  context: Context,
  domain: string,
  request: SaveRequest,
): Promise<Saved> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const tried = await tryConnection(context, domain, request);
    if (tried.result === "wrong_key") return { result: "wrong_key" };
    const { result } = tried;
    const isUntried = result === "unreachable" || result === "wrong_address";
    if (isUntried && !request.untested) return { result };
    const saved = await holdingShop(context.pool, domain, (client, shop) =>
      save(client, context.secrets, shop, request, tried),
    );
    if (saved !== null) return saved;
  }
  throw new Error(`The connection of ${domain} was changed again and again while it was saved.`);
}

/** What is to be connected with, tried at Hakuna; `key` null: the connection stays as it is. */
type Tried = {
  key: string | null;
  result: ConnectionTest["result"] | "not_tried";
  /** what was stored when it was tried */
  stored: Stored;
};
type Stored = Pick<ShopRow, "environment" | "apiKeySealed">;

async function tryConnection(
  { pool, secrets, feed }: Context,
  domain: string,
  { settings: { environment }, apiKey }: SaveRequest,
): Promise<Tried> {
  const { rows } = await pool.query<Stored>(
    `SELECT "environment", "apiKeySealed" FROM "Shop" WHERE "domain" = $1`,
    [domain],
  );
  const [stored] = rows;
  if (!stored) throw new Error(`There is no shop ${domain}.`);
  const { apiKeySealed } = stored;
  const isMoved = stored.environment !== environment && apiKeySealed !== null;
  const key = apiKey || (isMoved ? secrets.open(apiKeySealed, domain) : null);
  if (key === null) return { key, result: "not_tried", stored };
  const { result } = await feed.testConnection({ environment, apiKey: key });
  return { key, result, stored };
}

/** Null: nothing was changed, because the connection is another one than when it was tried. */
async function save(
  client: pg.PoolClient,
  secrets: SecretBox,
  shop: ShopRow,
  { settings, apiKey, sentOrders }: SaveRequest,
  { key, result, stored }: Tried,
): Promise<Saved | null> {
  const { domain } = shop;
  const isSame =
    shop.environment === stored.environment && shop.apiKeySealed === stored.apiKeySealed;
  if (!apiKey && !isSame) return null;
  if (key !== null) {
    const former = connectedTo(shop);
    const isOtherEnvironment = former !== null && former !== settings.environment;
    // an account of another environment is another one
    const isAnswered =
      sentOrders !== null && !(isOtherEnvironment && sentOrders === "same_account");
    const orders = isAnswered ? 0 : await ordersSent(client, domain);
    if (orders > 0) return { result: "ask", orders, isOtherEnvironment };
    await connectHeld(client, secrets, shop, {
      environment: settings.environment,
      apiKey: key,
      newAccount: sentOrders !== null && sentOrders !== "same_account",
      sendAgain: sentOrders === null ? undefined : sentOrders === "send",
    });
  }
  await client.query(
    `UPDATE "Shop" SET "environment" = $2::"Environment", "share" = $3::"Share",
            "sendTestOrders" = $4, "acceptSuggestions" = $5,
            "productIdentifier" = $6::"ProductIdentifier", "country" = $7, "sendOlderOrders" = $8,
            "testedAt" = CASE WHEN $9 THEN $11 ELSE "testedAt" END,
            "sellingCountries" = coalesce($12, "sellingCountries"),
            "reviewAfter" = CASE WHEN $10 THEN '' ELSE "reviewAfter" END
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
      result === "works",
      decideOtherwise(settings, shop),
      new Date(shop.now),
      settings.sellingCountries ?? null,
    ],
  );
  if (settings.refunds) await saveRefunds(client, shop, settings.refunds);
  if (settings.mails) await saveMails(client, shop, settings.mails);
  return { result: "saved" };
}

/**
 * What is to be refunded already stays a person's when refunds by themselves are switched on; what
 * they had planned is dropped when they are switched off.
 */
async function saveRefunds(
  client: pg.PoolClient,
  { domain, now, refundsAlone, refundsAloneSince }: ShopRow,
  { alone, waitHours, notify }: NonNullable<SettingsForm["refunds"]>,
): Promise<void> {
  const since = !alone ? null : refundsAlone ? refundsAloneSince : new Date(now);
  await client.query(
    `UPDATE "Shop" SET "refundsAlone" = $2, "refundsAloneSince" = $3, "refundWaitHours" = $4,
            "refundNotify" = $5 WHERE "domain" = $1`,
    [domain, alone, since, waitHours, notify],
  );
  if (!alone) await dropPlannedRefunds(client, domain, now);
}

/** Whether orders are to be looked at once more: all settings but these decide what is sent. */
function decideOtherwise(
  { sellingCountries: _, refunds: __, mails: ___, ...settings }: SettingsForm,
  shop: ShopRow,
): boolean {
  const names = Object.keys(settings) as (keyof typeof settings)[];
  return names.some((name) => settings[name] !== shop[name]);
}

/** How many of the shop's orders Hakuna has in their latest state. */
async function ordersSent(client: pg.ClientBase, domain: string): Promise<number> {
  const { rows } = await client.query<{ orders: number }>(
    `SELECT coalesce(sum("count"), 0)::int AS "orders" FROM "OrderCount"
      WHERE "shop" = $1 AND "status" IN ('sent', 'confirmed')`,
    [domain],
  );
  return rows[0]?.orders ?? 0;
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
  await holdingShop(pool, domain, async (client, { now }) => {
    await client.query(
      `UPDATE "Shop" SET "connection" = 'none', "connectionSince" = $2, "connectionReason" = NULL,
              "apiKeySealed" = NULL, "apiKeyLastFour" = NULL, "keyVersion" = "keyVersion" + 1,
              "testedAt" = NULL, "backoffCount" = 0,
              "backoffUntil" = NULL, "backoffReason" = NULL, "backoffSince" = NULL
        WHERE "domain" = $1`,
      [domain, new Date(now)],
    );
  });
}
