import { type Command, readArgs, shopDomain } from "#app/ops/command.ts";
import { type Retained, retainAllShops, retainShop } from "#app/privacy/retention.ts";

/** Deletes now what was kept long enough, as the worker does every day. */
export const retention: Command = {
  usage: "retention [<shop>]",
  async run(args, withDatabase) {
    const [given] = readArgs(args, {}).positionals;
    return await withDatabase(async ({ run }) => {
      const data =
        given === undefined
          ? await retainAllShops(run)
          : [await retainShop(run, shopDomain(given))];
      return { data, text: data.map(line).join("\n") || "No shop is known yet." };
    });
  },
};

function line({ shop, documents, events, webhooks, attempts, miscounted }: Retained): string {
  const deleted = `${documents} documents, ${events} timeline entries, ${webhooks} webhooks, ${attempts} requests`;
  return `${shop}: ${deleted} deleted; ${miscounted} counters were wrong`;
}
