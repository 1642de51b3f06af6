import type pg from "pg";
import { untilEnding } from "#app/foundation/until-ending.ts";
import type { FeedTarget } from "#app/hakuna/feed-target.ts";
import { mostPolls } from "#app/run/poll-step.ts";
import { acceptedAttempts, pollNow } from "#app/store/attempts/accepted-attempts.ts";
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
  const accepted = await acceptedAttempts(client, shop.domain, ids);
  const through = accepted.filter(({ epoch, pollAt }) => epoch === shop.epoch && pollAt === null);
  const unheard = through.filter(({ status }) => status === "sent");
  await pollNow(client, shop.domain, unheard, { at: new Date(shop.now), polls: mostPolls - 1 });
  const heard = new Set(unheard.map(({ id }) => id));
  // several orders were in one request
  const confirmed = new Map(
    through
      .filter(({ status, id }) => status === "confirmed" && !heard.has(id))
      .map(({ id, requestId }) => [id, { id, requestId }]),
  );
  const apiKey = secrets.open(shop.apiKeySealed, shop.domain);
  return { to: { environment: shop.environment, apiKey }, requests: [...confirmed.values()] };
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
