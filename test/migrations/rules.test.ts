import { expect, it } from "vitest";
import { breachesOf } from "./rules.ts";

it.each([
  'DROP TABLE "Order"',
  'DROP INDEX "Order_due"',
  'DROP TYPE "Share"',
  'ALTER TABLE "Order" DROP COLUMN "name"',
  'alter table "Order" add column "a" text, drop column if exists "b" cascade',
  'ALTER TABLE "Order" RENAME COLUMN "name" TO "title"',
  'ALTER TABLE "Order" RENAME TO "Orders"',
  'ALTER TABLE "Order" ALTER COLUMN "name" TYPE VARCHAR(10)',
  'ALTER TABLE "Order" ALTER COLUMN "name" SET NOT NULL',
  'ALTER TABLE "Order" ADD COLUMN "a" TEXT NOT NULL',
  'ALTER TABLE "Order" ADD CONSTRAINT "c" CHECK ("revision" >= 0)',
  'CREATE INDEX "i" ON "Order" ("name")',
  'TRUNCATE "Order"',
  'DELETE FROM "Order"',
  'UPDATE "Order" SET "name" = NULL',
  "ALTER TYPE \"Share\" RENAME VALUE 'all' TO 'every'",
  "CREATE OR REPLACE FUNCTION \"f\"() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  "DO $$ BEGIN EXECUTE 'DROP TABLE \"Order\"'; END $$",
  'LOCK TABLE "Order"',
  "SET lock_timeout = 0",
  "COMMIT",
  'CLUSTER "Order" USING "Order_pkey"',
  'VACUUM FULL "Order"',
  'REINDEX TABLE "Order"',
  "SELECT pg_advisory_lock(1)",
  'ALTER TABLE "Order" SET UNLOGGED',
  'ALTER TABLE "Order" ALTER COLUMN "name" DROP DEFAULT',
])("refuses %s", async (sql) => {
  expect(await breachesOf(`CREATE TABLE "New" ("id" int);\n${sql};`, true)).toMatchObject([
    { statement: sql, rule: expect.any(String) },
  ]);
  expect(await breachesOf(`-- allowed: nothing reads it since 1.2\n${sql}`)).toEqual([]);
  expect(await breachesOf(`-- allowed: \n${sql}`)).toHaveLength(1);
  expect(await breachesOf(`-- allowed throughout: the first release\nSELECT 1;${sql}`)).toEqual([]);
  expect(
    await breachesOf(`CREATE TYPE "T" AS ENUM ('-- allowed: no');\n${sql}`, true),
  ).toHaveLength(1);
});

it.each([
  'ALTER TABLE "Order" ADD COLUMN "a" TEXT, ADD COLUMN "b" INT NOT NULL DEFAULT 0',
  'CREATE INDEX CONCURRENTLY "i" ON "Order" ("name")',
  'DROP INDEX CONCURRENTLY "i"',
  'CREATE TABLE "New" ("id" int); CREATE INDEX ON "New" ("id"); ALTER TABLE "New" ALTER COLUMN "id" SET NOT NULL',
  'ALTER TABLE "Order" ADD CONSTRAINT "c" CHECK ("revision" >= 0) NOT VALID',
  'ALTER TABLE "Order" VALIDATE CONSTRAINT "c"',
  "CREATE FUNCTION \"f\"() RETURNS int LANGUAGE sql AS 'SELECT 1'",
  "ALTER TYPE \"Share\" ADD VALUE 'none'",
  'INSERT INTO "Hold" ("shop", "reason") VALUES (\'*\', \'DROP TABLE "Order"\')',
])("takes %s", async (sql) => {
  expect(await breachesOf(sql)).toEqual([]);
});

it.each(['CREATE INDEX CONCURRENTLY "i" ON "Order" ("name")', 'DROP INDEX CONCURRENTLY "i"'])(
  "refuses %s beside another statement",
  async (sql) => {
    const other = 'CREATE TABLE "New" ("id" int)';
    for (const both of [`${sql};${other}`, `${other};${sql}`]) {
      expect(await breachesOf(both)).toMatchObject([{ statement: sql }]);
    }
  },
);

const column = (table: string) => `ALTER TABLE "${table}" ADD COLUMN "a" TEXT`;

it.each([column("Order"), 'ALTER TABLE "Order" VALIDATE CONSTRAINT "c"'])(
  "refuses %s beside another statement, but where the table is new",
  async (sql) => {
    const other = 'CREATE TABLE "New" ("id" int)';
    expect(await breachesOf(`${other};${sql}`)).toMatchObject([{ statement: sql }]);
    expect(await breachesOf(`${other};${sql}`, true)).toEqual([]);
    expect(await breachesOf([other, column("New"), column("New")].join(";"))).toEqual([]);
  },
);

it.each([
  'ALTER TABLE "Order" ALTER COLUMN "name" SET STATISTICS 0',
  'ALTER TABLE "InboxWebhook" ALTER COLUMN "payload" SET STORAGE EXTERNAL',
  'ALTER TABLE "Order" ADD COLUMN "a" INT, ADD CONSTRAINT "c" CHECK ("a" > 0) NOT VALID',
])("refuses %s, which Citus does not take of a distributed table", async (sql) => {
  expect(await breachesOf(sql)).toMatchObject([
    { statement: sql, rule: expect.stringContaining("Citus") },
  ]);
  expect(await breachesOf(sql, true)).toEqual([]);
  const made = 'CREATE TABLE "Order" ("a" int); CREATE TABLE "InboxWebhook" ("a" int)';
  expect(await breachesOf(`${made};${sql}`)).toEqual([]);
});

it("refuses to alter two tables in use", async () => {
  const [one, two] = [column("Order"), column("Shop")];
  expect(await breachesOf(`${one};${two}`)).toMatchObject([{ statement: one }, { statement: two }]);
});
