import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { variables } from "#app/foundation/variables.server.ts";

/**
 * The environment, with an ENCRYPTION_KEY where a developer has set none: Shopify's command line
 * gives the server all else. The key is made when the server first starts for development, and kept
 * beside the embedded database, whose API keys it locks; commands use it, too. In production the
 * environment stays as it is.
 */
export function withDevelopmentKey(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (env.NODE_ENV === "production" || env.ENCRYPTION_KEY?.trim()) return env;
  const folder = env.DATA_FOLDER?.trim() || variables.DATA_FOLDER.parse(undefined);
  const file = join(folder, "development-encryption-key");
  if (env.NODE_ENV === "development") {
    mkdirSync(folder, { recursive: true });
    try {
      writeFileSync(file, randomBytes(32).toString("base64"), { flag: "wx", mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  try {
    return { ...env, ENCRYPTION_KEY: readFileSync(file, "utf8") };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return env;
    throw error;
  }
}
