import { createHash, randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type Cluster, requireSameVersion } from "./data-version.server.ts";
import { freePort } from "./free-port.server.ts";
import {
  EmbeddedPostgresError,
  exists,
  type Programs,
  refuseShellWords,
  systemFolder,
} from "./programs.server.ts";

/**
 * Creates a cluster below `folder`, unless one is there. Safe when several processes do it at once:
 * a cluster is made aside and moved into its place, and only one can be moved.
 *
 * As root and with `folder` below a folder that is root's alone, PostgreSQL's user could not reach
 * it: the cluster then lies in /var/lib/hakuna-order-sync, under a name made from `folder`.
 *
 * @throws EmbeddedPostgresError when the folder cannot be used, or holds data of another version
 */
export async function ensureCluster(folder: string, programs: Programs): Promise<Cluster> {
  refuseShellWords(resolve(folder), "DATA_FOLDER");
  const home = await chooseHome(resolve(folder), programs);
  const place = join(home, "postgres");
  await requireSameVersion(paths(place), programs);
  if (!(await exists(place))) await create(home, place, programs);
  // what a start that was killed midway left behind
  for (const name of await readdir(home)) {
    if (name.startsWith("postgres.new-")) {
      await rm(join(home, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
  return paths(await realpath(place));
}

async function chooseHome(folder: string, programs: Programs): Promise<string> {
  await mkdir(folder, { recursive: true });
  if (await programs.canReach(folder)) return folder;
  const key = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  const home = join(systemFolder, `${basename(folder).replace(/^\./, "")}-${key}`);
  await mkdir(home, { recursive: true });
  for (const made of [systemFolder, home]) await chmod(made, 0o755);
  if (await programs.canReach(home)) return home;
  throw new EmbeddedPostgresError(
    `As root, PostgreSQL runs as the user \`postgres\`, who can reach neither ${folder} nor ${home}. ` +
      "Set DATA_FOLDER to a folder that every user may enter, or set DATABASE_URL.",
  );
}

async function create(home: string, place: string, programs: Programs): Promise<void> {
  const aside = join(home, `postgres.new-${crypto.randomUUID()}`);
  const { data, passwordFile } = paths(aside);
  try {
    await mkdir(data, { recursive: true, mode: 0o700 });
    await chmod(aside, 0o711);
    await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
    for (const path of programs.account ? [data, passwordFile] : []) {
      await chown(path, programs.account?.uid ?? 0, programs.account?.gid ?? 0);
    }
    const settings = {
      listen_addresses: "127.0.0.1",
      port: await freePort(),
      unix_socket_directories: "",
      max_connections: 100,
      shared_buffers: "128MB",
      timezone: "UTC",
      log_timezone: "UTC",
      // Its log says when it starts, stops and fails. A refused statement is the app's to log: here
      // it would bring rows, and with them customers, into the log.
      log_min_messages: "log",
      log_error_verbosity: "terse",
      log_checkpoints: "off",
    };
    await programs.run("initdb", [
      `--pgdata=${data}`,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      ...Object.entries(settings).map(([name, value]) => `--set=${name}=${value}`),
    ]);
    await rename(aside, place);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    // another process was quicker
    if (!(await exists(place))) throw error;
  }
}

function paths(place: string): Cluster {
  return { data: join(place, "data"), passwordFile: join(place, "password") };
}
