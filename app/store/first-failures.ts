import type pg from "pg";
import type { ShopRow } from "./lease.ts";
import { dayOf } from "./shop-day.ts";

/** Longer than any day of any time zone. */
const dayMs = 26 * 3_600_000;

/**
 * Which of these orders Hakuna refuses for the first time on the shop's day that it is: a day counts
 * orders, not how often each was tried. Of a request with several orders it is not known whose fault
 * a refusal is, so it is nobody's.
 *
 * @param source of the events that tell of the refusal at hand
 */
export async function firstFailures(
  client: pg.PoolClient,
  { domain, timeZone, now }: Pick<ShopRow, "domain" | "timeZone" | "now">,
  ids: readonly string[],
  source: string,
): Promise<number> {
  if (ids.length === 0) return 0;
  const { rows } = await client.query<{ orderId: string; at: Date }>(
    `SELECT e."orderId", e."at" FROM "OrderEvent" e
      WHERE e."shop" = $1 AND e."orderId" = ANY($2) AND e."at" > $3 AND e."source" <> $4
        AND ((e."kind" = 'processing' AND e."detail" ->> 'result' = 'failed')
          OR (e."kind" = 'delivery' AND e."detail" ->> 'outcome' = 'invalid' AND EXISTS (
               SELECT 1 FROM "Attempt" a WHERE a."shop" = $1
                  AND a."id" = substr(e."source", 9)::uuid
                  AND jsonb_array_length(a."orders") = 1)))`,
    [domain, ids, new Date(now - dayMs), source],
  );
  const today = dayOf(now, timeZone);
  const before = new Set(
    rows.filter(({ at }) => dayOf(at.getTime(), timeZone) === today).map(({ orderId }) => orderId),
  );
  return ids.filter((id) => !before.has(id)).length;
}
