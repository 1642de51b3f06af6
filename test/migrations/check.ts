// May every migration be applied while the version before is at work? docs/operations.md, "Migrations".
import { readdir, readFile } from "node:fs/promises";
import { breachesOf } from "./rules.ts";

const folder = new URL("../../prisma/migrations/", import.meta.url);
/** Those before may alter a table beside other statements. */
const firstOfOneStatement = "2026112820";
const entries = await readdir(folder, { withFileTypes: true });
const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
for (const name of names.sort()) {
  const sql = await readFile(new URL(`${name}/migration.sql`, folder), "utf8");
  for (const { statement, rule } of await breachesOf(sql, name < firstOfOneStatement)) {
    process.exitCode = 1;
    console.error(`${name} ${rule}:\n  ${statement.split("\n")[0]}`);
  }
}
if (process.exitCode) {
  console.error("If it is right all the same, say why in a comment above it: -- allowed: …");
} else {
  console.log(`${names.length} migrations may be applied while the version before is at work.`);
}
