import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setGlobalDispatcher } from "undici";
import { runCommand } from "#app/ops/run-command.ts";
import { redirectingAgent } from "#test/simulator/redirecting-agent.ts";
import { collected, collecting, compileCache } from "#test/world/app-process.ts";

export type OpsResult = { code: number; stdout: string; stderr: string };

/** Runs an operator's command in this process: one of its own takes a second to begin. */
export async function opsHere(args: string[], env: Record<string, string>): Promise<OpsResult> {
  const result = { code: 0, stdout: "", stderr: "" };
  const simulator = env.SIMULATED_SHOPIFY_URL;
  if (simulator !== undefined) setGlobalDispatcher(redirectingAgent(simulator));
  // much to load for those that run commands in processes of their own alone
  const { withDatabase } = await import("#app/process/with-database.ts");
  const own = { NODE_ENV: "production" as const, ...env };
  result.code = await runCommand(args, (work) => withDatabase(work, own), {
    answer(text) {
      result.stdout += `${text}\n`;
    },
    complain(text) {
      result.stderr += `${text}\n`;
    },
  });
  return result;
}

/** Has a webhook's payload previewed in this process, from a file. */
export async function previewHere(payload: string, ...args: string[]): Promise<OpsResult> {
  const folder = await mkdtemp(join(tmpdir(), "hakuna-preview-"));
  try {
    const file = join(folder, "payload.json");
    await writeFile(file, payload);
    return await opsHere(["preview", file, ...args], {});
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Runs an operator's command as `npm run -s ops -- …` does; in a world's environment, shops'
 * addresses lead to the stand-in for Shopify.
 */
export function ops(
  args: string[],
  env: Record<string, string> = {},
  input = "",
): Promise<OpsResult> {
  const { PATH, HOME } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [
        ...(env.SIMULATED_SHOPIFY_URL ? ["--import", "./test/simulator/redirect.ts"] : []),
        ...collecting(),
        "app/ops.ts",
        ...args,
      ],
      { env: { NODE_ENV: "production", PATH, HOME, ...compileCache, ...collected(), ...env } },
      (error, stdout, stderr) => {
        resolve({
          code: typeof error?.code === "number" ? error.code : error ? 1 : 0,
          stdout,
          stderr,
        });
      },
    );
    child.stdin?.end(input);
  });
}
