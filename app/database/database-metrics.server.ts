import type pg from "pg";
import { Gauge, type Registry } from "prom-client";
import type { Logger } from "#app/foundation/log.server.ts";
import { withinTime } from "#app/foundation/time-limit.ts";

/**
 * SQL: shops that are installed. Not a CTE: one that is named more than once is read from all nodes
 * of a Citus first, and then no subquery can be asked for each of its rows.
 */
const openShops = `(SELECT * FROM "Shop" WHERE "uninstalledAt" IS NULL AND "eraseAt" IS NULL)`;

/** Figures over all shops; `sql` answers rows of value and, where there is one, label. */
const figures: { name: string; help: string; label?: string; sql: string }[] = [
  {
    name: "hakuna_orders",
    help: "Orders by sync status",
    label: "status",
    // every status, also without an order: of a series that begins with its rise no alert sees the rise
    sql: `SELECT s::text AS label, coalesce(sum("count"), 0)::float8 AS value
      FROM unnest(enum_range(NULL::"OrderStatus")) s LEFT JOIN "OrderCount" ON "status" = s GROUP BY 1`,
  },
  {
    name: "hakuna_orders_attention",
    help: "Orders that need a person, by sync status: all that are refused but for declined cancellations",
    label: "status",
    sql: `SELECT s::text AS label, coalesce(sum("attention"), 0)::float8 AS value
      FROM unnest(enum_range(NULL::"OrderStatus")) s LEFT JOIN "OrderCount" ON "status" = s GROUP BY 1`,
  },
  {
    name: "hakuna_orders_due_oldest_seconds",
    help: "How long the oldest order waits that could be sent now",
    // on a Citus the time within an aggregate is a node's, which may be ahead of this
    sql: `SELECT extract(epoch FROM now() - least(min(due), now()))::float8 AS value
      FROM (SELECT (SELECT min(o."dueAt") FROM "Order" o
                     WHERE o."shop" = s."domain" AND o."dueAt" IS NOT NULL) AS due FROM "Shop" s
             WHERE s."connection" = 'connected' AND NOT s."paused" AND coalesce(s."backoffUntil" <= now(), true)
               AND NOT EXISTS (SELECT 1 FROM "Hold" h WHERE h."shop" IN (s."domain", '*'))) AS shops`,
  },
  {
    name: "hakuna_other_work_oldest_seconds",
    help: "How long the oldest of what else is due waits and nobody is at it, by kind of work",
    label: "work",
    sql: `SELECT "work" AS label, extract(epoch FROM now() - least(min("due"), now()))::float8 AS value
        FROM (
          SELECT 'read' AS "work", (SELECT min(o."readAt") FROM "Order" o
              WHERE o."shop" = s."domain" AND o."readAt" IS NOT NULL) AS "due" FROM ${openShops} s
          UNION ALL SELECT 'status', (SELECT min(a."pollAt") FROM "Attempt" a
              WHERE a."shop" = s."domain" AND a."pollAt" IS NOT NULL) FROM ${openShops} s
            WHERE s."connection" = 'connected' AND NOT s."paused"
              AND coalesce(s."backoffUntil" <= now(), true) AND coalesce(s."pollAfter" <= now(), true)
              AND NOT EXISTS (SELECT 1 FROM "Hold" h WHERE h."shop" IN (s."domain", '*'))
          UNION ALL SELECT 'scan', c."dueAt" FROM "OrderScan" c JOIN ${openShops} s ON s."domain" = c."shop"
            WHERE coalesce(c."leaseUntil" < now(), true)
              AND (c."kind" = 'import' OR s."connection" <> 'none')
          UNION ALL SELECT 'plans', j."dueAt" FROM "PlanJob" j JOIN ${openShops} s ON s."domain" = j."shop"
            WHERE j."state" = 'running' AND coalesce(j."leaseUntil" < now(), true)
          UNION ALL SELECT 'refund', r."dueAt" FROM "PlanRefund" r JOIN ${openShops} s ON s."domain" = r."shop"
            WHERE r."dueAt" IS NOT NULL AND coalesce(r."leaseUntil" < now(), true)
          UNION ALL SELECT 'return', r."dueAt" FROM "OrderReturn" r JOIN ${openShops} s ON s."domain" = r."shop"
            WHERE r."dueAt" IS NOT NULL
          UNION ALL SELECT unnest(ARRAY['read', 'status', 'scan', 'plans', 'refund', 'return']), now()
        ) AS waits GROUP BY 1`,
  },
  {
    name: "hakuna_scans_paused",
    help: "Reconciliations and imports that Shopify does not answer, by why: shut_out is HTTP status 403",
    label: "why",
    sql: `SELECT "why" AS label, (count(*) - 1)::float8 AS value
        FROM (
          SELECT c."pausedReason" AS "why" FROM "OrderScan" c JOIN ${openShops} s ON s."domain" = c."shop"
            WHERE c."pausedReason" IN ('no_session', 'shut_out', 'unavailable')
          UNION ALL SELECT unnest(ARRAY['no_session', 'shut_out', 'unavailable'])
        ) AS scans GROUP BY 1`,
  },
  {
    name: "hakuna_shops",
    help: "Shops by the state of their connection to Hakuna",
    label: "connection",
    sql: `SELECT "connection"::text AS label, count(*)::float8 AS value FROM "Shop" GROUP BY 1`,
  },
  {
    name: "hakuna_shops_backing_off",
    help: "Shops that wait because the feed could not be reached",
    sql: `SELECT count(*)::float8 AS value FROM "Shop" WHERE "backoffUntil" > now()`,
  },
  {
    name: "hakuna_backoff_oldest_seconds",
    help: "How long the feed has not been reached for the shop that waits longest",
    sql: `SELECT coalesce(extract(epoch FROM now() - min("backoffSince")), 0)::float8 AS value
      FROM "Shop" WHERE "backoffUntil" IS NOT NULL`,
  },
  {
    name: "hakuna_shops_failing",
    help: "Shops of whose sync a step failed three times in a row or more",
    // returns that a shop does not let the app see hold nothing up, and its merchant is told
    sql: `SELECT count(*)::float8 AS value FROM "Shop"
      WHERE "failing" <> '{}'
        AND jsonb_path_exists("failing" - 'returns', '$.*.failures ? (@ >= 3)')`,
  },
  {
    name: "hakuna_shops_polls_failing",
    help: "Shops whose processing statuses could not be read three times in a row or more",
    sql: `SELECT count(*)::float8 AS value FROM "Shop" WHERE "pollFailures" >= 3`,
  },
  {
    name: "hakuna_orders_differing_again",
    help: "Orders of which proofs found a difference more than once, and that do not agree since",
    sql: `SELECT count(*)::float8 AS value FROM "OrderDifference"
      WHERE "times" >= 2 AND "agreedAt" IS NULL`,
  },
  {
    name: "hakuna_holds",
    help: "Shops whose delivery an operator holds back; the whole feed counts as one",
    sql: `SELECT count(*)::float8 AS value FROM "Hold"`,
  },
  {
    name: "hakuna_inbox_unfolded",
    help: "Webhooks that are stored but not folded yet",
    sql: `SELECT count(*)::float8 AS value FROM "InboxWebhook"
      WHERE "foldedAt" IS NULL AND "quarantinedAt" IS NULL`,
  },
  {
    name: "hakuna_inbox_oldest_seconds",
    help: "Age of the oldest webhook that is not folded yet",
    sql: `SELECT coalesce(extract(epoch FROM now() - min("receivedAt")), 0)::float8 AS value
      FROM "InboxWebhook" WHERE "foldedAt" IS NULL AND "quarantinedAt" IS NULL`,
  },
  {
    name: "hakuna_inbox_quarantined",
    help: "Webhooks that could not be folded",
    sql: `SELECT count(*)::float8 AS value FROM "InboxWebhook" WHERE "quarantinedAt" IS NOT NULL`,
  },
];

