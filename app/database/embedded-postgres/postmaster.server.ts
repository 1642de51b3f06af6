import { execFile } from "node:child_process";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * The server that runs on a data folder, from its postmaster.pid (process id, data folder, start
 * time, port, one a line), or null when none does.
 *
 * After a crash that file is stale. PostgreSQL itself sees so, except when another process has got
 * the id meanwhile (usual in a container that is started again): then the file is cleared here.
 */
export async function runningPostmaster(
  data: string,
): Promise<{ pid: number; port: number } | null> {
  const file = join(data, "postmaster.pid");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  const lines = text.split("\n");
  const pid = Number(lines[0]);
  const command = await commandOf(pid);
  if (command?.includes("postgres") && command.includes(data)) {
    return { pid, port: Number(lines[3]) };
  }
  if (command !== null) await clear(file, text);
  return null;
}

/** Moves the file aside before removing it: if it is not the stale one any more, it goes back. */
async function clear(file: string, stale: string): Promise<void> {
  const aside = `${file}.${crypto.randomUUID()}`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, "utf8")) === stale) await rm(aside);
    else await rename(aside, file);
  } catch {
    // another process cleared it at the same moment
  }
}

/** The command line of a process, or null when there is no such process. */
async function commandOf(pid: number): Promise<string | null> {
  if (process.platform === "linux") {
    const file = `/proc/${pid}/cmdline`;
    return readFile(file, "utf8").then(
      // empty for a process that ended but was not reaped, as in a container without an init
      (text) => text.replaceAll("\0", " "),
      () => null,
    );
  }
  return execute("ps", ["-o", "command=", "-p", String(pid)]).then(
    ({ stdout }) => stdout,
    () => null,
  );
}
