import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { patienceMs } from "./patience.ts";
import { sqlFolder } from "./sql-folder.ts";

/** A process of the app, started as an operator starts it. */
export type AppProcess = {
  readonly pid: number;
  /** standard output and standard error so far */
  output(): string;
  /** what it ended with; null while it runs, or when a signal ended it */
  exitCode(): number | null;
  /** sends a signal without waiting: SIGSTOP, SIGCONT, … */
  signal(signal: NodeJS.Signals): void;
  /** sends a signal and waits for the end; SIGKILL follows where it hangs: after two minutes */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where Node keeps compiled modules: processes of the app then start in half the time. */
export const compileCache = { NODE_COMPILE_CACHE: `${root}/node_modules/.cache/node-compile` };

/** Node's flags for a process of the app whose SQL is to be kept; see collect-sql.ts. */
export function collecting(): string[] {
  return process.env[sqlFolder] ? ["--import", "./test/world/collect-sql.ts"] : [];
}

/** What such a process needs of the environment. */
export function collected(): Record<string, string> {
  const folder = process.env[sqlFolder];
  return folder ? { [sqlFolder]: folder } : {};
}

/** The app's own limit for its end is a fraction of this, so that a slow machine kills none. */
const longestEndMs = 120_000;

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * Starts one of the app's entry files, with shops' addresses leading to the stand-in for Shopify.
 *
 * @param file relative to the project's folder, such as `app/server.ts`
 * @param env the whole environment apart from PATH, HOME and TMPDIR
 * @param folder of another version of the app
 */
export function startAppProcess(
  file: string,
  env: Record<string, string>,
  folder = root,
): AppProcess {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  // the flags of npm start: with a small young generation the server stays under 300 MB under load
  const flags = [
    "--min-semi-space-size=8",
    "--max-semi-space-size=8",
    "--max-old-space-size=512",
    ...["--import", "./test/world/end-with-parent.ts"],
    ...["--import", "./test/simulator/redirect.ts"],
    // what is measured against the app has SQL of its own
    ...(file.startsWith("app/") ? collecting() : []),
  ];
  const child = spawn(process.execPath, [...flags, file], {
    cwd: folder,
    env: {
      ...{ NODE_ENV: "production", PATH, HOME, ...(TMPDIR && { TMPDIR }) },
      ...compileCache,
      ...collected(),
      ...env,
    },
    // the channel tells the process when this one is gone
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  running.add(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = once(child, "close").then(() => running.delete(child));
  return {
    pid: child.pid ?? 0,
    output: () => output,
    exitCode: () => child.exitCode,
    signal: (signal) => child.kill(signal),
    async stop(signal = "SIGTERM") {
      if (!running.has(child)) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), longestEndMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/**
 * Waits until `url` answers 200. Rejects with the process's output when it ends before, or says
 * nothing new for long.
 */
export async function waitUntilReady(started: AppProcess, url: string): Promise<void> {
  let movedAt = Date.now();
  for (let said = 0; Date.now() - movedAt < patienceMs; ) {
    if (!isAlive(started.pid)) break;
    if (started.output().length !== said) movedAt = Date.now();
    said = started.output().length;
    const answer = await fetch(url).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await new Promise((wait) => setTimeout(wait, 50));
  }
  await started.stop("SIGKILL");
  throw new Error(`The app did not become ready at ${url}:\n${started.output()}`);
}

function isAlive(pid: number): boolean {
  return [...running].some((child) => child.pid === pid);
}
