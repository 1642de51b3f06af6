import { existsSync } from "node:fs";
import { UsageError, type WithDatabase } from "#app/ops/command.ts";
import { commands } from "#app/ops/commands.ts";

// Node's own --env-file-if-exists complains on standard error where there is none.
if (existsSync(".env")) process.loadEnvFile();

const withDatabase: WithDatabase = async (work) =>
  await (await import("#app/process/with-database.ts")).withDatabase(work);

const given = process.argv.slice(2);
const json = given.includes("--json");
const [name, ...args] = given.filter((arg) => arg !== "--json");
process.exitCode = await main(name ?? "", args);

/** Runs one command; answers the exit code. Errors go to standard error, results to standard output. */
async function main(name: string, args: string[]): Promise<number> {
  const print = (data: unknown, text: string) =>
    console.log(json ? JSON.stringify(data, null, 2) : text);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    const usages = await usagesOf();
    const text = ["Commands (all take --json):", ...usages.map((line) => `  ${line}`)].join("\n");
    if (name === "help" || name === "--help") {
      print({ commands: usages }, text);
      return 0;
    }
    console.error((name === "" ? "" : `There is no command ${name}.\n`) + text);
    return 1;
  }
  const command = await load();
  try {
    const { data, text, failed } = await command.run(args, withDatabase);
    print(data, text);
    if (failed === undefined) return 0;
    console.error(failed);
    return 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) console.error(`Usage: npm run -s ops -- ${command.usage}`);
    return 1;
  }
}

async function usagesOf(): Promise<string[]> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  return all.map(({ usage }) => `npm run -s ops -- ${usage}`);
}
