import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "#app/db.server.ts";
import { createLog } from "#app/foundation/log.server.ts";
import { compileCache } from "#test/world/app-process.ts";
import { eventually } from "./client.ts";

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
  const child = spawn(process.execPath, [program, folder], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...compileCache },
  });
  processes.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("The process ended.");
    return value;
  };
  const url = await next();
  if (!url.startsWith("postgresql:")) {
    const more: string[] = [];
    for await (const line of { [Symbol.asyncIterator]: () => lines }) more.push(line);
    throw new Error([url, ...more].join("\n"));
  }
  return {
    url,
    next,
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

/** How many processes use the server. */
async function users(url: string): Promise<number> {
  const locks = "locktype = 'advisory' AND mode = 'ShareLock' AND granted";
  return (await query(url, `SELECT 1 FROM pg_locks WHERE ${locks}`)).length;
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
  // PostgreSQL sees the end of a connection when it gets to it
  await eventually("its use is over", async () => (await users(last.url)) === 1);
  await last.stop();
  await expect(query(last.url, "SELECT 1")).rejects.toMatchObject(refused);
});

/** Waits until the server answers again at its address, and is used by so many processes. */
async function allUse(url: string, count: number): Promise<void> {
  await eventually("PostgreSQL is back", async () => {
    const now = await users(url).catch(() => 0);
    return now === count || now;
  });
}

test("goes on for its user when one of its processes was killed and a command ended after that", async () => {
  reuse();
  const server = await use();
  const victim = new pg.Client({ connectionString: server.url });
  victim.on("error", () => undefined);
  await victim.connect();
  const { rows } = await victim.query("SELECT pg_backend_pid() AS pid");
  // PostgreSQL then ends all connections: nobody can trust the memory that they share
  process.kill(rows[0].pid, "SIGKILL");
  await victim.query("SELECT 1").catch(() => undefined);
  await eventually("it takes connections", async () => {
    return (await query(server.url, "SELECT 1").catch(() => [])).length > 0;
  });
  await (await use()).stop();
  await allUse(server.url, 1);
  await server.stop();
  await expect(query(server.url, "SELECT 1")).rejects.toMatchObject(refused);
});

test("is started again at its address when it was killed under its users, by one of them", async () => {
  reuse();
  const users = [await use(), await use(), await use(), await use()];
  const [one, ...others] = users;
  if (!one) throw new Error("four use it");
  await query(one.url, "CREATE TABLE kept AS SELECT 1 AS one");
  // all of them see it at once, and each would start it
  for (let round = 0; round < 2; round += 1) {
    const killed = postmasterPid() ?? 0;
    process.kill(killed, "SIGKILL");
    await allUse(one.url, users.length);
    expect(postmasterPid()).not.toBe(killed);
    expect(await query(one.url, "TABLE kept")).toEqual([{ one: 1 }]);
  }
  await one.stop();
  for (const other of others) {
    expect(await query(other.url, "TABLE kept")).toEqual([{ one: 1 }]);
    await other.stop();
  }
  await expect(query(one.url, "SELECT 1")).rejects.toMatchObject(refused);
});

test("that is gone for good ends its user with a sentence", async () => {
  reuse();
  const user = await use();
  rmSync(join(folder, "postgres/data/global/pg_control"));
  process.kill(postmasterPid() ?? 0, "SIGKILL");
  expect(await user.next()).toContain(`The embedded PostgreSQL in ${folder}`);
});

test.each(['a "quoted" name', "$HOME", "`date`", "back\\slash"])(
  "a folder called %s is refused by name: its programs would read something else",
  async (name) => {
    folder = join(folder, name);
    await expect(use()).rejects.toThrow(`DATA_FOLDER is ${JSON.stringify(folder)}`);
    folder = dirname(folder);
  },
);

test("works in a folder called it's mine", async () => {
  const outer = folder;
  folder = join(folder, "it's mine");
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  reuse();
  const { url, stop } = await use();
  expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await stop();
  folder = outer;
});

describe("data of another major version", () => {
  const old = readdirOr("/usr/lib/postgresql").find((major) => major !== "18") ?? "";

  test("are refused with both versions, and left alone", async () => {
    reuse();
    writeFileSync(join(folder, "postgres/data/PG_VERSION"), "17\n");
    await expect(use()).rejects.toThrow(/are of PostgreSQL 17, and this app brings PostgreSQL 18/);
    expect(postmasterPid()).toBeNull();
  });

  test.skipIf(old === "")("are moved by the commands that the refusal names", async () => {
    // a cluster as this app would have made it with that version
    reuse();
    const [data, password] = ["data", "password"].map((name) => join(folder, "postgres", name));
    if (!data || !password) throw new Error("two paths");
    const settings = readFileSync(join(data, "postgresql.conf"), "utf8");
    const { uid, gid } = statSync(data);
    const run = (file: string, args: string[], options = {}) =>
      execFileSync(file, args, { uid, gid, cwd: "/", stdio: "pipe", ...options });
    rmSync(data, { recursive: true });
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, uid, gid);
    const bin = `/usr/lib/postgresql/${old}/bin`;
    run(`${bin}/initdb`, [
      ...[`--pgdata=${data}`, "--username=postgres", `--pwfile=${password}`],
      ...["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"],
    ]);
    const own = settings.match(/^(listen_addresses|port|unix_socket_directories) *=.*$/gm) ?? [];
    appendFileSync(join(data, "postgresql.conf"), own.join("\n"));
    run(`${bin}/pg_ctl`, ["start", "-w", "-D", data, "-l", join(data, "server.log")]);
    const port = /^port *= *(\d+)/m.exec(own.join("\n"))?.[1];
    const login = readFileSync(password, "utf8");
    const at = `postgresql://postgres:${login}@127.0.0.1:${port}/postgres`;
    await (await openDatabase({ url: at, log: createLog("silent") })).close();
    await query(at, `INSERT INTO "Shop" ("domain") VALUES ('moved.myshopify.com')`);
    run(`${bin}/pg_ctl`, ["stop", "-w", "-D", data]);

    const told = await use().then(
      () => "",
      (error: Error) => error.message,
    );
    const commands = told.split("\n").filter((line) => line.startsWith("  "));
    const script = commands
      .join("\n")
      .replace("npm run -s ops --", `"${process.execPath}" app/ops.ts`);
    const env = {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: "test" as const },
      DATA_FOLDER: folder,
      ...{ SHOPIFY_API_KEY: "key", SHOPIFY_API_SECRET: "secret", SCOPES: "read_orders" },
      ...{ SHOPIFY_APP_URL: "https://app.example.com" },
      ENCRYPTION_KEY: Buffer.alloc(32).toString("base64"),
    };
    execFileSync("sh", ["-e", "-c", script], { env, stdio: "pipe" });
    const now = await use();
    expect(await query(now.url, `SELECT "domain" FROM "Shop"`)).toEqual([
      { domain: "moved.myshopify.com" },
    ]);
    await now.stop();
  });
});

function readdirOr(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
