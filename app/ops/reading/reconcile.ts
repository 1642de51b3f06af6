import { command } from "#app/ops/command.ts";
import { momentOf } from "#app/ops/since.ts";
import { beginReconciliation } from "#app/scan/scan-runs.ts";
import { finishScan } from "./scan.ts";

/** Compares a shop's orders with Shopify's now, as the worker does every so often. */
export const reconcile = command({
  usage: "reconcile <shop> [--since 2h|2026-11-24T10:00:00Z]",
  positionals: { shop: "one" },
  options: { since: { type: "string" } },
  async run({ named: { shop }, values }, withDatabase) {
    const since =
      values.since !== undefined ? momentOf("since", values.since, Date.now()).getTime() : null;
    return await withDatabase(async (foundations) => {
      const { run } = foundations;
      const { overlapMs } = run.config.scan;
      const begun = await beginReconciliation(run.pool, shop, { now: run.now(), overlapMs, since });
      if (!begun) {
        throw new Error(`${shop} is not connected to Hakuna, or the app is not installed there.`);
      }
      const { read, found } = await finishScan(foundations, shop, "reconciliation");
      return {
        data: { shop, read, recovered: found },
        text: `${shop}: ${read} orders read, ${found} recovered.`,
      };
    });
  },
});
