import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import type { Logger } from "#app/foundation/log.server.ts";
import { variables } from "#app/foundation/variables.server.ts";
import { DatabaseError } from "./database-error.server.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** An advisory lock of this app: one process at a time runs Prisma's command line. */
const migrationLock = "74632805118";

/** Prisma's own, while its command line migrates. */
const prismaLock = "72707369";

/** How long a migration tries to get the locks that it needs, in milliseconds. */
export type MigrationWait = { lockMs: number };

export const usualWait: MigrationWait = {
  lockMs: variables.MIGRATION_LOCK_MS.parse(undefined),
};

/** How long a process waits at its start while another one migrates, beyond its waits for locks. */
const migratingMs = 5 * 60_000;

/** Limits of the connection that `migrate` is given: it waits for others that migrate. */
export function migrationLimits({ lockMs } = usualWait) {
  return { lockMs: lockMs + migratingMs, statementMs: lockMs + migratingMs + 10_000 };
}

/** How prisma/migration-adapter.ts begins what it says of a wait, and of its end. */
const waiting = "A migration waits for a lock";
const gaveUp = "A migration gave up";

/** Longest time of Prisma's command line: an index of a large table takes its time. */
const longestDeployMs = 2 * 60 * 60_000;

/** Prisma's record of what it did; rows that failed or were rolled back are not applied. */
const appliedSql = `SELECT migration_name AS name FROM _prisma_migrations
  WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`;

/**
 * The migrations in prisma/migrations that a database does not have yet, oldest first.
 *
 * @param query runs SQL without parameters and answers its rows
 */
export async function pendingMigrations(
  query: (sql: string) => Promise<{ name: string }[]>,
): Promise<string[]> {
  const entries = await readdir(`${root}/prisma/migrations`, { withFileTypes: true });
  const all = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const [table] = await query("SELECT to_regclass('_prisma_migrations')::text AS name");
  const applied = table?.name ? await query(appliedSql) : [];
  const names = new Set(applied.map(({ name }) => name));
  return all.filter((name) => !names.has(name)).sort();
}

/**
 * Asks again and again instead of waiting in one statement: that would hold a snapshot, and an index
 * that is built concurrently waits for the end of all that are older, for ever.
 */
async function takeLock(client: pg.Client, ms: number): Promise<void> {
  for (const until = Date.now() + ms; ; ) {
    const { rows } = await client.query<{ taken: boolean }>(
      `SELECT pg_try_advisory_lock(${migrationLock}) AS taken`,
    );
    if (rows[0]?.taken) return;
    if (Date.now() > until) {
      throw new DatabaseError(
        "Another process is still migrating the database. Start anew when it is done.",
      );
    }
    await sleep(250);
  }
}

/**
 * Applies what is pending with `prisma migrate deploy`. Safe when several processes do it at once. A
 * migration that finds a table in use waits a second at a time and tries again, see
 * prisma/migration-adapter.ts: webhooks are stored meanwhile.
 *
 * @param client connected to the database at `url`; it holds a lock meanwhile
 * @returns how many migrations this process applied
 * @throws DatabaseError with Prisma's words
 */
export async function migrate(
  client: pg.Client,
  url: string,
  log: Logger,
  wait = usualWait,
): Promise<number> {
  const pending = () => pendingMigrations(async (sql) => (await client.query(sql)).rows);
  // Prisma's command line takes more than a second
  if ((await pending()).length === 0) return 0;
  await takeLock(client, wait.lockMs + migratingMs);
  try {
    // another process may have been quicker
    const before = await pending();
    if (before.length === 0) return 0;
    let said = "";
    for (let tries = 0; tries < 3; tries += 1) {
      await forgetFailed(client);
      said = await deploy(url, pending, log, wait);
      if ((await pending()).length === 0) return before.length;
      // Prisma waits ten seconds for its own lock, which somebody's command line may hold
      if (!said.includes("P1002")) break;
    }
    const why = said.includes(gaveUp)
      ? `A migration did not get its locks within ${Math.round(wait.lockMs / 1000)} s, and changed nothing: ` +
        "another session, such as that of a dump, holds a table. Start anew when it is done."
      : "The database could not be migrated.";
    throw new DatabaseError(`${why} Prisma says:\n${said}`);
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${migrationLock})`).catch(() => undefined);
  }
}

/**
 * Prisma goes no further behind a migration that failed or whose process died, until somebody says
 * what became of it. Here it is known: each runs as one transaction, so nothing did; and what an index
 * that is built concurrently leaves behind is cleared away before the next try. Nothing is said while
 * somebody's command line is at work.
 */
async function forgetFailed(client: pg.Client): Promise<void> {
  const [table] = (await client.query("SELECT to_regclass('_prisma_migrations') AS name")).rows;
  if (!table?.name) return;
  const { rows } = await client.query(`SELECT pg_try_advisory_lock(${prismaLock}) AS ours`);
  if (!rows[0]?.ours) return;
  try {
    await client.query(`UPDATE _prisma_migrations SET rolled_back_at = now()
                         WHERE finished_at IS NULL AND rolled_back_at IS NULL`);
  } finally {
    await client.query(`SELECT pg_advisory_unlock(${prismaLock})`);
  }
}

/** Runs `prisma migrate deploy`; answers what it said on standard error. */
async function deploy(
  url: string,
  pending: () => Promise<string[]>,
  log: Logger,
  wait: MigrationWait,
): Promise<string> {
  const cli = createRequire(import.meta.url).resolve("prisma/build/index.js");
  const child = spawn(process.execPath, [cli, "migrate", "deploy"], {
    cwd: root,
    env: {
      ...process.env,
      ...{ DATABASE_URL: url, DATABASE_DIRECT_URL: "", MIGRATION_DATABASE_URL: "" },
      ...{ MIGRATION_LOCK_MS: String(wait.lockMs), CHECKPOINT_DISABLE: "1", NO_COLOR: "1" },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    const waits = text.split("\n").filter((line) => line.startsWith(waiting));
    for (const line of waits) log.warn(line);
    said += text;
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), longestDeployMs);
  // Done, the command line idles ten seconds longer for a timer of its engine. It reports a
  // migration after recording it: when none is pending it has nothing left to do.
  let looking = Promise.resolve();
  child.stdout.on("data", () => {
    looking = looking.then(async () => {
      const names = await pending().catch(() => null);
      if (names?.length === 0) child.kill();
    });
  });
  await once(child, "close");
  clearTimeout(timer);
  await looking;
  const noise = new RegExp(`^(Loaded Prisma config|Prisma config detected|${waiting}).*$`, "gm");
  return said.replace(noise, "").replaceAll(url, "DATABASE_URL").trim();
}
