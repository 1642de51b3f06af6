import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startEmbeddedPostgres } from "#app/embedded-postgres.server.ts";
import { createLog } from "#app/log.server.ts";

// Applies the migrations to a scratch database and compares the result with prisma/schema.prisma. Ends with
// 1 and the difference when they are not in step. Partial indexes, which Prisma cannot express,
// make no difference.
const root = fileURLToPath(new URL("..", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "migrations-in-step-"));
// mkdtemp's folder is its owner's alone; as root, PostgreSQL runs as another user
await chmod(folder, 0o755);
const log = createLog("error");
const postgres = await startEmbeddedPostgres({ folder, log });
try {
  const cli = createRequire(import.meta.url).resolve("prisma/build/index.js");
  const from = ["--from-migrations", "prisma/migrations"];
  const to = ["--to-schema-datamodel", "prisma/schema.prisma"];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, "migrate", "diff", ...from, ...to, "--exit-code"],
    { cwd: root, env: { ...process.env, DATABASE_URL: postgres.url }, encoding: "utf8" },
  );
  if (status === 0) {
    console.log("The migrations are in step with prisma/schema.prisma.");
  } else {
    console.error(status === 2 ? `The migrations lack:\n${stdout}` : stderr);
    process.exitCode = 1;
  }
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
