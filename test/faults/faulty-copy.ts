import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Fault } from "./faults.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The files that git knows or would add, as they are now, and what is built or installed. The copy
 * is removed when the process ends.
 */
export function copyRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), "hakuna-faults-"));
  process.on("exit", () => rmSync(copy, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", listed, { cwd: root });
  const pack = ["-c", "--null", "--files-from=-", "--ignore-failed-read"];
  const archive = execFileSync("tar", pack, { cwd: root, input: files, maxBuffer: 1 << 30 });
  execFileSync("tar", ["-x"], { cwd: copy, input: archive });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  symlinkSync(join(root, "build"), join(copy, "build"));
  const generated = "app/database/generated";
  rmSync(join(copy, generated), { recursive: true, force: true });
  mkdirSync(join(copy, "app/database"), { recursive: true });
  symlinkSync(join(root, generated), join(copy, generated));
  return copy;
}

/** Puts a fault into the copy; answers how to take it out again. */
export function putIn(copy: string, { name, file, find, put }: Fault): () => void {
  const path = join(copy, file);
  const sound = readFileSync(path, "utf8");
  if (sound.split(find).length !== 2) throw new Error(`"${name}" fits ${file} no more: "${find}".`);
  writeFileSync(
    path,
    sound.replace(find, () => put),
  );
  return () => writeFileSync(path, sound);
}
