import { execFile } from "node:child_process";

export type OpsResult = { code: number; stdout: string; stderr: string };

/** Runs an operator's command as `npm run -s ops -- …` does. */
export function ops(
  args: string[],
  env: Record<string, string> = {},
  input = "",
): Promise<OpsResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["app/ops/main.ts", ...args],
      { env: { NODE_ENV: "production", PATH: process.env.PATH, HOME: process.env.HOME, ...env } },
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
