import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { withDevelopmentKey } from "./development-key.ts";

const folder = mkdtempSync(join(tmpdir(), "development-key-"));
const file = join(folder, "data", "development-encryption-key");
const keyOf = (env: Partial<NodeJS.ProcessEnv>) =>
  withDevelopmentKey({ DATA_FOLDER: join(folder, "data"), ...env } as NodeJS.ProcessEnv)
    .ENCRYPTION_KEY;

afterEach(() => rmSync(join(folder, "data"), { recursive: true, force: true }));

it("makes a key for development, for its owner alone, and keeps it", () => {
  const key = keyOf({ NODE_ENV: "development" });
  expect(Buffer.from(String(key), "base64")).toHaveLength(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(keyOf({ NODE_ENV: "development" })).toBe(key);
  // commands open what the server locked
  expect(keyOf({ NODE_ENV: undefined })).toBe(key);
});

it("makes none for commands or in production, and uses none there", () => {
  expect(keyOf({ NODE_ENV: undefined })).toBeUndefined();
  expect(keyOf({ NODE_ENV: "production" })).toBeUndefined();
  keyOf({ NODE_ENV: "development" });
  expect(keyOf({ NODE_ENV: "production" })).toBeUndefined();
});

it("leaves a key alone that is set", () => {
  expect(keyOf({ NODE_ENV: "development", ENCRYPTION_KEY: "mine" })).toBe("mine");
});
