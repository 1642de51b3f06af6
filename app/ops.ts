import { existsSync } from "node:fs";
import { type Command, UsageError, type WithDatabase } from "#app/ops/command.ts";

// Node's own --env-file-if-exists complains on standard error where there is none.
if (existsSync(".env")) process.loadEnvFile();

/** Loaded when asked for: `preview` needs no database and none of what stands on it. */
const commands: Record<string, () => Promise<Command>> = {
  connect: async () => (await import("#app/ops/shops/connect.ts")).connect,
  shops: async () => (await import("#app/ops/shops/shops.ts")).shops,
  status: async () => (await import("#app/ops/shops/status.ts")).status,
  order: async () => (await import("#app/ops/orders/order.ts")).order,
  pair: async () => (await import("#app/ops/orders/pair.ts")).pair,
  resend: async () => (await import("#app/ops/orders/resend.ts")).resend,
  retry: async () => (await import("#app/ops/orders/retry.ts")).retry,
  reconcile: async () => (await import("#app/ops/reading/reconcile.ts")).reconcile,
  import: async () => (await import("#app/ops/reading/import.ts")).importOrders,
  stuck: async () => (await import("#app/ops/shops/stuck.ts")).stuck,
  pause: async () => (await import("#app/ops/shops/hold.ts")).pause,
  resume: async () => (await import("#app/ops/shops/hold.ts")).resume,
  retention: async () => (await import("#app/ops/privacy/retention.ts")).retention,
  "renew-offers": async () => (await import("#app/ops/plans/renew-offers.ts")).renewOffersNow,
  "data-request": async () => (await import("#app/ops/privacy/data-request.ts")).dataRequest,
  preview: async () => (await import("#app/ops/orders/preview.ts")).preview,
};

const withDatabase: WithDatabase = async (work) =>
  await (await import("#app/process/with-database.ts")).withDatabase(work);

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
    const { data, text } = await command.run(
      args.filter((arg) => arg !== "--json"),
      withDatabase,
    );
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
