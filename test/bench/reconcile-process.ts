// The process that reconcile.ts measures: the app's own scan, over an Admin API that answers at once.
import pg from "pg";
import { readConfig } from "#app/foundation/config.server.ts";
import { openDoor } from "#app/foundation/give-way.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { createMetrics } from "#app/foundation/metrics.server.ts";
import { createSecretBox } from "#app/foundation/secrets.server.ts";
import { createTracing } from "#app/foundation/tracing.server.ts";
import { scanShop } from "#app/scan/scan.ts";
import { beginReconciliation } from "#app/scan/scan-runs.ts";
import type { AdminAccess } from "#app/shopify/access/admin-api.ts";
import { listSizes } from "#app/shopify/orders/order-list-query.ts";
import { createOrderPages } from "#app/shopify/orders/order-pages.ts";
import { connectShop } from "#app/shops/connect.ts";
import { orderMoments } from "#test/simulator/shopify/order-life.ts";
import type { SimulatedOrder } from "#test/simulator/shopify/simulated-order.ts";
import { listedOrder } from "./listed-order.ts";
import type { Reconciled } from "./reconcile.ts";

const shop = "reconcile-bench.myshopify.com";
const wanted = 20_000;
const startedAt = Date.now() - 5 * 86_400_000;

/** Orders of many kinds as the Admin API writes them; each page has them under ids of its own. */
const kinds = Array.from({ length: 200 }, (_, seed) => {
  const moments = orderMoments({ shop, currency: "EUR", bigIds: true }, seed, startedAt);
  return moments.flatMap(({ order }) => (fitsPage(order) ? [order] : [])).at(-1);
}).flatMap((order) => (order ? [JSON.stringify(listedOrder(order))] : []));

/** Larger ones are read one by one, at the speed of Shopify's answers. */
function fitsPage({ lines, fulfillments, refunds }: SimulatedOrder): boolean {
  const { units, parts } = listSizes;
  return (
    lines.length <= listSizes.lines &&
    fulfillments.length <= parts &&
    refunds.length < parts &&
    [...fulfillments, ...refunds].every((part) => part.units.length <= units)
  );
}

function pageText(after: string | null): string {
  const from = Number(after ?? 0);
  const count = Math.min(listSizes.orders, wanted - from);
  const nodes = Array.from({ length: count }, (_, index) => {
    const place = from + index;
    const at = new Date(startedAt + place * 1000).toISOString().slice(0, 19);
    return (kinds[place % kinds.length] ?? "")
      .replace(/gid:\/\/shopify\/Order\/\d+/, `gid://shopify/Order/${5_000_000_000_000 + place}`)
      .replace(/"updatedAt":"[^"]+"/, `"updatedAt":"${at}Z"`);
  });
  const hasNextPage = from + count < wanted;
  const pageInfo = JSON.stringify({ hasNextPage, endCursor: String(from + count) });
  return `{"data":{"orders":{"nodes":[${nodes.join(",")}],"pageInfo":${pageInfo}}},"headers":{"date":"${new Date().toUTCString()}"}}`;
}

const access: AdminAccess = {
  unauthenticated: {
    admin: async () => ({
      admin: {
        graphql: async (_query, { variables }) => {
          // the narrower list that follows has nothing new
          const isFirst = variables.search === firstSearch || firstSearch === null;
          firstSearch ??= variables.search;
          const text = isFirst ? pageText(variables.after as string | null) : emptyPage();
          return { json: async () => JSON.parse(text) };
        },
      },
    }),
  },
};
let firstSearch: unknown = null;
const emptyPage = () =>
  `{"data":{"orders":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}}},"headers":{"date":"${new Date().toUTCString()}"}}`;

const config = readConfig(process.env);
const log = createLog("warn");
const pool = new pg.Pool({ connectionString: config.DATABASE_URL, max: 4 });
const secrets = createSecretBox({ current: config.ENCRYPTION_KEY, previous: [] });
const refuse = () => {
  throw new Error("Nothing is sent here.");
};

try {
  await connectShop(
    { pool, secrets },
    { shop, environment: "sandbox", apiKey: "k", country: "de" },
  );
  await pool.query(`UPDATE "Shop" SET "paused" = true WHERE "domain" = $1`, [shop]);
  const since = startedAt - 1000;
  await beginReconciliation(pool, shop, {
    now: Date.now(),
    overlapMs: config.scan.overlapMs,
    since,
  });
  const context = {
    ...{ pool, config, log, secrets, door: openDoor(), now: Date.now },
    ...{ metrics: createMetrics(), tracing: await createTracing(config) },
    ending: new AbortController().signal,
    feed: { send: refuse, processingStatus: refuse, testConnection: refuse, close: async () => {} },
    readOrder: async () => ({ kind: "not_found" }) as const,
    orderPages: createOrderPages(access),
    wake: async () => {},
  };
  const begun = performance.now();
  let halfwayMb = 0;
  let peakMb = 0;
  const watch = setInterval(async () => {
    const rss = process.memoryUsage().rss / 2 ** 20;
    peakMb = Math.max(peakMb, rss);
    const { rows } = await pool.query(`SELECT "read" FROM "OrderScan" WHERE "shop" = $1`, [shop]);
    if (Number(rows[0]?.read) < wanted / 2) halfwayMb = peakMb;
  }, 100);
  for (;;) {
    await scanShop(context, shop);
    const { rows } = await pool.query(
      `SELECT "running", "read" FROM "OrderScan" WHERE "shop" = $1`,
      [shop],
    );
    if (!rows[0]?.running) break;
  }
  clearInterval(watch);
  const seconds = (performance.now() - begun) / 1000;
  const { rows } = await pool.query(
    `SELECT count(*)::int AS count FROM "Order" WHERE "shop" = $1`,
    [shop],
  );
  if (rows[0].count !== wanted) throw new Error(`${rows[0].count} orders are there.`);
  const result: Reconciled = { ordersPerSecond: wanted / seconds, peakMb, halfwayMb };
  console.log(`reconciled ${JSON.stringify(result)}`);
} catch (error) {
  console.log("failed", error);
} finally {
  await pool.end();
}
