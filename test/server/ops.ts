import { execFile } from "node:child_process";
import { collected, collecting, compileCache } from "#test/world/app-process.ts";

export type OpsResult = { code: number; stdout: string; stderr: string };

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
