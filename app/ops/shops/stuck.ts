import { command } from "#app/ops/command.ts";
import { momentOf } from "#app/ops/since.ts";
import { mostStuck, type Stuck, stuckSince } from "#app/views/stuck.ts";

/** Lists everything that got stuck since a time: shops, orders, webhooks. */
export const stuck = command({
  usage: "stuck [<shop>] [--since 2h|2026-11-24T10:00:00Z]",
  positionals: { shop: "optional" },
  options: { since: { type: "string" } },
  async run({ named: { shop = null }, values }, withDatabase) {
    const since = momentOf("since", values.since ?? "1970-01-01", Date.now());
    return await withDatabase(async ({ run }) => {
      const data = await stuckSince(run.pool, since, shop);
      return { data, text: lines(data).join("\n") || "Nothing is stuck." };
    });
  },
});

function lines({ shops, orders, webhooks }: Stuck): string[] {
  const one = (since: Date, shop: string, text: string, reason: string | null) =>
    `${since.toISOString()}  ${shop}  ${text}${reason ? `: ${reason}` : ""}`;
  const all = [
    ...shops.map(({ since, shop, state, reason }) =>
      one(since, shop === "*" ? "the whole feed" : shop, state, reason),
    ),
    ...orders.map(({ since, shop, id, name, status, reason }) =>
      one(since, shop, `order ${id}${name ? ` (${name})` : ""} ${status}`, reason),
    ),
    ...webhooks.map(({ since, shop, webhookId, topic, error }) =>
      one(since, shop, `webhook ${webhookId} ${topic}`, error),
    ),
  ];
  const isCut = [shops, orders, webhooks].some(({ length }) => length === mostStuck);
  return isCut ? [...all, `There may be more: ${mostStuck} of a kind are shown.`] : all;
}
