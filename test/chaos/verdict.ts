import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { canonicalJson } from "#app/order/canonical.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import type { Client } from "#test/server/client.ts";
import type { Hakuna } from "#test/simulator/hakuna/hakuna.ts";
import type { Webhook } from "#test/simulator/shopify/webhook.ts";
import type { Scene } from "./troubles.ts";

/** What is wrong in the end, each in a sentence; empty: nothing. */
export async function verdict(
  scene: Pick<Scene, "client" | "world" | "accounts" | "deeds" | "deliveries">,
  expected: ExpectedByShop,
  output: string,
): Promise<string[]> {
  const { client, world, deliveries } = scene;
  const { hakuna } = world;
  return [
    ...wrongAtFeed(scene, expected),
    ...(await sentByWrongKey(scene, expected)),
    ...(await steppedBack(client, hakuna)),
    ...(await notFolded(client, deliveries.taken)),
    ...(await leftBehind(client)),
    ...hakuna.violations.map((violation) => `The feed's contract was broken: ${violation}`),
    ...unhandled(output),
  ];
}

/** By shop and order id. */
export type ExpectedByShop = ReadonlyMap<string, Map<string, FeedOrder>>;

/** Where the shops' accounts at the feed do not hold what they must, order by order. */
export function wrongAtFeed(
  { world, accounts }: Pick<Scene, "world" | "accounts">,
  expected: ExpectedByShop,
): string[] {
  const known = new Set<string>();
  const wrong = [...expected].flatMap(([shop, orders]) =>
    [...orders].flatMap(([id, order]) => {
      known.add(id);
      const last = accounts.states(shop, id).at(-1)?.order;
      if (!last) return `Order ${id} is not at the feed.`;
      return canonicalJson(last) === canonicalJson(order)
        ? []
        : `Order ${id} is not in its last state at the feed.`;
    }),
  );
  const surplus = world.hakuna.orderIds().filter((id) => !known.has(id));
  return [...wrong, ...surplus.map((id) => `Order ${id} should not be at the feed.`)];
}

/** What the app has of the orders that these sentences name: to look for the cause in. */
export async function storiesOf(
  { pool }: Pick<Client, "pool">,
  sentences: readonly string[],
): Promise<string[]> {
  const ids = sentences.flatMap((sentence) => /^Order (\d+) /.exec(sentence)?.[1] ?? []);
  const { rows } = await pool.query(
    `SELECT o."shop", o."id", o."status", o."reasonCode", o."statusReason", o."revision",
            o."acceptedRevision", o."acceptedAttempt", o."dueAt", o."readAt", o."repeatAt",
            (SELECT json_agg(json_build_object('at', e."at", 'kind', e."kind", 'source', e."source",
                                               'detail', e."detail") ORDER BY e."at")
               FROM "TimelineEvent" e WHERE e."shop" = o."shop" AND e."orderId" = o."id") AS "timeline"
       FROM "Order" o WHERE o."id" = ANY($1)`,
    [ids],
  );
  return rows.map((row) => JSON.stringify(row));
}

/**
 * What came into an account that is not the shop's, or into the one that it had before, although the
 * attempt began when another one was saved.
 */
async function sentByWrongKey(
  { client, world, accounts, deeds }: Pick<Scene, "client" | "world" | "accounts" | "deeds">,
  expected: ExpectedByShop,
): Promise<string[]> {
  const { rows } = await client.pool.query<{ id: string; startedAt: Date }>(
    `SELECT "id"::text, "startedAt" FROM "Attempt"`,
  );
  const startedAt = new Map(rows.map((row) => [row.id, row.startedAt]));
  return [...expected].flatMap(([shop, orders]) =>
    [...orders.keys()].flatMap((id) => {
      const own = new Set(accounts.states(shop, id));
      const movedAt = deeds.moves.get(shop);
      return world.hakuna.states(id).flatMap((state) => {
        if (!accounts.hadKey(shop, state.apiKey)) return `Order ${id} is in an account of others.`;
        const began = startedAt.get(String(state.idempotencyKey));
        return movedAt && began && began > movedAt && !own.has(state)
          ? `Order ${id} was sent to the account that its shop had before.`
          : [];
      });
    }),
  );
}

