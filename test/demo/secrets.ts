import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What the demo keeps between its starts, beside its data. */
export type DemoSecrets = { apiSecret: string; encryptionKey: string; starts: number };

/** Reads the demo's secrets, making them at the first start, and counts the start. */
export async function demoSecrets(folder: string): Promise<DemoSecrets> {
  const file = join(folder, "secrets.json");
  await mkdir(folder, { recursive: true });
  const known: DemoSecrets = await readFile(file, "utf8").then(JSON.parse, () => ({
    apiSecret: randomBytes(16).toString("hex"),
    encryptionKey: randomBytes(32).toString("base64"),
    starts: 0,
  }));
  const secrets = { ...known, starts: known.starts + 1 };
  await writeFile(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
