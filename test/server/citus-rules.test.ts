import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Catalog, readCatalog } from "#test/sql/catalog.ts";
import { breachesIn } from "#test/sql/check-statement.ts";
import { createDatabase } from "#test/world/shared-postgres.ts";

const database = await createDatabase();
const client = new pg.Client({ connectionString: database.url });
let catalog: Catalog;

beforeAll(async () => {
  await client.connect();
  catalog = await readCatalog(client);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const breaches = (sql: string) => breachesIn(client, catalog, sql);

const returning = "a function that is not immutable in RETURNING";
const lazy = "a function that is not immutable in CASE or COALESCE";
const conflict = "a function that is not immutable in DO UPDATE";
const ofColumn = "a stable function of a column in SET or WHERE of a modification";
const volatile = "a volatile function in a modification";
const without = (table: string) =>
  `${table} without its shop in a modification, or in what locks rows`;

test("a list of any length is looked at as one parameter", async () => {
  const list = Array.from({ length: 150 }, (_, at) => `$${at + 2}`).join(",");
  expect(
    await breaches(`SELECT "id" FROM "Order" WHERE "shop" = $1 AND "id" IN (${list})`),
  ).toEqual([]);
});

describe("statements that a Citus refused", () => {
  test.each([
    [
      "the step of a run that answered what it decided by its time",
      `UPDATE "Shop" SET "leaseUntil" = now() + $3 * interval '1 millisecond'
        WHERE "domain" = $1 AND "leaseToken" = $2 AND "leaseUntil" > now()
        RETURNING "domain", coalesce("pollAfter" > now(), false) AS "pollsRest",
          floor(extract(epoch FROM now()) * 1000)::float8 AS "now"`,
      [returning],
    ],
    [
      "the scan that was taken, with its times as numbers",
      `UPDATE "OrderScan" c SET "leaseToken" = $2, "leaseUntil" = now() + $3 * interval '1 millisecond'
        WHERE c."shop" = $1 AND c."kind" = (
            SELECT c."kind" FROM "OrderScan" c JOIN "Shop" s ON s."domain" = c."shop"
             WHERE c."shop" = $1 AND c."dueAt" <= now() ORDER BY c."kind" LIMIT 1)
        RETURNING c."shop", (extract(epoch FROM c."startedAt") * 1000)::float8 AS "startedAt"`,
      [returning],
    ],
    [
      "Prisma's own, which answers each enum as text",
      `UPDATE "public"."Shop" SET "blockSeenAt" = $1 WHERE ("public"."Shop"."domain" = $2 AND 1=1)
        RETURNING "public"."Shop"."domain", "public"."Shop"."environment"::text`,
      [returning],
    ],
    [
      "the note of an install",
      `UPDATE "Shop" SET "installSeenAt" = $2,
          "installedAt" = CASE WHEN "installedAt" IS NULL AND "connection" = 'none'
            THEN least("createdAt", $2) - $3 * interval '1 millisecond' ELSE "installedAt" END
        WHERE "domain" = $1`,
      // the subtraction of an interval is stable, and here it is a column's as well
      [lazy, ofColumn],
    ],
    [
      "the note of an uninstall",
      `UPDATE "Shop" SET "uninstalledAt" = coalesce("uninstalledAt", $2),
          "connectionSince" = CASE WHEN "connection" = 'none' THEN "connectionSince" ELSE now() END
        WHERE "domain" = $1 AND coalesce(greatest("installedAt", "installSeenAt") <= $2, true)`,
      [lazy],
    ],
    [
      "the note of shop/redact",
      `UPDATE "Shop" SET "eraseAt" = $2 WHERE "domain" = $1 AND coalesce("installSeenAt" <= $2, true)
          AND coalesce("uninstalledAt" IS NOT NULL
            OR "reinstalledAt" <= $2::timestamptz - $3 * interval '1 millisecond', true)`,
      [lazy],
    ],
    [
      "the back-off of a shop",
      `UPDATE "Shop" SET "backoffCount" = least("backoffCount" + 1, 30), "backoffReason" = $2,
          "backoffSince" = coalesce("backoffSince", now()),
          "backoffUntil" = now() + $3 * interval '1 millisecond'
        WHERE "domain" = $1`,
      [lazy],
    ],
    [
      "a webhook's failure",
      `UPDATE "InboxWebhook" SET "error" = $3, "quarantinedAt" = CASE WHEN $4 THEN now() END
        WHERE "shop" = $1 AND "webhookId" = $2`,
      [lazy],
    ],
    [
      "a scan's pause",
      `UPDATE "OrderScan" SET "pausedReason" = $4,
          "pausedSince" = CASE WHEN $4::text IS NOT NULL THEN coalesce("pausedSince", now()) END
        WHERE "shop" = $1 AND "kind" = $2::"ScanKind" AND "leaseToken" = $3`,
      [lazy],
    ],
    [
      "a webhook that could not be read, of an erased customer",
      `UPDATE "InboxWebhook" SET "payload" = NULL, "quarantinedAt" = coalesce("quarantinedAt", now())
        WHERE "shop" = $1 AND "webhookId" = $2`,
      [lazy],
    ],
    [
      "Hakuna's words in a timeline",
      `UPDATE "OrderEvent" e SET "detail" = jsonb_set(e."detail", '{reason}', to_jsonb(r."reason"))
         FROM jsonb_to_recordset($2::jsonb) AS r("orderId" text, "source" text, "reason" text)
        WHERE e."shop" = $1 AND e."orderId" = r."orderId" AND e."source" = r."source"`,
      [ofColumn],
    ],
    [
      "the beginning of a reconciliation",
      `INSERT INTO "OrderScan" AS c ("shop", "kind", "dueAt", "running", "startedAt", "bound", "reached")
       SELECT s."domain", 'reconciliation', now(), true, to_timestamp($2 / 1000.0), s."createdAt", s."createdAt"
         FROM "Shop" s WHERE s."domain" = $1
       ON CONFLICT ("shop", "kind") DO UPDATE SET "dueAt" = now(), "running" = true`,
      [conflict],
    ],
    [
      "the beginning of an import",
      `INSERT INTO "OrderScan" AS c ("shop", "kind", "dueAt", "running", "startedAt")
       VALUES ($1, 'import', now(), true, to_timestamp($2 / 1000.0))
       ON CONFLICT ("shop", "kind") DO UPDATE SET "dueAt" = now(), "running" = true`,
      [conflict],
    ],
    [
      "what is deleted in bounded parts",
      `DELETE FROM "InboxWebhook" WHERE ctid = ANY(ARRAY(
         SELECT ctid FROM "InboxWebhook" WHERE "shop" = $1 AND "receivedAt" < $2 LIMIT 5000))`,
      [without("InboxWebhook")],
    ],
    [
      "the row of a look for products, locked beside the job that only the row names a shop for",
      `SELECT "products" > $2 OR EXISTS (
           SELECT 1 FROM "PlanJob" j WHERE j."shop" = c."shop" AND j."id" = c."jobId") AS "isFresh"
         FROM "PlanCoverage" c WHERE c."shop" = $1 FOR UPDATE OF c`,
      [without("PlanJob")],
    ],
    [
      "what compares one thing with several: each of them became NULL, no boolean for a number",
      `UPDATE "Order" SET "revision" = CASE "revision" % 3 WHEN 0 THEN $2::int ELSE 0 END WHERE "shop" = $1`,
      ["CASE x WHEN y in a modification"],
    ],
  ])("%s", async (_what, sql, expected) => {
    expect(await breaches(sql)).toEqual(expected);
  });
});

describe("what else Citus refuses, or would ask every node for", () => {
  test.each([
    ["a change of every shop", `UPDATE "Shop" SET "paused" = true`, [without("Shop")]],
    [
      "a shop that only a subquery names",
      `UPDATE "Shop" SET "failing" = '{}' WHERE "domain" IN (
         SELECT "domain" FROM "Shop" WHERE "failing" <> '{}' FOR NO KEY UPDATE SKIP LOCKED)`,
      [without("Shop")],
    ],
    [
      "a shop that only the outer part names",
      `UPDATE "Order" SET "readAt" = $2 WHERE "shop" = $1 AND "id" IN (
         SELECT "id" FROM "Order" WHERE "reasonCode" = 'no_session')`,
      [without("Order")],
    ],
    [
      "a deletion by another table",
      `DELETE FROM "PlanJobProduct" p USING "PlanJob" j
        WHERE j."shop" = p."shop" AND j."id" = p."jobId" AND j."finishedAt" < $1`,
      [without("PlanJobProduct"), without("PlanJob")],
    ],
    [
      "a lock of rows of several shops",
      `SELECT "id" FROM "Order" WHERE "dueAt" < $1 FOR UPDATE`,
      [without("Order")],
    ],
    [
      "a join by another column",
      `SELECT o."id" FROM "Order" o JOIN "OrderDocument" d ON d."orderId" = o."id"`,
      [
        "Order beside another table, and not by the shop",
        "OrderDocument beside another table, and not by the shop",
      ],
    ],
    [
      "a subquery over all shops",
      `SELECT s."domain" FROM "Shop" s WHERE EXISTS (SELECT 1 FROM "Order" o WHERE o."dueAt" < $1)`,
      ["Order beside another table, and not by the shop"],
    ],
    [
      "a volatile function",
      `UPDATE "Shop" SET "leaseToken" = gen_random_uuid()::text WHERE "domain" = $1`,
      [volatile],
    ],
    [
      "a subquery among values",
      `INSERT INTO "Shop" ("domain", "country") VALUES ($1, (SELECT 'de'))`,
      ["a subquery among the values of an INSERT"],
    ],
    [
      "a row without its shop",
      `INSERT INTO "Shop" ("domain") VALUES (lower($1))`,
      ["a row of Shop that does not name its shop"],
    ],
    [
      "a row that moves to another shop",
      `INSERT INTO "ShopDay" ("shop", "day") VALUES ($1, $2)
       ON CONFLICT ("shop", "day") DO UPDATE SET "shop" = $1`,
      ["the shop of a row of ShopDay is changed"],
    ],
    [
      "a table of the coordinator beside one of the nodes",
      `SELECT s."domain" FROM "Shop" s JOIN "Session" c ON c."shop" = s."domain"`,
      ["Session stays on the coordinator, and is read beside what does not"],
    ],
    [
      "a subquery for each row of what was read from all nodes first: a CTE that is named twice",
      `WITH "open" AS (SELECT * FROM "Shop" WHERE "uninstalledAt" IS NULL)
       SELECT 'read', (SELECT min(o."readAt") FROM "Order" o WHERE o."shop" = s."domain") FROM "open" s
       UNION ALL SELECT 'shop', s."blockSeenAt" FROM "open" s`,
      ["Order in a subquery for each row of what is no shop's own table"],
    ],
    [
      "a subquery for each row of a table that is on every node",
      `SELECT h."shop", (SELECT s."paused" FROM "Shop" s WHERE s."domain" = h."shop") FROM "Hold" h`,
      ["Shop in a subquery for each row of what is no shop's own table"],
    ],
    [
      "a subquery for each row of a list",
      `SELECT one FROM unnest($1::text[]) one WHERE EXISTS (SELECT 1 FROM "Shop" s WHERE s."domain" = one)`,
      ["Shop in a subquery for each row of what is no shop's own table"],
    ],
    [
      "a table of the coordinator in a subquery",
      `SELECT s."domain" FROM "Shop" s WHERE EXISTS (SELECT 1 FROM "Session" c WHERE c."shop" = s."domain")`,
      ["Session stays on the coordinator, and is read beside what does not"],
    ],
    [
      "a limit that a subquery tells, over all shops",
      `SELECT "id" FROM "Order" WHERE "dueAt" < $1 ORDER BY "dueAt" LIMIT (SELECT 5::int)`,
      ["a subquery in LIMIT over all shops"],
    ],
    [
      "a row that is moved to another shop",
      `UPDATE "Order" SET "shop" = $2 WHERE "shop" = $1`,
      ["the shop of a row of Order is changed"],
    ],
    [
      "a row of one shop by a row of another",
      `UPDATE "Order" o SET "readAt" = NULL FROM "Shop" s WHERE o."shop" = $1 AND s."domain" = $2`,
      ["several shops in a modification, or in what locks rows"],
    ],
    [
      "a subquery in DO UPDATE",
      `INSERT INTO "OrderScan" ("shop", "kind", "dueAt") VALUES ($1, 'import', $2)
       ON CONFLICT ("shop", "kind") DO UPDATE SET "dueAt" = (SELECT s."createdAt" FROM "Shop" s WHERE s."domain" = $1)`,
      ["a subquery among the values of an INSERT"],
    ],
    [
      "a CTE before values",
      `WITH one AS (SELECT 1) INSERT INTO "ShopDay" ("shop", "day") VALUES ($1, $2)`,
      ["a CTE before the values of an INSERT"],
    ],
    [
      "a table of PostgreSQL's own beside one of the nodes",
      `SELECT 1 FROM "Shop" WHERE "timeZone" NOT IN (SELECT collname::text FROM pg_collation)`,
      [],
    ],
    [
      "a recursive query over all shops",
      `WITH RECURSIVE later("at") AS (SELECT min("dueAt") FROM "Order" UNION ALL
         SELECT (SELECT min(o."dueAt") FROM "Order" o WHERE o."dueAt" > later."at") FROM later WHERE "at" IS NOT NULL)
       SELECT "at" FROM later`,
      ["a recursive query over all shops"],
    ],
    [
      "sums of several kinds at once, over all shops",
      `SELECT "status", "isTest", count(*) FROM "Order" GROUP BY ROLLUP ("status", "isTest")`,
      ["grouping sets over all shops"],
    ],
    [
      "a row that is on every node, by what shops' tables say",
      `DELETE FROM "Hold" WHERE "shop" IN (SELECT "domain" FROM "Shop" WHERE "uninstalledAt" < $1)`,
      ["Hold is on every node, and changed by what a shop's table says"],
    ],
    ["what no rule knows", `TRUNCATE "Shop"`, ["TruncateStmt is of a kind that no rule knows"]],
    [
      "a subquery for each row of one shop that is not told which",
      `SELECT o."id", (SELECT count(*) FROM "TimelineEvent" e
                        WHERE e."shop" = o."shop" AND e."orderId" = o."id") AS "events"
         FROM "Order" o WHERE o."shop" = $1`,
      ["TimelineEvent of one shop, asked of every node: it is told so around it alone"],
    ],
    [
      "the same in a condition that PostgreSQL makes no join of",
      `UPDATE "Order" o SET "revision" = 2 WHERE o."shop" = $1 AND (o."revision" = 1 OR EXISTS (
           SELECT 1 FROM "TimelineEvent" e WHERE e."shop" = o."shop" AND e."orderId" = o."id"))`,
      [without("TimelineEvent")],
    ],
    [
      "how long the oldest waits, which a node's clock ahead of the coordinator's made less than nothing",
      `SELECT extract(epoch FROM now() - min(least("dueAt", now()))) FROM "Order"`,
      ["an aggregate of a time of each node, over all shops"],
    ],
  ])("%s", async (_what, sql, expected) => {
    expect(await breaches(sql)).toEqual(expected);
  });
});

describe("what it takes", () => {
  test.each([
    [
      "times as parameters",
      `UPDATE "Shop" SET "backoffSince" = coalesce("backoffSince", $2) WHERE "domain" = $1`,
    ],
    [
      "the coordinator's time in SET",
      `UPDATE "Shop" SET "leaseUntil" = now() + $2 * interval '1 second' WHERE "domain" = $1`,
    ],
    [
      "its time in a new row, and that row's in DO UPDATE",
      `INSERT INTO "OrderScan" ("shop", "kind", "dueAt") VALUES ($1, 'import', now()) ON CONFLICT ("shop", "kind") DO UPDATE SET "dueAt" = EXCLUDED."dueAt"`,
    ],
    [
      "rows of several shops, each named",
      `INSERT INTO "Shop" ("domain", "country") VALUES ($1, $2), ($3, $4)`,
    ],
    [
      "a subquery that names the shop as well",
      `DELETE FROM "Order" WHERE "shop" = $1 AND ctid = ANY(ARRAY(SELECT ctid FROM "Order" WHERE "shop" = $1 LIMIT 5))`,
    ],
    [
      "a table that is joined by the shop",
      `UPDATE "PlanJobProduct" p SET "state" = 'done' FROM "PlanJob" j WHERE p."shop" = $1 AND j."shop" = p."shop" AND j."id" = p."jobId"`,
    ],
    [
      "shop by shop over all of them",
      `SELECT s."domain" FROM "Shop" s WHERE EXISTS (SELECT 1 FROM "Order" o WHERE o."shop" = s."domain" AND o."dueAt" < $1)`,
    ],
    [
      "a subquery for each shop of a CTE that is named once",
      `WITH "open" AS (SELECT * FROM "Shop" WHERE "uninstalledAt" IS NULL)
       SELECT (SELECT min(o."readAt") FROM "Order" o WHERE o."shop" = s."domain") FROM "open" s`,
    ],
    [
      "a subquery of its own beside a list",
      `SELECT one FROM unnest($1::text[]) one WHERE one > (SELECT max("domain") FROM "Shop")`,
    ],
    [
      "a limit that a subquery tells, of one shop",
      `SELECT "id" FROM "Order" WHERE "shop" = $1 ORDER BY "id" LIMIT (SELECT 5::int)`,
    ],
    [
      "a table that is on every node",
      `SELECT s."domain" FROM "Shop" s WHERE NOT EXISTS (SELECT 1 FROM "Hold" h WHERE h."shop" IN (s."domain", '*'))`,
    ],
    [
      "a recursive query, and sums of several kinds, of one shop",
      `WITH RECURSIVE later("at") AS (SELECT min("dueAt") FROM "Order" WHERE "shop" = $1 UNION ALL
         SELECT (SELECT min(o."dueAt") FROM "Order" o WHERE o."shop" = $1 AND o."dueAt" > later."at")
           FROM later WHERE "at" IS NOT NULL)
       SELECT "at", count(*) FROM later GROUP BY ROLLUP ("at")`,
    ],
    [
      "the lock of one shop's row",
      `SELECT "domain" FROM "Shop" WHERE "domain" = $1 FOR NO KEY UPDATE`,
    ],
    [
      "what stays on the coordinator",
      `UPDATE "Session" SET "accessToken" = '' WHERE "id" = $1 RETURNING "expires"::text`,
    ],
    [
      "a transaction's beginning, with its time",
      `BEGIN; SELECT floor(extract(epoch FROM now()) * 1000)::float8 AS now`,
    ],
    [
      "a subquery that PostgreSQL makes a join of, told its shop by the query around it",
      `UPDATE "Order" o SET "revision" = 2 WHERE o."shop" = $1 AND NOT EXISTS (
           SELECT 1 FROM "TimelineEvent" e WHERE e."shop" = o."shop" AND e."orderId" = o."id")`,
    ],
    [
      "the same by conditions",
      `UPDATE "Order" SET "revision" = CASE WHEN "revision" % 3 = 0 THEN $2::int ELSE 0 END WHERE "shop" = $1`,
    ],
    [
      "how long the oldest waits, by the coordinator's clock",
      `SELECT extract(epoch FROM now() - least(min("dueAt"), now())) FROM "Order"`,
    ],
  ])("%s", async (_what, sql) => {
    expect(await breaches(sql)).toEqual([]);
  });
});
