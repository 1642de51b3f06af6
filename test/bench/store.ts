import { liveOrder } from "#test/simulator/shopify/order-life.ts";
import { below, type Figure, plain } from "./figures.ts";
import type { Stage } from "./stage.ts";
import { stageClient } from "./stage-client.ts";

const shop = "store.myshopify.com";
const orders = 500;

/**
 * What an order leaves in the database, each of its webhooks folded and sent by itself, as where they
 * come minutes apart: rows and bytes of its timeline, and of all tables, with their indexes.
 */
export async function measureStore(stage: Stage): Promise<Figure[]> {
  const before = await stored(stage);
  const server = await stage.start("app/server.ts", { WORKER: "on" });
  const client = stageClient(stage, server);
  await client.connect(shop);
  const manner = { shop, currency: "EUR", bigIds: true };
  const lives = Array.from({ length: orders }, (_, seed) =>
    liveOrder(manner, seed, 1_790_000_000_000 + seed * 60_000),
  );
  const longest = Math.max(...lives.map(({ length }) => length));
  for (let moment = 0; moment < longest; moment += 1) {
    await client.send(lives.flatMap((life) => life[moment] ?? []));
    await client.quiet();
  }
  await client.close();
  await server.process.stop();
  const after = await stored(stage);
  const perOrder = (name: keyof typeof after) => (after[name] - before[name]) / orders;
  return [
    plain("store.webhooks_per_order", lives.flat().length / orders, ""),
    below("store.timeline_rows_per_order", perOrder("timelineRows"), "", 6),
    below("store.timeline_kb_per_order", perOrder("timelineBytes") / 1000, "kB", 2),
    plain("store.kb_per_order", perOrder("bytes") / 1000, "kB"),
  ];
}

/** Of all shops; what was deleted or written anew takes no place. */
async function stored({ pool }: Stage) {
  await pool.query("VACUUM FULL");
  const { rows } = await pool.query<Record<"timelineRows" | "timelineBytes" | "bytes", number>>(
    `SELECT (SELECT count(*) FROM "TimelineEvent")::float8 AS "timelineRows",
            sum(pg_total_relation_size("oid")) FILTER (WHERE "relname" LIKE 'TimelineEvent%')::float8
              AS "timelineBytes",
            sum(pg_total_relation_size("oid"))::float8 AS "bytes"
       FROM pg_class WHERE "relkind" = 'r' AND "relnamespace" = 'public'::regnamespace`,
  );
  const [sizes] = rows;
  if (!sizes) throw new Error("The sizes of the tables are not known.");
  return sizes;
}
