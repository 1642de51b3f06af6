import type pg from "pg";
import { untilEnding } from "#app/foundation/until-ending.ts";
import type { FeedTarget } from "#app/hakuna/feed-target.ts";
import { mostPolls } from "#app/run/poll-step.ts";
import type { ShopRow } from "#app/store/lease.ts";
import type { RunContext } from "#app/store/run-context.ts";

/** An accepted request whose processing went well, of orders of a page. */
type Confirmed = { id: string; requestId: string };

/** What is to be asked of the feed; `to` null: nothing. */
export type StatusesToRead = { to: FeedTarget | null; requests: Confirmed[] };

/**
 * Finds the requests by which orders were confirmed: what became of them is asked once more, because
 * it is all that can be seen of the feed's own state. A request of which nobody has ever heard the end
 * is looked at once more by the shop's run. The caller holds the shop's row.
 */
export async function statusesToRead(
  client: pg.PoolClient,
  { secrets }: Pick<RunContext, "secrets">,
  shop: ShopRow,
  ids: readonly string[],
): Promise<StatusesToRead> {
  if (shop.apiKeySealed === null || shop.pollsRest) return { to: null, requests: [] };
  await client.query(
    `UPDATE "Attempt" a SET "pollAt" = $3, "pollCount" = $5
       FROM "Order" o WHERE o."shop" = $1 AND o."id" = ANY($2) AND o."status" = 'sent'
        AND a."shop" = $1 AND a."id" = o."acceptedAttempt" AND a."requestId" IS NOT NULL
        AND a."epoch" = $4 AND a."pollAt" IS NULL`,
    [shop.domain, ids, new Date(shop.now), shop.epoch, mostPolls - 1],
  );
  const { rows } = await client.query<Confirmed>(
    `SELECT DISTINCT a."id", a."requestId" FROM "Order" o
       JOIN "Attempt" a ON a."shop" = o."shop" AND a."id" = o."acceptedAttempt"
      WHERE o."shop" = $1 AND o."id" = ANY($2) AND o."status" = 'confirmed'
        AND a."requestId" IS NOT NULL AND a."epoch" = $3 AND a."pollAt" IS NULL`,
    [shop.domain, ids, shop.epoch],
  );
  const apiKey = secrets.open(shop.apiKeySealed, shop.domain);
  return { to: { environment: shop.environment, apiKey }, requests: rows };
}

/**
 * Asks what became of them. A feed that does not answer says nothing: the others are not asked.
 *
 * @returns id of the request → ids of the orders that are failed there now; null: the process is to end
 */
export async function readStatuses(
  { feed, config, ending }: Pick<RunContext, "feed" | "config" | "ending">,
  { to, requests }: StatusesToRead,
): Promise<Map<string, Set<string>> | null> {
  const failed = new Map<string, Set<string>>();
  if (to === null) return failed;
  for (const { id, requestId } of requests) {
    const asked = feed.processingStatus(to, requestId, config.delivery.probeTimeoutMs);
    const answer = await untilEnding(ending, asked);
    if (answer === null) return null;
    if (answer.kind === "unavailable" || answer.kind === "key_refused") break;
    if (answer.kind === "unknown") continue;
    failed.set(id, new Set(answer.failed.map(({ orderId }) => orderId)));
  }
  return failed;
}
