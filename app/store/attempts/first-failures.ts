import type pg from "pg";
import type { ShopRow } from "#app/store/lease.ts";
import { dayOf } from "#app/store/shop-day.ts";

/** Longer than any day of any time zone. */
const dayMs = 26 * 3_600_000;

/**
 * How many of these orders Hakuna refuses for the first time on the shop's day that it is: a day
 * counts orders, not how often each was tried. Of a request with several orders it is not known
 * whose fault a refusal is, so it is nobody's.
 *
 * @param attempt the request that is refused: it is no earlier one
 */
export async function firstFailures(
  client: pg.PoolClient,
  { domain, timeZone, now }: Pick<ShopRow, "domain" | "timeZone" | "now">,
  ids: readonly string[],
  attempt: string,
): Promise<number> {
  if (ids.length === 0) return 0;
  const { rows } = await client.query<{ id: string; at: Date }>(
    `SELECT a."orders" #>> '{0,id}' AS "id", a."answeredAt" AS "at" FROM "Attempt" a
      WHERE a."shop" = $1 AND a."startedAt" > $3 AND a."id" <> $4 AND a."outcome" = 'invalid'
        AND a."answeredAt" IS NOT NULL AND jsonb_array_length(a."orders") = 1
        AND a."orders" #>> '{0,id}' = ANY($2)
     UNION ALL
     SELECT e."orderId", to_timestamp((e."detail" ->> 'at')::float8 / 1000) FROM "TimelineEvent" e
      WHERE e."shop" = $1 AND e."orderId" = ANY($2) AND e."kind" = 'processing'
        AND e."detail" ->> 'result' = 'failed' AND (e."detail" ->> 'at')::float8 > $5
        AND e."source" NOT IN ('processing:' || $4::text, 'processing:' || $4::text || ':later')`,
    [domain, ids, new Date(now - dayMs), attempt, now - dayMs],
  );
  const today = dayOf(now, timeZone);
  const before = new Set(
    rows.filter(({ at }) => dayOf(at.getTime(), timeZone) === today).map(({ id }) => id),
  );
  return ids.filter((id) => !before.has(id)).length;
}
