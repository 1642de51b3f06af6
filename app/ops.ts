import { existsSync } from "node:fs";
import type { WithDatabase } from "#app/ops/command.ts";
import { runCommand } from "#app/ops/run-command.ts";

// Node's own --env-file-if-exists complains on standard error where there is none.
if (existsSync(".env")) process.loadEnvFile();

const withDatabase: WithDatabase = async (work) =>
  await (await import("#app/process/with-database.ts")).withDatabase(work);

// Errors go to standard error, results to standard output.
process.exitCode = await runCommand(process.argv.slice(2), withDatabase, {
  answer: (text) => console.log(text),
  complain: (text) => console.error(text),
});
