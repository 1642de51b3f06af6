import { retryQuarantined } from "#app/intake/retry-quarantined.ts";
import { command } from "#app/ops/command.ts";

/** Has webhooks that could not be read folded once more. */
export const retry = command({
  usage: "retry <shop>",
  positionals: { shop: "one" },
  async run({ named: { shop } }, withDatabase) {
    return await withDatabase(async ({ run, services }) => {
      const webhooks = await retryQuarantined(run, shop);
      await services.queue.wake([shop]);
      const text = webhooks === 0 ? "No webhook is quarantined." : `Tried again: ${webhooks}.`;
      return { data: { webhooks }, text };
    });
  },
});
