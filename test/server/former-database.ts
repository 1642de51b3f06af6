import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import pg from "pg";
import { createDatabase, type TestDatabase } from "#test/world/shared-postgres.ts";

const folder = new URL("../../prisma/migrations/", import.meta.url);

/** The names of all migrations, the oldest first. */
export const migrations = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/**
 * A database as a version of before left it, without rows: these migrations were applied, as Prisma
 * writes down. What came since is applied by whoever opens it.
 */
export async function formerDatabase(names: readonly string[]): Promise<TestDatabase> {
  const database = await createDatabase("template1");
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(
      `CREATE TABLE "_prisma_migrations" ("id" varchar(36) PRIMARY KEY, "checksum" varchar(64) NOT NULL,
         "finished_at" timestamptz, "migration_name" varchar(255) NOT NULL, "logs" text,
         "rolled_back_at" timestamptz, "started_at" timestamptz NOT NULL DEFAULT now(),
         "applied_steps_count" integer NOT NULL DEFAULT 0)`,
    );
    for (const name of names) {
      const sql = readFileSync(new URL(`${name}/migration.sql`, folder), "utf8");
      await client.query(sql);
      await client.query(
        `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count")
         VALUES (gen_random_uuid(), $1, $2, now(), 1)`,
        [createHash("sha256").update(sql).digest("hex"), name],
      );
    }
  } finally {
    await client.end();
  }
  return database;
}
