import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { firstMissing, formerCommit } from "./former-version.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "former-version-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const author = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.com"];

function git(...args: string[]): string {
  return execFileSync("git", [...author, ...args], { cwd: folder, stdio: "pipe" })
    .toString()
    .trim();
}

/** Commits a file; answers the commit. */
function commit(path: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), path);
  git("add", ".");
  git("commit", "-qm", path);
  return git("rev-parse", "HEAD");
}

const migration = `prisma/migrations/${firstMissing}/migration.sql`;

it("is the commit before the migration came, whatever came after it", () => {
  git("init", "-q");
  commit("first");
  const before = commit("before");
  commit(migration);
  commit("after");
  expect(formerCommit(folder)).toBe(before);
});

it("is what the migration was merged into, not what it was made from", () => {
  git("init", "-q", "-b", "main");
  commit("first");
  git("checkout", "-qb", "side");
  commit(migration);
  git("checkout", "-q", "main");
  const before = commit("meanwhile");
  git("merge", "-q", "--no-ff", "-m", "merged", "side");
  expect(formerCommit(folder)).toBe(before);
});

it("is none in a clone without that history, where it begins with the migration, or without git", () => {
  expect(formerCommit(folder)).toBeNull();
  git("init", "-q");
  commit(migration);
  expect(formerCommit(folder)).toBeNull();
  commit("after");
  git("clone", "-q", "--depth", "1", `file://${folder}`, join(folder, "shallow"));
  expect(formerCommit(join(folder, "shallow"))).toBeNull();
});
