import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "#app/foundation/log.server.ts";
import { type Cluster, ensureCluster } from "./cluster.server.ts";
import { freePort } from "./free-port.server.ts";
import { runningPostmaster } from "./postmaster.server.ts";
import { EmbeddedPostgresError, findPrograms, type Programs } from "./programs.server.ts";

export type EmbeddedPostgres = {
  url: string;
  /** Ends the use; the last process to do so stops the server. May be called again. */
  stop(): Promise<void>;
};

/** An advisory lock in the cluster's database `postgres`: whoever uses the cluster shares it. */
const useLock = "74632805117";

/**
 * Starts the PostgreSQL that npm brought, or joins the one that runs on the same folder already:
 * started by another process, or left over by one that was killed.
 *
 * Each process that uses the server keeps one connection with a shared advisory lock. So the server
 * itself knows its users, however they end, and the last one takes the lock for itself before it
 * stops the server: nobody can join a server that is about to stop.
 *
 * @param folder where the data lives; created when missing
 * @returns `url` of a database there, as the superuser
 * @throws EmbeddedPostgresError (code "embedded_postgres") saying what to do
 */
export async function startEmbeddedPostgres(options: {
  folder: string;
  log: Logger;
}): Promise<EmbeddedPostgres> {
  const programs = await findPrograms();
  const cluster = await ensureCluster(options.folder, programs);
  const password = await readPassword(cluster);
  const { keeper, port } = await joinOrStart(cluster, password, programs);
  let leaving: Promise<void> | null = null;
  keeper.on("error", (err) => {
    if (!leaving) options.log.error({ err }, "the embedded PostgreSQL ended the connection");
  });
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres?sslmode=disable`,
    stop() {
      leaving ??= leave(keeper, cluster, programs).catch((err) => {
        options.log.warn({ err }, "the embedded PostgreSQL could not be stopped");
      });
      return leaving;
    },
  };
}

type Keeper = { keeper: pg.Client; port: number };

async function joinOrStart(
  cluster: Cluster,
  password: string,
  programs: Programs,
): Promise<Keeper> {
  const deadline = Date.now() + 60_000;
  let failures = 0;
  while (Date.now() < deadline) {
    const running = await runningPostmaster(cluster.data);
    if (running) {
      const keeper = await connect(running.port, password);
      if (keeper) return { keeper, port: running.port };
      await sleep(100);
      continue;
    }
    try {
      // after a failure another port: somebody else may have taken the cluster's own
      const port = failures > 0 ? ["-o", `-p ${await freePort()}`] : [];
      await programs.run("pg_ctl", [
        ...["start", "-w", "-t", "60", "-s", "-D", cluster.data],
        ...["-l", join(cluster.data, "server.log"), ...port],
      ]);
    } catch (error) {
      // another process may have started it at the same moment: look again
      failures += 1;
      if (failures >= 5) throw await startError(error, cluster);
      await sleep(100 * 2 ** failures);
    }
  }
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL in ${cluster.data} runs but took no connection for a minute. ` +
      `Read ${join(cluster.data, "server.log")}, or set DATABASE_URL.`,
  );
}

/** null: not now, because it is starting or stopping. */
async function connect(port: number, password: string): Promise<pg.Client | null> {
  const keeper = new pg.Client({
    ...{ host: "127.0.0.1", port, user: "postgres", password, database: "postgres", ssl: false },
    application_name: "hakuna-embedded-user",
    connectionTimeoutMillis: 10_000,
  });
  keeper.on("error", () => undefined);
  try {
    await keeper.connect();
    // waits while the last user stops the server, and fails then
    await keeper.query(`SELECT pg_advisory_lock_shared(${useLock})`);
    return keeper;
  } catch (error) {
    await keeper.end().catch(() => undefined);
    if ((error as { code?: string }).code === "28P01") {
      throw new EmbeddedPostgresError(
        "The embedded PostgreSQL refuses the password in the file beside its data: " +
          "the file was changed. Put it back, or remove the data folder to begin anew.",
      );
    }
    return null;
  }
}

async function leave(keeper: pg.Client, cluster: Cluster, programs: Programs): Promise<void> {
  try {
    await keeper.query(`SELECT pg_advisory_unlock_shared(${useLock})`);
    const { rows } = await keeper.query(`SELECT pg_try_advisory_lock(${useLock}) AS last`);
    if (rows[0].last) {
      await programs.run("pg_ctl", [
        "stop",
        "-m",
        "fast",
        "-w",
        "-t",
        "60",
        "-s",
        "-D",
        cluster.data,
      ]);
    }
  } finally {
    await keeper.end().catch(() => undefined);
  }
}

async function readPassword({ passwordFile }: Cluster): Promise<string> {
  try {
    return (await readFile(passwordFile, "utf8")).trim();
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL's password cannot be read from ${passwordFile} ` +
        `(${(error as NodeJS.ErrnoException).code}). Start the app as the user who started it first.`,
    );
  }
}

async function startError(error: unknown, { data }: Cluster): Promise<EmbeddedPostgresError> {
  const file = join(data, "server.log");
  const text = await readFile(file, "utf8").catch(() => "");
  const tail = text.trimEnd().split("\n").slice(-5).join("\n");
  return new EmbeddedPostgresError(
    `The embedded PostgreSQL in ${data} does not start. The end of ${file}:\n` +
      `${tail || (error as Error).message}\nMend that, or set DATABASE_URL.`,
  );
}
