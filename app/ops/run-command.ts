import { UsageError, type WithDatabase } from "./command.ts";
import { commands } from "./commands.ts";

/** Where the words of a command go: what it answers, and what it complains of. */
export type Output = { answer(text: string): void; complain(text: string): void };

/**
 * Runs one command as an operator calls it.
 *
 * @param given its name and arguments; with `--json` it answers JSON
 * @returns the exit code: 0, or 1 with a complaint
 */
export async function runCommand(
  given: readonly string[],
  withDatabase: WithDatabase,
  { answer, complain }: Output,
): Promise<number> {
  const json = given.includes("--json");
  const [name = "", ...args] = given.filter((arg) => arg !== "--json");
  const print = (data: unknown, text: string) =>
    answer(json ? JSON.stringify(data, null, 2) : text);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    const usages = await usagesOf();
    const text = ["Commands (all take --json):", ...usages.map((line) => `  ${line}`)].join("\n");
    if (name === "help" || name === "--help") {
      print({ commands: usages }, text);
      return 0;
    }
    complain((name === "" ? "" : `There is no command ${name}.\n`) + text);
    return 1;
  }
  const command = await load();
  try {
    const { data, text, failed } = await command.run(args, withDatabase);
    print(data, text);
    if (failed === undefined) return 0;
    complain(failed);
    return 1;
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) complain(`Usage: npm run -s ops -- ${command.usage}`);
    return 1;
  }
}

async function usagesOf(): Promise<string[]> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  return all.map(({ usage }) => `npm run -s ops -- ${usage}`);
}
