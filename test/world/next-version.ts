import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export type NextVersion = {
  /** where it lies */
  folder: string;
  /** adds a migration, named by when it was made: it comes after all that are there */
  add(name: string, sql: string): Promise<void>;
  remove(): Promise<void>;
};

/** A version of the app that follows this one: a copy of it, to which migrations are added. */
export async function nextVersion(): Promise<NextVersion> {
  const folder = await mkdtemp(join(tmpdir(), "hakuna-next-version-"));
  for (const name of ["app", "prisma", "prisma.config.ts", "package.json"]) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  for (const name of ["node_modules", "build", "test"]) {
    await symlink(join(root, name), join(folder, name));
  }
  return {
    folder,
    async add(name, sql) {
      const path = join(folder, "prisma/migrations", `99990101000000_${name}`);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, "migration.sql"), sql);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
