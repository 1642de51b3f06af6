import { setTimeout as sleep } from "node:timers/promises";
import { PrismaPg } from "@prisma/adapter-pg";
import type pg from "pg";
import { type DatabaseLimits, openClient, usualLimits } from "#app/database/connection.server.ts";
import { DatabaseError } from "#app/database/database-error.server.ts";
import { PrismaClient } from "#app/database/generated/prisma/client.ts";
import { migrate, migrationLimits } from "#app/database/migrations.server.ts";
import { openPool } from "#app/database/pool.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";

export type Database = { url: string; prisma: PrismaClient; close(): Promise<void> };

/**
 * Connects to a PostgreSQL database, waiting for it, and applies the migrations that it lacks. Safe
 * when several processes do it at once.
 *
 * @param url postgresql://user:password@host:port/database
 * @param embedded the database is the one of embedded-postgres.server.ts: the log calls it so
 * @param waitMs how long to wait for the database to be reachable
 * @throws DatabaseError (code "database") naming host and database, never the password
 */
export async function openDatabase(options: {
  url: string;
  log: Logger;
  embedded?: boolean;
  waitMs?: number;
  limits?: DatabaseLimits;
}): Promise<Database> {
  const { url, log, embedded = false, waitMs = 30_000, limits = usualLimits } = options;
  const place = placeOf(url);
  const client = await reach(url, place, waitMs, { ...limits, ...migrationLimits });
  try {
    const applied = await migrate(client, url);
    log.info(
      { database: embedded ? "embedded" : place, migrationsApplied: applied },
      `database ${embedded ? "embedded" : place}: ${applied} migrations applied, up to date`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
  const pool = openPool(
    { connectionString: url, max: 10, application_name: "hakuna-pages", limits },
    log,
  );
  const adapter = new PrismaPg(pool, { disposeExternalPool: true });
  const prisma = new PrismaClient({ adapter });
  return { url, prisma, close: () => prisma.$disconnect() };
}

/** Host and database, as the log and errors name them. */
function placeOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname}`;
  } catch {
    throw new DatabaseError(
      "DATABASE_URL is not a URL such as postgresql://user:password@host:5432/database. " +
        "Characters such as # or / in the password are written as %23 or %2F.",
    );
  }
}

/** SQLSTATEs that waiting does not mend: wrong password or user, no such database, no such right. */
const final = new Set(["28P01", "28000", "3D000", "42501"]);

async function reach(
  url: string,
  place: string,
  waitMs: number,
  limits: DatabaseLimits,
): Promise<pg.Client> {
  const deadline = Date.now() + waitMs;
  while (true) {
    const client = openClient(url, "hakuna-start", limits);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const { code, message } = error as { code?: string; message: string };
      if (Date.now() < deadline && !final.has(code ?? "")) {
        await sleep(250);
        continue;
      }
      throw new DatabaseError(
        `The database ${place} cannot be reached: ${message || code}. ` +
          "Check DATABASE_URL and that PostgreSQL runs there.",
      );
    }
  }
}
