import { command, UsageError } from "#app/ops/command.ts";
import { hold, release } from "#app/store/hold.ts";

/** Holds delivery back: a shop's, or the whole feed's. Webhooks are taken and folded all the while. */
export const pause = command({
  usage: "pause <shop> | --feed --reason TEXT",
  positionals: { shop: "optional" },
  options: { feed: { type: "boolean" }, reason: { type: "string" } },
  async run({ named, values }, withDatabase) {
    const shop = target(named.shop, values.feed);
    const reason = values.reason?.trim();
    if (!reason) throw new UsageError("--reason is missing: other operators will want to know.");
    return await withDatabase(async ({ run }) => {
      await hold(run.pool, shop, reason);
      const text = `${nameOf(shop)} is held back: ${reason}. Nothing is lost; \`resume\` sends it.`;
      return { data: { shop, held: true, reason }, text };
    });
  },
});

/** Lets delivery go on that an operator held back. */
export const resume = command({
  usage: "resume <shop> | --feed",
  positionals: { shop: "optional" },
  options: { feed: { type: "boolean" } },
  async run({ named, values }, withDatabase) {
    const shop = target(named.shop, values.feed);
    return await withDatabase(async ({ run, services }) => {
      const was = await release(run.pool, shop);
      if (shop !== null) await services.queue.wake([shop]);
      const text = was
        ? `${nameOf(shop)} goes on within seconds.`
        : `${nameOf(shop)} was not held back by an operator.`;
      return { data: { shop, held: false, wasHeld: was }, text };
    });
  },
});

/** null: the whole feed */
function target(shop: string | undefined, feed: boolean | undefined): string | null {
  if ((shop !== undefined) === (feed === true)) {
    throw new UsageError("Name a shop, or give --feed for every shop.");
  }
  return shop ?? null;
}

function nameOf(shop: string | null): string {
  return shop === null ? "The delivery of every shop" : `The delivery of ${shop}`;
}
