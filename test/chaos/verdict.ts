import { isDatabaseTrouble } from "#app/database/database-error.server.ts";
import { canonicalJson } from "#app/order/canonical.ts";
import type { FeedOrder } from "#app/order/feed-order.ts";
import type { Client } from "#test/server/client.ts";
import type { Hakuna } from "#test/simulator/hakuna/hakuna.ts";

/** What is wrong in the end, each in a sentence; empty: nothing. */
export async function verdict(options: {
  client: Client;
  hakuna: Hakuna;
  expected: ReadonlyMap<string, FeedOrder>;
  output: string;
}): Promise<string[]> {
  const { client, hakuna, expected, output } = options;
  return [
    ...wrongAtFeed(hakuna, expected),
    ...(await steppedBack(client, hakuna)),
    ...(await leftBehind(client)),
    ...hakuna.violations.map((violation) => `The feed's contract was broken: ${violation}`),
    ...unhandled(output),
  ];
}

/** Where the feed does not hold what it must, order by order. */
export function wrongAtFeed(hakuna: Hakuna, expected: ReadonlyMap<string, FeedOrder>): string[] {
  const wrong = [...expected].flatMap(([id, order]) => {
    const last = hakuna.last(id);
    if (last === null) return `Order ${id} is not at the feed.`;
    return canonicalJson(last) === canonicalJson(order)
      ? []
      : `Order ${id} is not in its last state at the feed.`;
  });
  const surplus = hakuna.orderIds().filter((id) => !expected.has(id));
  return [...wrong, ...surplus.map((id) => `Order ${id} should not be at the feed.`)];
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

/** Rows that say that something is still to be sent. */
const unsent: Record<string, string> = {
  "webhooks that are not folded": `SELECT count(*) FROM "InboxWebhook" WHERE "foldedAt" IS NULL`,
  "orders that are not sent": `SELECT count(*) FROM "Order"
    WHERE "status" NOT IN ('sent', 'confirmed', 'skipped', 'waiting') OR "dueAt" IS NOT NULL
       OR "unanswered" OR "resend"`,
  "requests without an answer": `SELECT count(*) FROM "Attempt" WHERE "answeredAt" IS NULL`,
};

/** Rows that say that something is still to be done, or was not done. */
const undone: Record<string, string> = {
  ...unsent,
  "folded webhooks that keep their payload": `SELECT count(*) FROM "InboxWebhook"
    WHERE "foldedAt" IS NOT NULL AND "payload" IS NOT NULL`,
  "orders that wait to be read": `SELECT count(*) FROM "Order"
    WHERE "status" = 'waiting' OR "readAt" IS NOT NULL`,
  "shops that are not well": `SELECT count(*) FROM "Shop"
    WHERE "connection" <> 'connected' OR "backoffUntil" > now() OR "reviewAfter" IS NOT NULL`,
  "reconciliations that are not well": `SELECT count(*) FROM "OrderScan"
    WHERE "failures" > 0 OR "pausedReason" IS NOT NULL`,
  "wrong counters": `SELECT count(*) FROM "OrderCount" c FULL JOIN
      (SELECT "shop", "status", count(*) AS "count",
              count(*) FILTER (WHERE "needsAttention") AS "attention"
         FROM "Order" GROUP BY 1, 2) o ON o."shop" = c."shop" AND o."status" = c."status"
    WHERE (coalesce(c."count", 0), coalesce(c."attention", 0))
       <> (coalesce(o."count", 0), coalesce(o."attention", 0))`,
  "orders without their document": `SELECT count(*) FROM "Order" o FULL JOIN "OrderDocument" d
      ON d."shop" = o."shop" AND d."orderId" = o."id"
    WHERE o."id" IS NULL OR d."orderId" IS NULL`,
};

/** What is still to be sent. */
export const leftToSend = (client: Pick<Client, "pool">) => found(client, unsent);

/** What is still to be done, or was not done. */
export const leftBehind = (client: Pick<Client, "pool">) => found(client, undone);

async function found({ pool }: Pick<Client, "pool">, rowsOf: Record<string, string>) {
  const found: string[] = [];
  for (const [what, sql] of Object.entries(rowsOf)) {
    const { rows } = await pool.query<{ count: string }>(sql);
    if (Number(rows[0]?.count) > 0) found.push(`There are ${what}: ${rows[0]?.count}.`);
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
    .map((line) => `A process said: ${line.slice(0, 300)}`);
}

/** A run that lost its database or its lease ends with an error, and is repeated. */
function isExpected(text: string): boolean {
  const line = parsed(text);
  if (line === null || line.level === undefined || line.level === "fatal") return false;
  if (line.level !== "error") return true;
  if (!line.err || !line.msg?.startsWith("a run failed")) return false;
  const { message, code } = line.err;
  return code === "lease_lost" || isDatabaseTrouble(Object.assign(new Error(message), { code }));
}

function parsed(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}