/** Webhooks that were answered 200 and are not there, folded. */
async function notFolded(
  { pool }: Client,
  taken: readonly Pick<Webhook, "shop" | "webhookId">[],
): Promise<string[]> {
  const { rows } = await pool.query<{ key: string }>(
    `SELECT "shop" || ' ' || "webhookId" AS "key" FROM "InboxWebhook" WHERE "foldedAt" IS NOT NULL`,
  );
  const folded = new Set(rows.map(({ key }) => key));
  const keys = new Set(taken.map(({ shop, webhookId }) => `${shop} ${webhookId}`));
  return [...keys].filter((key) => !folded.has(key)).map((key) => `It was taken and lost: ${key}.`);
}

/**
 * Following idempotency key → attempt → revision: what the feed accepted never goes back. Except by
 * a request that was over for the app before the feed took it in: it was held up, because a process
 * was frozen or behind a gateway that had answered already.
 */
async function steppedBack({ pool }: Client, hakuna: Hakuna): Promise<string[]> {
  const { rows } = await pool.query<{
    id: string;
    orders: { id: string; revision: number }[];
    outcome: string | null;
    answeredAt: Date | null;
  }>(`SELECT "id"::text, "orders", "outcome", "answeredAt" FROM "Attempt"`);
  const attempts = new Map(rows.map((row) => [row.id, row]));
  return hakuna.orderIds().flatMap((id) => {
    let highest = Number.NEGATIVE_INFINITY;
    return hakuna.states(id).flatMap(({ idempotencyKey, at }) => {
      const attempt = attempts.get(String(idempotencyKey));
      const revision = attempt?.orders.find((order) => order.id === id)?.revision;
      if (!attempt || revision === undefined) {
        return `Order ${id} was sent by no attempt that is known.`;
      }
      const isBack = revision < highest;
      highest = Math.max(highest, revision);
      const { outcome, answeredAt } = attempt;
      const wasHeldUp = outcome !== "accepted" && answeredAt !== null && answeredAt.getTime() < at;
      return isBack && !wasHeldUp
        ? `Order ${id} went back from revision ${highest} to ${revision}.`
        : [];
    });
  });
}

/** Rows that say that something is still to be folded. */
const unfolded: Record<string, string> = {
  "webhooks that are not folded": `SELECT "shop" FROM "InboxWebhook" WHERE "foldedAt" IS NULL`,
};

/** Rows that say that something is still to be sent. */
const unsent: Record<string, string> = {
  "orders that are not sent": `SELECT "shop", concat_ws(' ', "id", "status", "reasonCode", "statusReason",
      "dueAt", "acceptedRevision" || ' of ' || "revision") AS "which" FROM "Order"
    WHERE "status" NOT IN ('sent', 'confirmed', 'skipped', 'waiting') OR "dueAt" IS NOT NULL
       OR ("unanswered" AND "status" <> 'skipped') OR "resend"`,
  "requests without an answer": `SELECT "shop" FROM "Attempt" WHERE "answeredAt" IS NULL`,
};

