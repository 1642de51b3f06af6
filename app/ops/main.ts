import { type Command, UsageError } from "./command.ts";
import { connect } from "./connect.ts";
import { order } from "./order.ts";
import { pair } from "./pair.ts";
import { preview } from "./preview.ts";
import { resend } from "./resend.ts";
import { shops } from "./shops.ts";
import { status } from "./status.ts";

const commands: Record<string, Command> = { connect, shops, status, order, pair, resend, preview };

const [name, ...args] = process.argv.slice(2);
process.exitCode = await main(name, args);

/** Runs one command; answers the exit code. Errors go to standard error, results to standard output. */
async function main(name: string | undefined, args: string[]): Promise<number> {
  const command = name === undefined ? undefined : commands[name];
  if (name === undefined || name === "help" || name === "--help" || !command) {
    const usage = Object.values(commands).map(({ usage }) => `  npm run -s ops -- ${usage}`);
    const text = `Commands (all take --json):\n${usage.join("\n")}`;
    if (name === "help" || name === "--help") {
      console.log(text);
      return 0;
    }
    console.error(name === undefined ? text : `There is no command ${name}.\n${text}`);
    return 1;
  }
  try {
    const json = args.includes("--json");
    const { data, text } = await command.run(args.filter((arg) => arg !== "--json"));
    console.log(json ? JSON.stringify(data, null, 2) : text);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) console.error(`Usage: npm run -s ops -- ${command.usage}`);
    return 1;
  }
}
