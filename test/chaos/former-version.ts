import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { type AppProcess, startAppProcess, waitUntilReady } from "#test/world/app-process.ts";

/**
 * The first migration that the version which is replaced by this one lacks: it writes a feed order once
 * more when that is accepted. To be moved on when this one is deployed everywhere.
 */
export const firstMissing = "20261128233000_former_payloads";

/** What a process of it asks the feed for: it tells whose a request is. */
export const formerFeedVersion = "v0.9";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The commit before the one that brought the migration: looked up in whatever history the clone has,
 * for no commit keeps its name where history is written anew. null: what is there begins later.
 */
export function formerCommit(folder = root): string | null {
  const path = `prisma/migrations/${firstMissing}/migration.sql`;
  // of a merge, what it brought to its first parent
  const brought = ["log", "--first-parent", "-m", "--diff-filter=A", "--format=%P", "--", path];
  const [parents = ""] = git(folder, ...brought).split("\n");
  return parents.split(" ", 1)[0] || null;
}

function git(folder: string, ...args: string[]): string {
  try {
    return execFileSync("git", args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  } catch {
    // no repository, or no git
    return "";
  }
}

/** Why there is none, in a sentence for who runs it. */
export const noFormerVersion =
  `without a former version: this copy's history does not reach back before ${firstMissing} ` +
  "(`git fetch --unshallow` brings all of it)";

/** A build of it, made once; null: git does not have it, as in a clone without history. */
export function buildFormerVersion(): string | null {
  const commit = formerCommit();
  if (commit === null) return null;
  // not below node_modules: Node takes no TypeScript from there
  const name = ["hakuna-former-version", commit.slice(0, 12), ...root.split("/")];
  const folder = join(tmpdir(), name.filter((part) => part !== "").join("-"));
  if (existsSync(folder)) return folder;
  const archived = ["archive", commit];
  const archive = execFileSync("git", archived, { cwd: root, maxBuffer: 1 << 30, stdio: "pipe" });
  const making = `${folder}-${process.pid}`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  execFileSync("tar", ["-x"], { cwd: making, input: archive });
  // its processes run among the stand-ins of now, on the packages of now
  rmSync(join(making, "test"), { recursive: true, force: true });
  for (const name of ["node_modules", "test"]) symlinkSync(join(root, name), join(making, name));
  const env = { ...process.env, DATABASE_URL: "postgresql://localhost/none" };
  const run = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: making, env, stdio: "pipe" });
  run("node_modules/prisma/build/index.js", "generate");
  run("node_modules/@remix-run/dev/dist/cli.js", "vite:build");
  renameSync(making, folder);
  return folder;
}

/** A server and a worker of the former version. */
export type FormerVersion = { server: AppProcess; url: string; worker: AppProcess };

/**
 * Makes an empty database that of the former version, and starts its processes there.
 *
 * @param env of the app's processes
 * @param databaseUrl the same database, past what lies between
 */
export async function startFormerVersion(
  folder: string,
  env: Record<string, string>,
  databaseUrl: string,
): Promise<FormerVersion> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("DROP SCHEMA IF EXISTS pgboss CASCADE");
  await client.query("DROP SCHEMA public CASCADE");
  await client.query("CREATE SCHEMA public");
  await client.end();
  const port = await freePort();
  const workerPort = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const own = { ...env, HAKUNA_VERSION: formerFeedVersion, PORT: String(port), WORKER: "off" };
  const server = startAppProcess("app/server.ts", own, folder);
  await waitUntilReady(server, `${url}/readyz`);
  const worker = startAppProcess(
    "app/worker.ts",
    { ...own, WORKER_PORT: String(workerPort) },
    folder,
  );
  await waitUntilReady(worker, `http://127.0.0.1:${workerPort}/readyz`);
  return { server, url, worker };
}