/** Rows that say that something is still to be done, or was not done. */
const undone: Record<string, string> = {
  ...unfolded,
  ...unsent,
  "processing statuses that were not read": `SELECT "shop" FROM "Attempt" WHERE "pollAt" IS NOT NULL`,
  "folded webhooks that keep their payload": `SELECT "shop" FROM "InboxWebhook"
    WHERE "foldedAt" IS NOT NULL AND "payload" IS NOT NULL`,
  "orders that wait to be read": `SELECT "shop" FROM "Order"
    WHERE "status" = 'waiting' OR "readAt" IS NOT NULL`,
  "shops that are not well": `SELECT "domain" AS "shop" FROM "Shop"
    WHERE "connection" <> 'connected' OR "backoffUntil" > now() OR "reviewAfter" IS NOT NULL
       OR "failing" <> '{}'`,
  // a shop whose app was never opened is not read; those that were, have been
  "reconciliations that are not well": `SELECT "shop" FROM "OrderScan"
    WHERE ("failures" > 0 OR "pausedReason" IS NOT NULL)
      AND "pausedReason" IS DISTINCT FROM 'no_session'`,
  "wrong counters": `SELECT coalesce(c."shop", o."shop") AS "shop" FROM "OrderCount" c FULL JOIN
      (SELECT "shop", "status", count(*) AS "count",
              count(*) FILTER (WHERE "needsAttention") AS "attention"
         FROM "Order" GROUP BY 1, 2) o ON o."shop" = c."shop" AND o."status" = c."status"
    WHERE (coalesce(c."count", 0), coalesce(c."attention", 0))
       <> (coalesce(o."count", 0), coalesce(o."attention", 0))`,
  "orders without their document": `SELECT coalesce(o."shop", d."shop") AS "shop" FROM "Order" o FULL JOIN "OrderDocument" d
      ON d."shop" = o."shop" AND d."orderId" = o."id"
    WHERE o."id" IS NULL OR d."orderId" IS NULL`,
  "accepted orders without what was accepted": `SELECT o."shop" FROM "Order" o JOIN "OrderDocument" d
      ON d."shop" = o."shop" AND d."orderId" = o."id"
    WHERE o."acceptedHash" IS NOT NULL AND d."lastPayload" IS NULL`,
};

/** What is still to be folded, or to be sent, of other shops than these, whose feeds are dead. */
export async function leftToSend(
  client: Pick<Client, "pool">,
  dead: readonly string[],
): Promise<string[]> {
  return [...(await found(client, unfolded, [])), ...(await found(client, unsent, dead))];
}

/** What is still to be done, or was not done. */
export const leftBehind = (client: Pick<Client, "pool">) => found(client, undone, []);

async function found(
  { pool }: Pick<Client, "pool">,
  rowsOf: Record<string, string>,
  without: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  for (const [what, sql] of Object.entries(rowsOf)) {
    const { rows } = await pool.query<{ count: number; shops: string[]; which: string | null }>(
      `SELECT count(*)::int AS "count", (array_agg(DISTINCT "shop"))[1:3] AS "shops",
              array_to_string((array_agg(to_jsonb(found) ->> 'which'))[1:10], '; ') AS "which"
         FROM (${sql}) found WHERE NOT ("shop" = ANY($1))`,
      [without],
    );
    const [{ count, shops, which } = { count: 0, shops: [], which: null }] = rows;
    const named = which ? `: ${which}` : "";
    if (count > 0) found.push(`There are ${what}: ${count}, of ${shops.join(", ")}${named}.`);
  }
  return found;
}

type Line = { level?: string; msg?: string; err?: { message: string; code?: string } };

/** What a process said otherwise than by its log, and errors that nobody expects in all this. */
function unhandled(output: string): string[] {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "" && !isExpected(line))
    .slice(0, 20)
    .map((line) => {
      // an error's stack is longer than all that matters
      const { level, msg, err } = parsed(line) ?? {};
      const said = msg === undefined ? line : `${level}: ${msg} (${err?.message}) ${line}`;
      return `A process said: ${said.slice(0, 500)}`;
    });
}

/** Plans that Hakuna will never know of are told, for somebody may ask for their cover. */
const lostPlans = [
  "customer data was erased before its plans were sent",
  "uninstalled with plans that Hakuna does not know of",
];

/**
 * What lost its database, its lease or its time ends with an error, and is done again: a run, a page, a
 * webhook that Shopify sends once more, a refund.
 */
function isExpected(text: string): boolean {
  const line = parsed(text);
  if (line === null || line.level === undefined || line.level === "fatal") return false;
  if (line.level !== "error") return true;
  if (!line.msg) return false;
  if (lostPlans.includes(line.msg)) return true;
  if (!line.err) return false;
  const { message, code } = line.err;
  const isTrouble = isDatabaseTrouble(Object.assign(new Error(message), { code }));
  return isTrouble || code === "lease_lost" || code === "out_of_time";
}

function parsed(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}
