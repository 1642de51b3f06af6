import { recountAllSales, recountSales } from "#app/analytics/recount-sales.ts";
import { command } from "#app/ops/command.ts";
import { type Retained, retainAllShops, retainShop } from "#app/privacy/retention.ts";

/** Deletes now what was kept long enough, as the worker does every day. */
export const retention = command({
  usage: "retention [<shop>]",
  positionals: { shop: "optional" },
  async run({ named: { shop } }, withDatabase) {
    return await withDatabase(async ({ run }) => {
      const { retained, failed } =
        shop === undefined
          ? await retainAllShops(run)
          : { retained: [await retainShop(run, shop)], failed: [] };
      if (shop === undefined) await recountAllSales(run);
      else await recountSales(run, shop);
      return {
        data: retained,
        text: retained.map(line).join("\n") || "No shop is known yet.",
        failed: failed.length > 0 ? `It failed for ${failed.join(", ")}; see above.` : undefined,
      };
    });
  },
});

function line({ shop, documents, events, webhooks, attempts, ...rest }: Retained): string {
  const deleted = `${documents} documents, ${events} timeline entries, ${webhooks} webhooks, ${attempts} requests`;
  const { statuses, miscounted } = rest;
  const ended = statuses > 0 ? `; ${statuses} processing statuses are waited for no more` : "";
  return `${shop}: ${deleted} deleted${ended}; ${miscounted} counters were wrong`;
}
