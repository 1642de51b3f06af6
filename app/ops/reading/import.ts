import { command, UsageError } from "#app/ops/command.ts";
import { momentOf } from "#app/ops/since.ts";
import { beginImport, cancelImport } from "#app/scan/scan-runs.ts";
import { finishScan } from "./scan.ts";

/** Imports a shop's past orders, or goes on with an import, or ends one. */
export const importOrders = command({
  usage: "import <shop> [--since 30d|2026-11-24T10:00:00Z] | <shop> --cancel",
  positionals: { shop: "one" },
  options: { since: { type: "string" }, cancel: { type: "boolean" } },
  async run({ named: { shop }, values }, withDatabase) {
    if (values.cancel && values.since !== undefined) {
      throw new UsageError("Give --since to begin an import or --cancel to end one, not both.");
    }
    const since =
      values.since !== undefined
        ? momentOf("since", values.since, Date.now()).getTime()
        : undefined;
    return await withDatabase(async (foundations) => {
      const { run, services } = foundations;
      if (values.cancel) {
        const cancelled = await cancelImport(run.pool, shop, run.now());
        const text = cancelled ? "The import is cancelled." : "No import was under way.";
        return { data: { shop, cancelled }, text };
      }
      const known = await services.prisma.shop.findUnique({ where: { domain: shop } });
      if (!known || known.uninstalledAt !== null) {
        throw new Error(`The app is not installed in ${shop}.`);
      }
      const begun = await beginImport(run.pool, shop, { now: run.now(), since });
      const scanned = await finishScan(foundations, shop, "import");
      const { read, found, cancelled } = scanned;
      const end = cancelled ? "cancelled" : begun ? "imported" : "the import under way was ended";
      return {
        data: { shop, read, shared: found, cancelled },
        text: `${shop}: ${end}; ${read} orders read, ${found} shared with Hakuna.`,
      };
    });
  },
});
