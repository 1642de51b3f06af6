import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { type AppProcess, startAppProcess, waitUntilReady } from "#test/world/app-process.ts";

/**
 * The version that is replaced by this one: before the tables of the timeline by month, of refunds and
 * of proofs. To be moved on when what it lacks is deployed everywhere.
 */
export const formerCommit = "9e46f24";

/** What a process of it asks the feed for: it tells whose a request is. */
export const formerFeedVersion = "v0.9";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A build of it, made once; null: git does not have it, as in a clone without history. */
export function buildFormerVersion(): string | null {
  // not below node_modules: Node takes no TypeScript from there
  const folder = join(tmpdir(), `hakuna-former-version-${formerCommit}`);
  if (existsSync(folder)) return folder;
  let archive: Buffer;
  try {
    const git = ["archive", formerCommit];
    archive = execFileSync("git", git, { cwd: root, maxBuffer: 1 << 30, stdio: "pipe" });
  } catch {
    return null;
  }
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
