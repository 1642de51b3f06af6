import { type Command, readArgs, shopDomain, UsageError } from "#app/ops/command.ts";
import { hold, release } from "#app/store/hold.ts";

/** Holds delivery back: a shop's, or the whole feed's. Webhooks are taken and folded all the while. */
export const pause: Command = {
  usage: "pause <shop> | --feed --reason TEXT",
  async run(args, withDatabase) {
    const { values, positionals } = readArgs(args, {
      feed: { type: "boolean" },
      reason: { type: "string" },
    });
    const shop = target(positionals, values.feed);
    const reason = values.reason?.trim();
    if (!reason) throw new UsageError("--reason is missing: other operators will want to know.");
    return await withDatabase(async ({ run }) => {
      await hold(run.pool, shop, reason);
      const text = `${nameOf(shop)} is held back: ${reason}. Nothing is lost; \`resume\` sends it.`;
      return { data: { shop, held: true, reason }, text };
    });
  },
};

/** Lets delivery go on that an operator held back. */
export const resume: Command = {
  usage: "resume <shop> | --feed",
  async run(args, withDatabase) {
    const { values, positionals } = readArgs(args, { feed: { type: "boolean" } });
    const shop = target(positionals, values.feed);
    return await withDatabase(async ({ run, services }) => {
      const was = await release(run.pool, shop);
      if (shop !== null) await services.queue.wake([shop]);
      const text = was
        ? `${nameOf(shop)} goes on within seconds.`
        : `${nameOf(shop)} was not held back by an operator.`;
      return { data: { shop, held: false, wasHeld: was }, text };
    });
  },
};

/** null: the whole feed */
function target(positionals: string[], feed: boolean | undefined): string | null {
  if (positionals.length > 0 === (feed === true)) {
    throw new UsageError("Name a shop, or give --feed for every shop.");
  }
  return feed ? null : shopDomain(positionals[0]);
}

function nameOf(shop: string | null): string {
  return shop === null ? "The delivery of every shop" : `The delivery of ${shop}`;
}
