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
])("refuses %s", async (sql) => {
  expect(await breachesOf(`CREATE TABLE "New" ("id" int);\n${sql};`)).toMatchObject([
    { statement: sql, rule: expect.any(String) },
  ]);
  expect(await breachesOf(`-- allowed: nothing reads it since 1.2\n${sql}`)).toEqual([]);
  expect(await breachesOf(`-- allowed: \n${sql}`)).toHaveLength(1);
  expect(await breachesOf(`-- allowed throughout: the first release\nSELECT 1;${sql}`)).toEqual([]);
  expect(await breachesOf(`SELECT '-- allowed: not a comment';\n${sql}`)).toHaveLength(1);
});

it.each([
  'ALTER TABLE "Order" ADD COLUMN "a" TEXT, ADD COLUMN "b" INT NOT NULL DEFAULT 0',
  'CREATE INDEX CONCURRENTLY "i" ON "Order" ("name")',
  'DROP INDEX CONCURRENTLY "i"',
  'CREATE TABLE "New" ("id" int); CREATE INDEX ON "New" ("id"); ALTER TABLE "New" ALTER COLUMN "id" SET NOT NULL',
  'ALTER TABLE "Order" ADD CONSTRAINT "c" CHECK ("revision" >= 0) NOT VALID',
  "ALTER TYPE \"Share\" ADD VALUE 'none'",
  'INSERT INTO "Hold" ("shop", "reason") VALUES (\'*\', \'DROP TABLE "Order"\')',
])("takes %s", async (sql) => {
  expect(await breachesOf(sql)).toEqual([]);
});
