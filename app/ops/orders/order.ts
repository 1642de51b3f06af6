import { command } from "#app/ops/command.ts";
import { timelineOf } from "#app/views/timeline.ts";

/** Shows one order: status, findings, timeline and what was sent last. */
export const order = command({
  usage: "order <shop> <id>",
  positionals: { shop: "one", id: "one" },
  async run({ named: { shop, id } }, withDatabase) {
    return await withDatabase(async ({ services: { prisma } }) => {
      const row = await prisma.order.findUnique({ where: { shop_id: { shop, id } } });
      if (!row) throw new Error(`There is no order ${id} in ${shop}.`);
      const document = await prisma.orderDocument.findUnique({
        where: { shop_orderId: { shop, orderId: id } },
        select: { lastPayload: true, manualPairs: true },
      });
      const timeline = await timelineOf(prisma, shop, id);
      const events = timeline.reverse().map((entry) => ({ ...entry, at: new Date(entry.at) }));
      const reason = [row.reasonCode, row.statusReason].filter(Boolean).join(": ");
      const planTotal = row.planTotal === null ? null : Number(row.planTotal);
      const data = { ...row, planTotal, ...document, events };
      const lines = [
        `${row.name ?? id}: ${row.status}${reason ? ` (${reason})` : ""}`,
        ...findingLines(row.findings),
        ...events.map(
          ({ at, kind, detail }) => `  ${at.toISOString()} ${kind} ${JSON.stringify(detail)}`,
        ),
        "Last sent:",
        document?.lastPayload ? JSON.stringify(document.lastPayload, null, 2) : "  nothing yet",
      ];
      return { data, text: lines.join("\n") };
    });
  },
});

function findingLines(findings: unknown): string[] {
  if (!Array.isArray(findings)) return [];
  return findings.map(({ severity, message }) => `  ${severity}: ${message}`);
}
