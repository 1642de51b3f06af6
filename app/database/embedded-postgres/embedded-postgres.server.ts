import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { openClient, usualLimits } from "#app/database/connection.server.ts";
import type { Logger } from "#app/foundation/log.server.ts";
import { ensureCluster } from "./cluster.server.ts";
import type { Cluster } from "./data-version.server.ts";
import { freePort } from "./free-port.server.ts";
import { runningPostmaster } from "./postmaster.server.ts";
import { EmbeddedPostgresError, findPrograms, type Programs } from "./programs.server.ts";
import { takeStartTurn } from "./start-turn.server.ts";

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
 * stops the server: nobody can join a server that is about to stop. A connection that is lost, with
 * its server or without, is made again at once, and a server that is gone is started again, at the
 * same address: before the next user could take itself for the last.
 *
 * @param folder where the data lives; created when missing
 * @param onLost is told, in a sentence, when the server is gone and cannot be had again
 * @returns `url` of a database there, as the superuser
 * @throws EmbeddedPostgresError (code "embedded_postgres") saying what to do
 */
export async function startEmbeddedPostgres(options: {
  folder: string;
  log: Logger;
  onLost?: (error: unknown) => void;
}): Promise<EmbeddedPostgres> {
  const { log } = options;
  const onLost = options.onLost ?? ((err) => log.error({ err }, "the embedded PostgreSQL is lost"));
  const programs = await findPrograms();
  const cluster = await ensureCluster(options.folder, programs);
  const password = await readPassword(cluster);
  const access = { cluster, password, programs };
  let { keeper, port } = await joinOrStart(access);
  let leaving: Promise<void> | null = null;
  let joining = Promise.resolve();

  function watch(): void {
    keeper.once("end", () => {
      if (leaving) return;
      log.warn("the embedded PostgreSQL ended the connection; it is joined again, or started");
      joining = joinAgain().catch(onLost);
    });
  }

  async function joinAgain(): Promise<void> {
    ({ keeper } = await joinOrStart(access, port));
    watch();
    log.info("the embedded PostgreSQL is in use again");
  }

  watch();
  return {
    url: addressOf(port, password),
    stop() {
      leaving ??= joining
        .then(() => leave(keeper, cluster, programs))
        .catch((err) => {
          log.warn({ err }, "the embedded PostgreSQL could not be stopped");
        });
      return leaving;
    },
  };
}

type Access = { cluster: Cluster; password: string; programs: Programs };
type Keeper = { keeper: pg.Client; port: number };

/** @param again the port at which it was used until now: nobody would find it at another */
async function joinOrStart(access: Access, again?: number): Promise<Keeper> {
  const { cluster, password, programs } = access;
  const deadline = Date.now() + 60_000;
  let failures = 0;
  let failure: unknown = null;
  while (Date.now() < deadline) {
    const running = await runningPostmaster(cluster.data);
    if (running) {
      const keeper = await connect(running.port, password);
      if (keeper && again !== undefined && running.port !== again) {
        await keeper.end();
        throw new EmbeddedPostgresError(
          `The embedded PostgreSQL was started by another process, at port ${running.port} instead of ` +
            `${again}. Start this process again.`,
        );
      }
      if (keeper) return { keeper, port: running.port };
      await sleep(100);
      continue;
    }
    const giveBack = await takeStartTurn(cluster.data);
    if (giveBack === null) {
      await sleep(100);
      continue;
    }
    try {
      // whoever had the turn before may have started it
      if ((await runningPostmaster(cluster.data)) !== null) continue;
      // after a failure another port: somebody else may have taken the cluster's own
      const port = again ?? (failures > 0 ? await freePort() : null);
      await programs.run("pg_ctl", [
        ...["start", "-w", "-t", "60", "-s", "-D", cluster.data],
        ...["-l", join(cluster.data, "server.log"), ...(port ? ["-o", `-p ${port}`] : [])],
      ]);
      continue;
    } catch (error) {
      // what is left of a server that was killed may still be ending: look again
      failures += 1;
      failure = error;
    } finally {
      await giveBack();
    }
    if (failures >= 8) break;
    await sleep(100 * 2 ** Math.min(failures, 5));
  }
  if (failure !== null) throw await startError(failure, cluster);
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL in ${cluster.data} runs but took no connection for a minute. ` +
      `Read ${join(cluster.data, "server.log")}, or set DATABASE_URL.`,
  );
}

/** The last user may be stopping the server meanwhile, which may take a minute. */
const keeperLimits = { ...usualLimits, connectMs: 10_000, lockMs: 60_000, statementMs: 65_000 };

function addressOf(port: number, password: string): string {
  return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres?sslmode=disable`;
}

/** null: not now, because it is starting or stopping. */
async function connect(port: number, password: string): Promise<pg.Client | null> {
  const keeper = openClient(addressOf(port, password), "hakuna-embedded-user", keeperLimits);
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
      const fast = ["-m", "fast", "-w", "-t", "60", "-s"];
      await programs.run("pg_ctl", ["stop", ...fast, "-D", cluster.data]);
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
