import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "#app/database/embedded-postgres/free-port.server.ts";
import { patienceMs } from "./patience.ts";

/** PgBouncer's program; null where it is not installed (Debian: `apt install pgbouncer`). */
export const pgbouncer =
  [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"]
    .map((folder) => join(folder, "pgbouncer"))
    .find(existsSync) ?? null;

export type PgBouncer = {
  /** the address of the same database through it */
  through(databaseUrl: string): string;
  /** a command of its console, such as `SHOW CLIENTS` */
  console(command: string): Promise<Record<string, unknown>[]>;
  /** cuts all connections and starts it anew at the same address */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts a PgBouncer in transaction mode in front of a PostgreSQL, whichever database is asked for.
 *
 * @param server address of the PostgreSQL, with the user whom it logs in as
 * @param settings added to those of the section `pgbouncer`
 */
export async function startPgBouncer(
  server: string,
  settings: Record<string, string> = {},
): Promise<PgBouncer> {
  if (pgbouncer === null) throw new Error("PgBouncer is not installed.");
  const program = pgbouncer;
  const { hostname, port: serverPort, username, password } = new URL(server);
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "hakuna-pgbouncer-"));
  const all = {
    ...{ listen_addr: "127.0.0.1", listen_port: String(port), unix_socket_dir: "" },
    ...{ auth_type: "any", pool_mode: "transaction", default_pool_size: "10" },
    ...{ max_client_conn: "400", admin_users: username },
    ...settings,
  };
  const login = `user=${decodeURIComponent(username)} password=${decodeURIComponent(password)}`;
  const lines = [
    "[databases]",
    `* = host=${hostname} port=${serverPort} ${login}`,
    "[pgbouncer]",
    ...Object.entries(all).map(([name, value]) => `${name} = ${value}`),
  ];
  const file = join(folder, "pgbouncer.ini");
  await writeFile(file, `${lines.join("\n")}\n`);
  // it does not run as root
  const asUser = process.getuid?.() === 0 ? ["-u", "postgres"] : [];
  await chmod(folder, 0o755);

  const console = async (command: string) => {
    const client = new pg.Client({
      ...{ host: "127.0.0.1", port, user: decodeURIComponent(username), database: "pgbouncer" },
    });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query(command)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  const start = async () => {
    const child = spawn(program, [...asUser, file], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    process.once("exit", () => child.kill("SIGKILL"));
    for (const began = Date.now(); Date.now() - began < patienceMs && child.exitCode === null; ) {
      if (await console("SHOW VERSION").catch(() => null)) return child;
      await sleep(50);
    }
    throw new Error(`PgBouncer did not start:\n${said}`);
  };
  const end = async (child: ChildProcess) => {
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
  };
  let running = await start();
  return {
    through(databaseUrl) {
      const url = new URL(databaseUrl);
      url.host = `127.0.0.1:${port}`;
      return url.href;
    },
    console,
    async restart() {
      await end(running);
      running = await start();
    },
    async stop() {
      await end(running);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
