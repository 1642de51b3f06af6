import { openShop } from "#app/refunds/carry-out.ts";
import { nextLook } from "#app/refunds/record-refund.ts";
import type { RefundContext } from "#app/refunds/refund-context.ts";
import { returnsScope } from "#app/refunds/refund-scopes.ts";
import { AdminError, type AskAdmin, unavailable } from "#app/shopify/access/admin-api.ts";
import { missingScopes } from "#app/shopify/access/scopes.ts";
import { numericId } from "#app/shopify/global-id.ts";
import {
  type OpenReturnsData,
  openReturnsQuery,
  openReturnsSearch,
  openReturnsSizes,
} from "#app/shopify/refunds/return-queries.ts";
import {
  type SubscribeData,
  type SubscriptionsData,
  subscribeMutation,
  subscriptionPageSize,
  subscriptionsQuery,
  topicName,
  type UnsubscribeData,
  unsubscribeMutation,
} from "#app/shopify/shop/subscription-queries.ts";
import { returnTopics } from "#app/shopify/webhooks/return-payload.ts";
import { noteFailing, noteWorking } from "#app/store/failing.ts";
import type { Failing } from "#app/store/lease.ts";
import { looksDue } from "./looks-due.ts";
import { forgetReturns, noteReturn, readAllReturns } from "./return-store.ts";
import { returnsDoor } from "./take-return.ts";

const dayMs = 24 * 3_600_000;
const afterTroubleMs = 10 * 60_000;
/** 600 orders with a return under way, those that changed last: what is beyond is told by webhooks. */
const mostPages = 20;

const topics = returnTopics.map(topicName);

/**
 * Looks, once a day and whenever the shop's scopes were read, whether the app is told of returns:
 * makes the subscriptions that are missing (Shopify deletes them after eight failures) and takes them
 * back where the app may not read returns any more. Then asks which returns are under way: what no
 * webhook told is known then. Where that fails it is noted with the shop (`returnsTrouble`), and tried
 * ever more rarely, until it is daily again.
 *
 * @returns whether it was due
 */
export async function watchReturns(context: RefundContext, shop: string): Promise<boolean> {
  const { pool, log, now } = context;
  const look = await takeLook(context, shop);
  if (look === null) return false;
  const { scopes, failures } = look;
  try {
    const ask = await openShop(context, shop);
    const mayRead = missingScopes({ SCOPES: [returnsScope] }, { scopes }).length === 0;
    const refused = await subscribe(context, shop, ask, mayRead);
    if (mayRead) {
      await readAllReturns(pool, shop, now());
      await noteOpenReturns(context, shop, ask);
    } else await forgetReturns(pool, shop);
    // what was to be known is known all the same
    if (refused !== null) throw unavailable(refused);
    await lookAgainAt(pool, shop, mayRead ? now() + dayMs : null);
    if (failures > 0) await noteWorking(pool, shop, ["returns"]);
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    log.warn({ err: error, shop }, "the returns of a shop were not looked at; it is tried again");
    await lookAgainAt(pool, shop, nextLook(failures, now(), afterTroubleMs) ?? now() + dayMs);
    await noteFailing(context, shop, "returns", error);
  }
  return true;
}

async function lookAgainAt(
  pool: RefundContext["pool"],
  shop: string,
  at: number | null,
): Promise<void> {
  await pool.query(
    `UPDATE "Shop" SET "returnsLookAt" = $2 WHERE "domain" = $1 AND "uninstalledAt" IS NULL`,
    [shop, at === null ? null : new Date(at)],
  );
}

/** Puts the next look off, and answers what is known of the shop; null: it is not due. */
async function takeLook(
  { pool, now }: RefundContext,
  shop: string,
): Promise<{ scopes: string; failures: number } | null> {
  const at = now();
  const { rows } = await pool.query<{ scopes: string | null; failing: Failing }>(
    `UPDATE "Shop" SET "returnsLookAt" = $3
      WHERE "domain" = $1 AND ${looksDue("$2")} AND "uninstalledAt" IS NULL AND "eraseAt" IS NULL
      RETURNING "scopes", "failing"`,
    [shop, new Date(at), new Date(at + afterTroubleMs)],
  );
  const [row] = rows;
  return row ? { scopes: row.scopes ?? "", failures: row.failing.returns?.failures ?? 0 } : null;
}

/**
 * Makes the shop's subscriptions what they are to be: one for each topic, or none.
 *
 * @returns why a topic was not subscribed to, in Shopify's words; null: all were
 */
async function subscribe(
  { config, log }: RefundContext,
  shop: string,
  ask: AskAdmin,
  wanted: boolean,
): Promise<string | null> {
  const uri = `${config.SHOPIFY_APP_URL}${returnsDoor}`;
  const variables = { first: subscriptionPageSize, topics };
  const { data } = await ask<SubscriptionsData>(subscriptionsQuery, variables);
  const kept = new Set<string>();
  for (const { id, topic, uri: to } of data.webhookSubscriptions.nodes) {
    if (wanted && to === uri && !kept.has(topic)) kept.add(topic);
    else await ask<UnsubscribeData>(unsubscribeMutation, { id });
  }
  if (!wanted) return null;
  let refused: string | null = null;
  for (const topic of topics) {
    if (kept.has(topic)) continue;
    const subscription = { uri, format: "JSON" };
    const answer = await ask<SubscribeData>(subscribeMutation, { topic, subscription });
    const errors = answer.data.webhookSubscriptionCreate?.userErrors ?? [];
    if (errors.length > 0) {
      log.warn({ shop, topic, errors }, "a topic was not subscribed to");
      refused ??= `It refused ${topic}: ${errors.map(({ message }) => message).join(" ")}`;
    } else log.info({ shop, topic }, "subscribed to a topic");
  }
  return refused;
}

async function listOpenReturns(ask: AskAdmin, after: string | null) {
  const variables = { search: openReturnsSearch, ...openReturnsSizes, after };
  const { data, denied } = await ask<OpenReturnsData>(openReturnsQuery, variables);
  if (denied.length > 0) throw unavailable("The app may not read returns.");
  return data.orders;
}

async function noteOpenReturns(
  { pool, log, now }: RefundContext,
  shop: string,
  ask: AskAdmin,
): Promise<void> {
  let after: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const { nodes, pageInfo }: OpenReturnsData["orders"] = await listOpenReturns(ask, after);
    for (const { id, returns } of nodes) {
      for (const one of returns.nodes) {
        if (one.status !== "OPEN" && one.status !== "REQUESTED") continue;
        const named = { returnId: numericId(one.id), orderId: numericId(id) };
        await noteReturn(pool, shop, named, now());
      }
    }
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) return;
  }
  log.warn({ shop }, "a shop has more open returns than are listed");
}
