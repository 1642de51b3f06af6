import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

const program = new URL("use-embedded-postgres.ts", import.meta.url).pathname;
let folder = "";
/** a folder in which it was used before, and stopped: to make one takes a second */
let used = "";
const processes = new Set<ChildProcess>();

function newFolder(): string {
  const made = mkdtempSync(join(tmpdir(), "embedded-postgres-"));
  // mkdtemp's folder is its owner's alone; as root, PostgreSQL runs as another user
  chmodSync(made, 0o755);
  return made;
}

beforeAll(async () => {
  used = newFolder();
  folder = used;
  await (await use()).stop();
  processes.clear();
});
afterAll(() => rm(used, { recursive: true, force: true }));
beforeEach(() => {
  folder = newFolder();
});

afterEach(async () => {
  for (const child of processes) child.kill("SIGKILL");
  processes.clear();
  const pid = postmasterPid();
  if (pid) {
    process.kill(pid, "SIGQUIT");
    await until(() => postmasterPid() === null);
  }
  await rm(folder, { recursive: true, force: true });
});

/** Lets the test's folder be one in which it was used before. */
function reuse(): void {
  execFileSync("cp", ["-a", `${used}/.`, folder]);
}

/** Starts a process that uses the embedded PostgreSQL; resolves when it does. */
async function use() {
  const child = spawn(process.execPath, [program, folder], { stdio: ["pipe", "pipe", "inherit"] });
  processes.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("The process ended.");
    return value;
  };
  const url = await next();
  return {
    url,
    kill: async () => {
      child.kill("SIGKILL");
      await once(child, "close");
    },
    stop: async () => {
      child.stdin.end();
      expect(await next()).toBe("stopped");
    },
  };
}

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const pidFile = () => join(folder, "postgres/data/postmaster.pid");

function postmasterPid(): number | null {
  try {
    return Number(readFileSync(pidFile(), "utf8").split("\n")[0]);
  } catch {
    return null;
  }
}

async function until(check: () => boolean): Promise<void> {
  while (!check()) await new Promise((wait) => setTimeout(wait, 20));
}

const refused = { code: "ECONNREFUSED" };

test("starts, keeps its data, and is stopped by its only user", async () => {
  const first = await use();
  await query(first.url, "CREATE TABLE kept AS SELECT 1 AS one");
  await first.stop();
  await expect(query(first.url, "SELECT 1")).rejects.toMatchObject(refused);
  const second = await use();
  expect(second.url).toBe(first.url);
  expect(await query(second.url, "TABLE kept")).toEqual([{ one: 1 }]);
  await second.stop();
});

test("is durable, listens on this machine alone and keeps its password to itself", async () => {
  reuse();
  const { url, stop } = await use();
  const settings = await query(
    url,
    `SELECT name, setting FROM pg_settings WHERE name IN
      ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'max_connections')`,
  );
  expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    listen_addresses: "127.0.0.1",
    max_connections: "100",
  });
  expect(new URL(url).hostname).toBe("127.0.0.1");
  const file = join(folder, "postgres/password");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(new URL(url).password).toBe(await readFile(file, "utf8"));
  const wrong = new URL(url);
  wrong.password = "guess";
  await expect(query(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  await stop();
});

test("several processes that start at once share it; the last one stops it", async () => {
  const users = await Promise.all([use(), use(), use()]);
  const [first, second, third] = users;
  expect(new Set(users.map(({ url }) => url)).size).toBe(1);
  if (!first || !second || !third) throw new Error("three were started");
  await second.stop();
  await first.stop();
  expect(await query(third.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await third.stop();
  await expect(query(third.url, "SELECT 1")).rejects.toMatchObject(refused);
});

test("those that start while the last user stops it get a running one", async () => {
  reuse();
  for (let round = 0; round < 3; round += 1) {
    const leaving = await use();
    const [, joined] = await Promise.all([leaving.stop(), use()]);
    expect(await query(joined.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await joined.stop();
  }
});

test("is adopted after its user was killed, and stopped by the last user", async () => {
  reuse();
  const killed = await use();
  await killed.kill();
  expect(await query(killed.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  const next = await use();
  expect(next.url).toBe(killed.url);
  await next.stop();
  await expect(query(next.url, "SELECT 1")).rejects.toMatchObject(refused);
});

test("starts again after PostgreSQL itself was killed", async () => {
  reuse();
  const { url, kill } = await use();
  await query(url, "CREATE TABLE kept AS SELECT 1 AS one");
  process.kill(postmasterPid() ?? 0, "SIGKILL");
  await kill();
  const next = await use();
  expect(await query(next.url, "TABLE kept")).toEqual([{ one: 1 }]);
  await next.stop();
});

test("starts although the stale process id is another process's now", async () => {
  reuse();
  writeFileSync(pidFile(), `${process.pid}\n${join(folder, "postgres/data")}\n1\n5432\n\n\n\n`);
  const next = await use();
  expect(await query(next.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await next.stop();
});

test("takes another port when somebody else has its own", async () => {
  reuse();
  const first = await use();
  await first.stop();
  const occupant = createServer().listen(Number(new URL(first.url).port), "127.0.0.1");
  await once(occupant, "listening");
  const second = await use();
  expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
  expect(await query(second.url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await second.stop();
  occupant.close();
});

test("a user that was killed does not keep it running", async () => {
  reuse();
  const killed = await use();
  const last = await use();
  await killed.kill();
  await last.stop();
  await expect(query(last.url, "SELECT 1")).rejects.toMatchObject(refused);
});
