import { PrismaPg } from "@prisma/adapter-pg";
import { type DatabaseLimits, directly, usualLimits } from "#app/database/connection.server.ts";
import { undistributedTables } from "#app/database/distribution.ts";
import { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { type MigrationWait, migrate, migrationLimits } from "#app/database/migrations.server.ts";
import { openPool } from "#app/database/pool.server.ts";
import { type AddressVariable, placeOf, reach } from "#app/database/reach.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";

export type Database = { url: string; prisma: PrismaClient; close(): Promise<void> };

/**
 * Connects to a PostgreSQL database, waiting for it, and applies the migrations that it lacks. Safe
 * when several processes do it at once.
 *
 * @param url postgresql://user:password@host:port/database
 * @param directUrl the same past a connection pooler
 * @param migrationUrl the same as the user who owns the tables
 * @param embedded the database is the one of embedded-postgres.server.ts: the log calls it so
 * @param waitMs how long to wait for the database to be reachable
 * @throws DatabaseError (code "database") naming host and database, never the password
 */
export async function openDatabase(options: {
  url: string;
  directUrl?: string | undefined;
  migrationUrl?: string | undefined;
  log: Logger;
  embedded?: boolean;
  waitMs?: number;
  limits?: DatabaseLimits;
  migrationWait?: MigrationWait;
}): Promise<Database> {
  const { url, directUrl, migrationUrl, log, embedded = false, waitMs = 30_000 } = options;
  const { limits = usualLimits, migrationWait } = options;
  const place = placeOf(url);
  const sessions = directly({ ...limits, ...migrationLimits(migrationWait) });
  const address = migrationUrl ?? directUrl ?? url;
  const variable =
    migrationUrl !== undefined
      ? "MIGRATION_DATABASE_URL"
      : directUrl !== undefined
        ? "DATABASE_DIRECT_URL"
        : "DATABASE_URL";
  const client = await reach(address, sessions, { variable, waitMs });
  try {
    const applied = await migrate(client, address, log, migrationWait);
    log.info(
      { database: embedded ? "embedded" : place, migrationsApplied: applied },
      `database ${embedded ? "embedded" : place}: ${applied} migrations applied, up to date`,
    );
    const tables = await undistributedTables(client);
    if (tables.length > 0) {
      log.warn({ tables }, "new tables are not distributed");
    }
  } finally {
    await client.end().catch(() => undefined);
  }
  // the others that this process is about to connect to
  if (migrationUrl !== undefined && directUrl !== undefined) {
    await look(directUrl, directly(limits), "DATABASE_DIRECT_URL", waitMs);
  }
  if (address !== url || limits.pooler) await look(url, limits, "DATABASE_URL", waitMs);
  const pool = openPool(
    { connectionString: url, max: 10, application_name: "hakuna-pages", limits },
    log,
  );
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  const prisma = new PrismaClient({ adapter });
  return { url, prisma, close: () => prisma.$disconnect() };
}

/** @throws DatabaseError when it cannot be used as it is */
async function look(
  url: string,
  limits: DatabaseLimits,
  variable: AddressVariable,
  waitMs: number,
): Promise<void> {
  const client = await reach(url, limits, { variable, waitMs });
  await client.end().catch(() => undefined);
}
