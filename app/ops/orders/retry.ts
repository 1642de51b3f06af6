import { retryQuarantined } from "#app/intake/retry-quarantined.ts";
import { type Command, readArgs, shopDomain } from "#app/ops/command.ts";

/** Has webhooks that could not be read folded once more. */
export const retry: Command = {
  usage: "retry <shop>",
  async run(args, withDatabase) {
    const shop = shopDomain(readArgs(args, {}).positionals[0]);
    return await withDatabase(async ({ run, services }) => {
      const webhooks = await retryQuarantined(run, shop);
      await services.queue.wake([shop]);
      const text = webhooks === 0 ? "No webhook is quarantined." : `Tried again: ${webhooks}.`;
      return { data: { webhooks }, text };
    });
  },
};
