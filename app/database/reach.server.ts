import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type DatabaseLimits, openClient } from "./connection.server.ts";
import { DatabaseError } from "./database-error.server.ts";
import { limitsNotKept } from "./kept-limits.server.ts";

/** The variables that hold an address of the database. */
export type AddressVariable = "DATABASE_URL" | "DATABASE_DIRECT_URL" | "MIGRATION_DATABASE_URL";

/** SQLSTATEs that waiting does not mend: wrong password or user, no such database, no such right. */
const final = new Set(["28P01", "28000", "3D000", "42501"]);

const page = 'docs/operations.md, "Behind a connection pooler", has the steps.';

/**
 * Connects to PostgreSQL, waiting for it, and looks whether it keeps the limits.
 *
 * @param variable where the address comes from, for messages
 * @param waitMs how long to wait for the database to be reachable
 * @throws DatabaseError naming host and database, never the password, and what to do
 */
export async function reach(
  url: string,
  limits: DatabaseLimits,
  { variable, waitMs }: { variable: AddressVariable; waitMs: number },
): Promise<pg.Client> {
  const place = placeOf(url, variable);
  const deadline = Date.now() + waitMs;
  while (true) {
    const client = openClient(url, "hakuna-start", limits);
    try {
      await client.connect();
      await requireLimits(client, limits, variable);
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (error instanceof DatabaseError) throw error;
      const { code, message } = error as { code?: string; message: string };
      if (/unsupported startup parameter/.test(message)) {
        throw new DatabaseError(poolerInBetween(variable, limits, message));
      }
      if (Date.now() < deadline && !final.has(code ?? "")) {
        await sleep(250);
        continue;
      }
      throw new DatabaseError(
        `The database ${place} cannot be reached: ${message || code}. ` +
          `Check ${variable} and that PostgreSQL runs there.`,
      );
    }
  }
}

async function requireLimits(
  client: pg.Client,
  limits: DatabaseLimits,
  variable: AddressVariable,
): Promise<void> {
  const missing = await limitsNotKept(client, limits);
  if (missing.length === 0) return;
  const what = missing.join(", ");
  if (!limits.pooler) throw new DatabaseError(poolerInBetween(variable, limits, what));
  throw new DatabaseError(
    `The app's limits do not hold behind the connection pooler of ${variable} (${what}). Run ` +
      "`npm run -s ops -- set-limits`, then let the pooler connect to PostgreSQL anew " +
      `(PgBouncer: RECONNECT). ${page}`,
  );
}

function poolerInBetween(
  variable: AddressVariable,
  { pooler }: DatabaseLimits,
  why: string,
): string {
  const [found, todo] = pooler
    ? ["asks a connection pooler for what it refuses", "Take the parameter out of the address."]
    : variable === "DATABASE_URL"
      ? [
          "leads to a connection pooler, which does not let the app set limits of its own",
          "Set DATABASE_POOLER=on, and DATABASE_DIRECT_URL to PostgreSQL itself.",
        ]
      : ["leads to a connection pooler", "Set it to PostgreSQL itself."];
  return `${variable} ${found} (${why}). ${todo} ${page}`;
}

/** Host and database, as the log and errors name them. */
export function placeOf(url: string, variable: AddressVariable = "DATABASE_URL"): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host}${pathname}`;
  } catch {
    throw new DatabaseError(
      `${variable} is not a URL such as postgresql://user:password@host:5432/database. ` +
        "Characters such as # or / in the password are written as %23 or %2F.",
    );
  }
}