/**
 * A review has a place in the shop's orders and no time: how long one has stood still is told by what
 * this process saw before. One that gets on has another place each time.
 */
const reviewsSql = `SELECT concat_ws(' ', "domain", "reviewAfter") AS place FROM "Shop"
  WHERE "reviewAfter" IS NOT NULL AND "uninstalledAt" IS NULL AND "eraseAt" IS NULL`;

/**
 * @returns is told what there is, each by its name, and when (milliseconds); answers for how many
 *   seconds the oldest has been there, 0 where there is none
 */
function oldestSeen(): (names: readonly string[], now: number) => number {
  let since = new Map<string, number>();
  return (names, now) => {
    since = new Map(names.map((name) => [name, since.get(name) ?? now]));
    return (now - Math.min(now, ...since.values())) / 1000;
  };
}

/**
 * Adds what the tables say. Every process answers the same but for a review's age, so a query takes
 * the maximum over processes. While the database does not answer, `hakuna_database_up` is 0 and the others are absent.
 *
 * @param answerMs how long their answer is waited for
 * @returns reads the tables; to be awaited before the registry is
 */
export function addDatabaseMetrics(
  registry: Registry,
  pool: pg.Pool,
  log: Logger,
  answerMs: number,
): () => Promise<void> {
  const registers = [registry];
  const gauges = figures.map(({ name, help, label, sql }) => ({
    gauge: new Gauge({ name, help, labelNames: label ? [label] : [], registers }),
    label,
    sql,
  }));
  const otherWork = gauges.find(({ label }) => label === "work")?.gauge;
  const oldestReview = oldestSeen();
  const up = new Gauge({
    name: "hakuna_database_up",
    help: "Whether the database answered just now",
    registers,
  });
  return async () => {
    try {
      const ask = <Row extends pg.QueryResultRow>(text: string) => {
        const query = { text, query_timeout: answerMs };
        return pool.query<Row>(query);
      };
      const asked = Promise.all([
        ask<{ place: string }>(reviewsSql),
        ...gauges.map(({ sql }) => ask<{ label: string; value: number }>(sql)),
      ]);
      const [reviews, ...answers] = await withinTime(asked, answerMs, "Reading the tables");
      gauges.forEach(({ gauge, label }, index) => {
        gauge.reset();
        for (const row of answers[index]?.rows ?? []) {
          if (label) gauge.set({ [label]: row.label }, row.value);
          else gauge.set(row.value);
        }
      });
      const places = reviews.rows.map(({ place }) => place);
      otherWork?.set({ work: "review" }, oldestReview(places, performance.now()));
      up.set(1);
    } catch (err) {
      for (const { gauge, label } of gauges) label ? gauge.reset() : gauge.remove();
      up.set(0);
      log.warn({ err }, "the database did not answer for /metrics");
    }
  };
}
