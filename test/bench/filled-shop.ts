import type pg from "pg";
import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import type { Stage } from "./stage.ts";
import { stageClient } from "./stage-client.ts";

const sample = "sample.myshopify.com";
const sampleSize = 240;

/** Lets the app itself take in and send the orders that `fillShop` copies. */
export async function liveSample(stage: Stage): Promise<void> {
  const { rows } = await stage.pool.query(`SELECT 1 FROM "Shop" WHERE "domain" = $1`, [sample]);
  if (rows.length > 0) return;
  const server = await stage.start("app/server.ts", { WORKER: "on" });
  const client = stageClient(stage, server);
  await client.connect(sample);
  const manner = { shop: sample, currency: "EUR", bigIds: true };
  const lives = Array.from({ length: sampleSize }, (_, seed) =>
    liveOrder(manner, seed, 1_790_000_000_000 + seed * 60_000),
  );
  await client.send(lives.flat());
  await client.quiet();
  await client.close();
  await server.process.stop();
}

/**
 * Fills a shop with copies of the sample's rows and documents, a minute apart, the newest of them
 * now. A few wait to be sent, are refused or cannot be mapped.
 *
 * @param eventsPerOrder rows of the timeline
 */
export async function fillShop(
  pool: pg.Pool,
  shop: string,
  { orders, eventsPerOrder = 0 }: { orders: number; eventsPerOrder?: number },
): Promise<void> {
  await pool.query(
    `INSERT INTO "Shop" ("domain", "connection", "testedAt", "lastAcceptedAt", "guideDismissedAt",
                         "timeZone", "country", "factsReadAt", "installedAt")
     VALUES ($1, 'connected', now(), now(), now(), 'Europe/Berlin', 'de', now(),
             now() - interval '3 years')`,
    [shop],
  );
  const id = `(6000000000000 + n)::text`;
  const at = `now() - (${orders} - n) * interval '1 minute'`;
  await copyRows(pool, "Order", "id", orders, {
    shop: `'${shop}'`,
    id,
    name: `'#' || (1000 + n)`,
    placedAt: at,
    createdAt: at,
    changedAt: at,
    status: `(CASE WHEN n % 4999 = 0 THEN 'pending' WHEN n % 997 = 0 THEN 'rejected'
                   WHEN n % 1999 = 0 THEN 'blocked' ELSE s."status"::text END)::"OrderStatus"`,
    statusReason: `CASE WHEN n % 997 = 0 THEN 'price must be positive' ELSE s."statusReason" END`,
    needsAttention: `s."needsAttention" OR n % 997 = 0 OR n % 1999 = 0`,
    dueAt: `CASE WHEN n % 4999 = 0 THEN now() END`,
  });
  await copyRows(pool, "OrderDocument", "orderId", orders, {
    shop: `'${shop}'`,
    orderId: id,
    lastPayload: "NULL",
  });
  await pool.query(
    `INSERT INTO "TimelineEvent" ("shop", "orderId", "source", "at", "kind", "detail")
     SELECT $1, ${id}, 'webhook:' || gen_random_uuid(), ${at}, 'webhook', '{"topic": "orders/updated"}'
       FROM generate_series(1, ${orders}) AS n, generate_series(1, ${eventsPerOrder})`,
    [shop],
  );
  await pool.query(
    `INSERT INTO "OrderCount" ("shop", "status", "count", "attention")
     SELECT "shop", "status", count(*), count(*) FILTER (WHERE "needsAttention")
       FROM "Order" WHERE "shop" = $1 GROUP BY 1, 2`,
    [shop],
  );
  await pool.query(
    `INSERT INTO "ShopDay" ("shop", "day", "sent", "failed", "plans")
     SELECT $1, current_date - n, 1400 - n, n % 7, 900 FROM generate_series(0, 60) AS n`,
    [shop],
  );
  await fillSales(pool, shop);
  await pool.query("ANALYZE");
}

/** Two years of figures, with three hundred products a day. */
async function fillSales(pool: pg.Pool, shop: string): Promise<void> {
  const keys = {
    product: `SELECT (7000000000000 + n * 7)::text FROM generate_series(1, 300) AS n`,
    term: `VALUES ('12'), ('24'), ('36')`,
    country: `VALUES ('de'), ('at'), ('nl'), ('fr')`,
  };
  const days = `SELECT current_date - n FROM generate_series(0, 729) AS n`;
  const months = `SELECT (date_trunc('month', now()) - n * interval '1 month')::date
                    FROM generate_series(0, 23) AS n`;
  const rows = [
    ["day", "all", "VALUES ('')", days],
    ...Object.entries(keys).map(([kind, of]) => ["day", kind, of, days]),
    ...Object.entries(keys).map(([kind, of]) => ["month", kind, of, months]),
  ];
  for (const [span, kind, of, dates] of rows) {
    await pool.query(
      `INSERT INTO "SaleCount" ("shop", "span", "kind", "day", "key", "currency", "title", "orders",
              "protected", "units", "plans", "refunded", "value", "returned")
       SELECT $1, $2, $3, "day", "key", 'EUR', 'Bike ' || "key", 1400, 300, 5, 2, 1, 9900, 4950
         FROM (${dates}) AS dates("day"), (${of}) AS keys("key")`,
      [shop, span, kind],
    );
  }
}

/** Copies the sample's rows in turns; `values`: SQL for columns that differ, by `n` and `s`. */
async function copyRows(
  pool: pg.Pool,
  table: string,
  key: string,
  count: number,
  values: Record<string, string>,
): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
      WHERE table_name = $1 AND table_schema = current_schema()`,
    [table],
  );
  const columns = rows.map(({ name }) => name);
  await pool.query(
    `WITH s AS (
       SELECT *, row_number() OVER (ORDER BY "${key}") - 1 AS turn
         FROM "${table}" WHERE "shop" = $1)
     INSERT INTO "${table}" (${columns.map((name) => `"${name}"`).join(", ")})
     SELECT ${columns.map((name) => values[name] ?? `s."${name}"`).join(", ")}
       FROM generate_series(1, ${count}) AS n
       JOIN s ON s.turn = n % (SELECT count(*) FROM "${table}" WHERE "shop" = $1)`,
    [sample],
  );
}
