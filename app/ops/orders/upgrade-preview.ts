import { command } from "#app/ops/command.ts";
import { type UpgradePreview, upgradePreview } from "#app/views/upgrade-preview.ts";

/** Tells what the rules of this version change about orders that were stored under earlier ones. */
export const upgradePreviewCommand = command({
  usage: "upgrade-preview [<shop>]",
  positionals: { shop: "optional" },
  async run({ named: { shop } }, withDatabase) {
    return await withDatabase(async ({ run, services: { prisma } }) => {
      const shops = shop
        ? [shop]
        : (
            await prisma.shop.findMany({ select: { domain: true }, orderBy: { domain: "asc" } })
          ).map(({ domain }) => domain);
      const data: UpgradePreview[] = [];
      for (const one of shops) data.push(await upgradePreview(run.pool, one));
      const text = data.map(lines).join("\n") || "There are no shops.";
      return { data, text };
    });
  },
});

/** As many order ids as a line names. */
const shown = 5;

function lines({ shop, orders, same, differ, keptPairs }: UpgradePreview): string {
  const list = (ids: readonly string[]) =>
    `${ids.length} (${ids.slice(0, shown).join(", ")}${ids.length > shown ? ", …" : ""})`;
  const found = Object.entries(differ).map(([what, ids]) => `  ${what}: ${list(ids)}`);
  const kept = keptPairs.length > 0 ? [`  pairs that stay as accepted: ${list(keptPairs)}`] : [];
  return [
    `${shop}: ${orders} orders of earlier rules, ${same} stay as they are`,
    ...found,
    ...kept,
  ].join("\n");
}
