import { existsSync } from "node:fs";
import { type Command, UsageError } from "./command.ts";

// Node's own --env-file-if-exists complains on standard error where there is none.
if (existsSync(".env")) process.loadEnvFile();

/** Loaded when asked for: `preview` needs no database and none of what stands on it. */
const commands: Record<string, () => Promise<Command>> = {
  connect: async () => (await import("./connect.ts")).connect,
  shops: async () => (await import("./shops.ts")).shops,
  status: async () => (await import("./status.ts")).status,
  order: async () => (await import("./order.ts")).order,
  pair: async () => (await import("./pair.ts")).pair,
  resend: async () => (await import("./resend.ts")).resend,
  retry: async () => (await import("./retry.ts")).retry,
  reconcile: async () => (await import("./reconcile.ts")).reconcile,
  import: async () => (await import("./import.ts")).importOrders,
  stuck: async () => (await import("./stuck.ts")).stuck,
  pause: async () => (await import("./hold.ts")).pause,
  resume: async () => (await import("./hold.ts")).resume,
  retention: async () => (await import("./retention.ts")).retention,
  "renew-offers": async () => (await import("./renew-offers.ts")).renewOffersNow,
  "data-request": async () => (await import("./data-request.ts")).dataRequest,
  preview: async () => (await import("./preview.ts")).preview,
};

const [name, ...args] = process.argv.slice(2);
process.exitCode = await main(name ?? "", args);

/** Runs one command; answers the exit code. Errors go to standard error, results to standard output. */
async function main(name: string, args: string[]): Promise<number> {
  const load = commands[name];
  if (!load) {
    const wanted = name === "help" || name === "--help";
    const intro = wanted || name === "" ? "" : `There is no command ${name}.\n`;
    (wanted ? console.log : console.error)(intro + (await usage()));
    return wanted ? 0 : 1;
  }
  const command = await load();
  try {
    const { data, text } = await command.run(args.filter((arg) => arg !== "--json"));
    console.log(args.includes("--json") ? JSON.stringify(data, null, 2) : text);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) console.error(`Usage: npm run -s ops -- ${command.usage}`);
    return 1;
  }
}

async function usage(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  const lines = all.map(({ usage }) => `  npm run -s ops -- ${usage}`);
  return ["Commands (all take --json):", ...lines].join("\n");
}
